// Timing, inside a worker. performance.now() is as fine as the browser makes it for an isolated page: reads are timed many at a time.

export function timed(act) {
  const begun = performance.now();
  act();
  return performance.now() - begun;
}

export async function timedAsync(act) {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

/** Milliseconds for one item, from batches of items. */
export function perItem(items, batchSize, act) {
  const samples = [];
  for (let at = 0; at + batchSize <= items.length; at += batchSize) {
    samples.push(timed(() => items.slice(at, at + batchSize).forEach(act)) / batchSize);
  }
  return samples;
}

export function demand(isTrue, what) {
  if (!isTrue) throw new Error(`the benchmark measured something else: ${what}`);
}
