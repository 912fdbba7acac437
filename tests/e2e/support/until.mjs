// Waiting for a condition, never for a time: the time is only the limit after which the test says what did not happen.

const TURN_MS = 25;

/** Asks `condition` again and again until it gives something true, and returns that. An error it throws is kept for the message. */
export async function until(condition, what, limitMs = 30_000) {
  const end = performance.now() + limitMs;
  let last;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${what}${last ? ` (${last.message})` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  }
}
