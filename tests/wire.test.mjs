// Goal: the golden bytes of core/wire are what docs/adr/0009 says, by a second implementation that shares no code with it.
// Method: tests/support/wire-samples.mjs lays each structure out by hand; the body is inflated with Node's own zlib.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';

import { inflated, samples } from './support/wire-samples.mjs';

const folder = new URL('./vectors/wire/', import.meta.url);
const golden = (name) => Buffer.from(readFileSync(new URL(`${name}.hex`, folder), 'utf8').replaceAll('\n', ''), 'hex');

test('golden_files__are_one_of_each', () => {
  assert.deepEqual(readdirSync(folder).sort(), [...Object.keys(samples), 'body'].map((name) => `${name}.hex`).sort());
});

for (const [name, bytes] of Object.entries(samples)) {
  test(`golden_${name}__is_laid_out_as_the_document_says`, () => {
    assert.equal(golden(name).toString('hex'), bytes.toString('hex'));
  });
}

test('golden_body__inflates_to_what_the_document_says', () => {
  const plain = golden('body');
  const dictionary = readFileSync(new URL('../core/wire/dictionary/dictionary-1.bin', import.meta.url));
  const [inflatedSize, deflatedSize] = [plain.readUInt32LE(0), plain.readUInt32LE(4)];
  assert.equal(plain.length, 512);
  assert.equal(inflatedSize, inflated.length);
  assert.equal(inflateRawSync(plain.subarray(8, 8 + deflatedSize), { dictionary }).toString('hex'), inflated.toString('hex'));
  assert.ok(plain.subarray(8 + deflatedSize).every((byte) => byte === 0));
});
