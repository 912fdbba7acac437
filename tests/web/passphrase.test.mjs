// The passphrase generator: the whole list, a fair choice, and the form the key is made from.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { importWebModules, root } from '../support/web-modules.mjs';

const { PASSPHRASE_WORDS, WORD_COUNT, fairIndex, makePassphrase, newId, normalPassphrase, parseWordList } = await importWebModules(
  'web/src/platform/passphrase.ts',
  'web/src/platform/random.ts',
  'web/src/protocol/passphrase.ts',
);
const text = readFileSync(path.join(root, 'build/deps/wordlist_en_eff.txt'), 'utf8');
const words = parseWordList(text);

/** Gives the bytes in order; a further draw fails the test. */
const bytesOf = (...values) => {
  const left = [...values];
  return (size) => {
    assert.ok(left.length >= size, 'drew more than expected');
    return Uint8Array.from(left.splice(0, size));
  };
};

test('parseWordList: the shipped list has 7,776 different words', () => {
  assert.equal(words.length, WORD_COUNT);
  assert.equal(new Set(words).size, 7776);
  assert.equal(words[0], 'abacus');
  assert.equal(words.at(-1), 'zoom');
});

test('parseWordList: refuses a list that was cut, doubled or changed', () => {
  const lines = text.trim().split('\n');
  assert.throws(() => parseWordList(lines.slice(1).join('\n')));
  assert.throws(() => parseWordList([...lines.slice(1), lines[1]].join('\n')));
  assert.throws(() => parseWordList([...lines.slice(1), '<html>'].join('\n')));
  assert.throws(() => parseWordList(''));
});

test('fairIndex: draws again for values in the incomplete last stretch', () => {
  /* 8 x 7,776 = 62,208: that value and all above it are refused, 62,207 is the last one taken. */
  assert.equal(fairIndex(7776, bytesOf(62208 >> 8, 62208 & 255, 0xff, 0xff, 0, 5)), 5);
  assert.equal(fairIndex(7776, bytesOf(62207 >> 8, 62207 & 255)), 7775);
  assert.equal(fairIndex(65536, bytesOf(0xff, 0xff)), 65535);
});

test('fairIndex: every 16-bit value that is taken falls on each number equally often', () => {
  for (const bound of [1, 2, 3, 6, 7776, 65535, 65536]) {
    const counts = new Uint32Array(bound);
    for (let value = 0; value < 65536; value += 1) {
      let draws = 0;
      const index = fairIndex(bound, (size) => {
        draws += 1;
        /* a refused value is followed by 0, so that the loop ends and the refusal can be told */
        return draws === 1 ? Uint8Array.of(value >> 8, value & 255) : new Uint8Array(size);
      });
      if (draws === 1) counts[index] += 1;
    }
    assert.deepEqual([...new Set(counts)], [Math.floor(65536 / bound)], `bound ${bound}`);
  }
});

test('fairIndex: refuses a bound it cannot serve', () => {
  for (const bound of [0, -1, 1.5, 65537, NaN]) assert.throws(() => fairIndex(bound), RangeError);
});

test('makePassphrase: five words of the list from the real source, no two runs alike', () => {
  const made = Array.from({ length: 200 }, () => makePassphrase(words));
  for (const phrase of made) {
    const parts = phrase.split(' ');
    assert.equal(parts.length, PASSPHRASE_WORDS);
    assert.ok(parts.every((word) => words.includes(word)));
  }
  assert.equal(new Set(made).size, made.length);
});

test('makePassphrase: real draws are spread over the list within a bound', () => {
  /* 7,776 x 20 draws: each word 20 times on average. Chi-squared with 7,775 degrees of freedom has mean 7,775 and standard
   * deviation 124.7; 6 deviations is far outside chance and far inside what a modulo bias (8 or 9 of 65,536) or a stuck bit does. */
  const counts = new Uint32Array(WORD_COUNT);
  const draws = WORD_COUNT * 20;
  for (let i = 0; i < draws; i += 1) counts[fairIndex(WORD_COUNT)] += 1;
  const chi = counts.reduce((sum, count) => sum + (count - 20) ** 2 / 20, 0);
  assert.ok(chi > 7775 - 6 * 124.7 && chi < 7775 + 6 * 124.7, `chi squared ${chi}`);
});

test('normalPassphrase: capitals, spaces and the form of an accent do not matter', () => {
  assert.equal(normalPassphrase('  Abacus   ZOOM\tcaf\u0065\u0301 '), 'abacus zoom caf\u00e9');
});

test('newId: 32 lower-case hex digits, no two alike', () => {
  const ids = Array.from({ length: 1000 }, () => newId());
  assert.ok(ids.every((id) => /^[0-9a-f]{32}$/.test(id)));
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(newId(() => Uint8Array.from({ length: 16 }, (_, i) => i)), '000102030405060708090a0b0c0d0e0f');
});
