/** Random ids and fair choices from the browser's source, which throws rather than give less. */

export type RandomBytes = (size: number) => Uint8Array;

export function browserRandom(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** 16 random bytes as 32 lower-case hex digits. */
export function newId(random: RandomBytes = browserRandom): string {
  return Array.from(random(16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A fair number from 0 to bound - 1. Values in the incomplete last stretch of the 16-bit range are drawn again: taking
 * them modulo the bound would make the first numbers likelier.
 */
export function fairIndex(bound: number, random: RandomBytes = browserRandom): number {
  if (!Number.isInteger(bound) || bound < 1 || bound > 65536) throw new RangeError('bound must be 1 to 65536');
  const limit = 65536 - (65536 % bound);
  for (;;) {
    const bytes = random(2);
    const value = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
    if (value < limit) return value % bound;
  }
}
