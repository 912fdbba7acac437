// The one file in plain: what was written is read back, and nothing else is read at all. Whatever stands in it, the reader
// answers, and the vault beside it is listed.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { ENTRY_BYTES_MAX, LABEL_LENGTH_MAX, labelOf, readEntry, writeEntry } = await importWebModules('web/src/protocol/vault-entry.ts');
const ENTRY = { label: 'Notebook 1', isPractice: false, isWiped: true };
const bytesOf = (value) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const STORED = JSON.parse(new TextDecoder().decode(writeEntry(ENTRY)));

test('what was written is read back', () => {
  for (const label of ['a', 'Notebook 12', 'Blue – left desk', 'Llyfr nodiadau', '青いノート', '🐦 bird', 'x'.repeat(LABEL_LENGTH_MAX)]) {
    for (const flags of [{ isPractice: true, isWiped: false }, { isPractice: false, isWiped: true }]) {
      const entry = { label, ...flags };
      const bytes = writeEntry(entry);
      assert.ok(bytes.byteLength <= ENTRY_BYTES_MAX);
      assert.deepEqual(readEntry(bytes), entry);
    }
  }
});

test('the longest label of the widest letters fits the bound', () => {
  assert.ok(writeEntry({ ...ENTRY, label: '𝕏'.repeat(LABEL_LENGTH_MAX) }).byteLength <= ENTRY_BYTES_MAX);
});

test('a label is one line as it reads', () => {
  assert.equal(labelOf('  Notebook \t 1\n'), 'Notebook 1');
  assert.equal(labelOf('e\u0301te'), '\u00e9te');
  for (const typed of ['', '   ', 'x'.repeat(LABEL_LENGTH_MAX + 1), 'a\u0000b', 'a\u202eb', 'a\u2066b', 'a\u200bb', 'a\ud800b', 'a\ue000b']) {
    assert.equal(labelOf(typed), undefined, JSON.stringify(typed));
  }
  assert.throws(() => writeEntry({ ...ENTRY, label: ' two ends ' }), RangeError);
});

const HOSTILE = {
  'nothing': '',
  'a number': '7',
  'null': 'null',
  'an array': [STORED],
  'another format': { ...STORED, format: 'fieldkit-label/2' },
  'no format': { label: 'x', isPractice: false, isWiped: false },
  'a member more': { ...STORED, colour: 'red' },
  'a member less': { format: STORED.format, label: 'x', isPractice: false },
  'a label that is a number': { ...STORED, label: 7 },
  'an empty label': { ...STORED, label: '' },
  'a label with spaces at its end': { ...STORED, label: 'x ' },
  'a label over the bound': { ...STORED, label: 'x'.repeat(LABEL_LENGTH_MAX + 1) },
  'a label of two lines': { ...STORED, label: 'a\nb' },
  'a label that turns the direction': { ...STORED, label: 'a\u202egpj.exe' },
  'a flag that is text': { ...STORED, isWiped: 'true' },
  'a flag that is null': { ...STORED, isPractice: null },
  'bytes over the bound': JSON.stringify(STORED) + ' '.repeat(ENTRY_BYTES_MAX),
  'a mark of the byte order': '\ufeff' + JSON.stringify(STORED),
  'a prototype': '{"__proto__":{"format":"fieldkit-label/1","label":"x","isPractice":false,"isWiped":false}}',
};
for (const [name, content] of Object.entries(HOSTILE)) {
  test(`not read: ${name}`, () => assert.equal(readEntry(bytesOf(content)), undefined));
}

test('not read: bytes that are no text', () => assert.equal(readEntry(Uint8Array.of(0xff, 0xfe, 0x80)), undefined));

test('every cut of the file, and of a file written over a longer one, is not read', () => {
  const bytes = writeEntry(ENTRY);
  for (let size = 0; size < bytes.byteLength; size += 1) assert.equal(readEntry(bytes.slice(0, size)), undefined, `${size} bytes`);
  const longer = writeEntry({ ...ENTRY, label: 'A much longer name of a notebook' });
  const torn = new Uint8Array(longer);
  torn.set(bytes.subarray(0, bytes.byteLength));
  assert.equal(readEntry(torn), undefined, 'the new bytes over the old ones, not yet cut to length');
});

test('random changes are refused or read as an entry that could have been written, and never throw', () => {
  const seed = Number(process.env.FK_SEED ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed}`);
  let state = seed;
  const next = (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % bound;
  };
  const bytes = writeEntry({ ...ENTRY, label: 'Blue – left' });
  let readCount = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const changed = Uint8Array.from(bytes);
    for (let i = 0; i <= next(3); i += 1) changed[next(changed.length)] = next(256);
    const entry = readEntry(changed);
    if (entry === undefined) continue;
    readCount += 1;
    assert.deepEqual(readEntry(writeEntry(entry)), entry);
  }
  assert.ok(readCount > 0 && readCount < 20_000, `${readCount} of the changed files were read`);
});
