/** Makes the passphrase of a vault from the EFF large word list. Five words are 5 x 12.9 = 64 bits. */
import { browserRandom, fairIndex, type RandomBytes } from './random.ts';

export const WORD_COUNT = 7776;
export const PASSPHRASE_WORDS = 5;

/** Reads the list as it is shipped: five digits, white space, a word; one word a line. Throws on any other list. */
export function parseWordList(text: string): readonly string[] {
  const words = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => /^[1-6]{5}\s+([a-z-]+)\s*$/.exec(line)?.[1]);
  if (words.length !== WORD_COUNT || new Set(words).size !== WORD_COUNT || words.includes(undefined)) {
    throw new Error('the word list is not the one this app was built with');
  }
  return words as readonly string[];
}

export function makePassphrase(words: readonly string[], count = PASSPHRASE_WORDS, random: RandomBytes = browserRandom): string {
  if (words.length !== WORD_COUNT) throw new Error('the word list is not complete');
  return Array.from({ length: count }, () => words[fairIndex(words.length, random)] ?? '').join(' ');
}
