// The scanner that says "nothing leaked" must itself find what leaked: a canary planted in each encoding and packing is found,
// and one that was never planted is not.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { compileWords, describeHits, exceptions, makeCanaries, passphraseWords, scanBytes, scanTree, textFields } from './support/canary.mjs';
import * as pack from './support/pack.mjs';

const schema = JSON.parse(readFileSync(new URL('../../core/domain/schema.json', import.meta.url), 'utf8'));
const canaries = makeCanaries(schema);
const needles = compileWords(canaries.words);
const word = canaries.byField.get('incident.description');

/** Text around a word that makes the encodings differ and, for the LZ formats, holds the word's parts apart before the word. */
function around(planted) {
  const parts = planted.match(/.{1,5}/g);
  return `{"name":"Zoë \\"Ash\\" & Søn 100%","parts":"${parts.join(' # ')}","text":"${planted}","more":"${'tail of the document '.repeat(3)}"}`;
}

/** Long incompressible lead-in, so that a word lies behind a block border. */
function leadIn(bytes) {
  let text = '';
  while (text.length < bytes) text += createHash('sha256').update(String(text.length)).digest('hex');
  return text.slice(0, bytes);
}

function base64At(text, shift) {
  return Buffer.concat([Buffer.from('x'.repeat(shift)), Buffer.from(text)]).toString('base64');
}

const escapes = (text, prefix, width) => [...text].map((c) => prefix + c.charCodeAt(0).toString(16).padStart(width, '0')).join('');

/** name, file name, bytes for a word, whether plain search must be blind to it. */
const ENCODINGS = [
  ['UTF-8', 'prefs.js', (w) => Buffer.from(around(w)), false],
  ['UTF-16LE', 'Session_1', (w) => Buffer.from(around(w), 'utf16le'), true],
  ['UTF-16LE at an odd offset', 'Session_1', (w) => Buffer.concat([Buffer.from('x'), Buffer.from(around(w), 'utf16le')]), true],
  ['UTF-16BE', 'page', (w) => Buffer.from(around(w), 'utf16le').swap16(), true],
  ['JSON in JSON', 'a.json', (w) => Buffer.from(JSON.stringify(JSON.stringify({ w: around(w) }))), false],
  ['JSON, all escaped', 'a.json', (w) => Buffer.from(escapes(w, '\\u', 4)), true],
  ['JSON, all escaped, upper', 'a.json', (w) => Buffer.from(escapes(w, '\\u', 4).toUpperCase().replaceAll('\\U', '\\u')), true],
  ['URL', 'History', (w) => Buffer.from(`http://localhost/?q=${encodeURIComponent(around(w))}`), false],
  ['URL, all escaped', 'History', (w) => Buffer.from(escapes(w, '%', 2)), true],
  ['hex', 'a', (w) => Buffer.from(Buffer.from(around(w)).toString('hex')), true],
  ...[0, 1, 2].map((shift) => [`base64, alignment ${shift}`, 'a', (w) => Buffer.from(base64At(around(w), shift)), true]),
  ['base64 of UTF-16LE', 'a', (w) => Buffer.from(Buffer.from(around(w), 'utf16le').toString('base64')), true],
  ['base64 written as UTF-16LE', 'a', (w) => Buffer.from(base64At(around(w), 0), 'utf16le'), true],
  ['mozLz4', 'recovery.jsonlz4', (w) => pack.mozLz4(Buffer.from(around(w))), true],
  ['mozLz4 inside another file', 'cache', (w) => Buffer.concat([Buffer.from(leadIn(100)), pack.mozLz4(Buffer.from(around(w)))]), true],
  ['gzip', 'entry', (w) => pack.gzip(Buffer.from(around(w))), true],
  ['gzip behind a cache header', 'f_00001', (w) => Buffer.concat([Buffer.from(leadIn(77)), pack.gzip(Buffer.from(around(w))), Buffer.from('trailer')]), true],
  ['gzip cut short', 'entry', (w) => pack.gzip(Buffer.from(around(w) + leadIn(2000))).subarray(0, 1800), true],
  ['zlib', 'entry', (w) => Buffer.concat([Buffer.from(leadIn(50)), pack.zlibStream(Buffer.from(around(w)))]), true],
  ['raw deflate', 'entry', (w) => pack.deflateRaw(Buffer.from(around(w))), true],
  ['brotli', 'entry', (w) => pack.brotli(Buffer.from(around(w))), true],
  ['snappy', 'entry', (w) => pack.snappyRaw(Buffer.from(around(w))), true],
  ['snappy of UTF-16LE', 'entry', (w) => pack.snappyRaw(Buffer.from(around(w), 'utf16le')), true],
  ['snappy, framed', 'morgue.final', (w) => pack.snappyFramed(Buffer.from(around(w))), true],
  ['gzip in mozLz4', 'a.jsonlz4', (w) => pack.mozLz4(pack.gzip(Buffer.from(around(w)))), true],
  ['LevelDB log, cut by a fragment header', 'leveldb/000003.log', (w) => pack.levelDbLog(Buffer.from(leadIn(32768 - 7 - 5) + w)), false],
  ['snappy in a LevelDB log over two blocks', 'leveldb/000003.log', (w) => pack.levelDbLog(pack.snappyRaw(Buffer.from(leadIn(40000) + around(w)))), true],
  ['LevelDB table', 'leveldb/000005.ldb', (w) => pack.levelDbTable(Buffer.from('key'), Buffer.from(around(w))), true],
  ['LevelDB table, key', 'leveldb/000005.ldb', (w) => pack.levelDbTable(Buffer.from(around(w)), Buffer.from('value')), true],
  ['SQLite overflow page', 'places.sqlite', (w) => pack.sqliteDatabase(Buffer.from(leadIn(2000) + around(w))), false],
  ['snappy in SQLite over two pages', 'data.sqlite', (w) => pack.sqliteDatabase(pack.snappyRaw(Buffer.from(leadIn(2000) + around(w)))), true],
];

test('every text field of the schema has a canary of its own', () => {
  const names = textFields(schema).map((field) => field.name);
  assert.ok(names.length > 40, `only ${names.length} text fields found`);
  for (const name of ['case.transfer.fromArea', 'person.name', 'assessment.answer.comment', 'evaluation.result', 'referral.changeReason']) {
    assert.ok(names.includes(name), `${name} is not among the text fields`);
  }
  assert.deepEqual(names.filter((name) => !canaries.byField.has(name)).sort(), [...exceptions(schema).keys()].sort());
  assert.equal(new Set(canaries.byField.values()).size, canaries.byField.size);
});

test('an exception is a text field that no draft takes, and says why', () => {
  for (const [name, why] of exceptions(schema)) {
    const [type, field] = name.split('.');
    const record = schema.records.find((each) => each.type === type);
    assert.ok(textFields(schema).some((each) => each.name === name), `${name} is a text field`);
    assert.equal(record.frozen, true, `${name} is written by the core alone`);
    assert.ok(record.fields.some((each) => each.name === field));
    assert.ok(why.length > 40, `${name} says why`);
  }
});

test('a text field without a canary, and a kind nobody decided on, are refused', () => {
  assert.throws(() => canaries.of('person.nickname'), /no canary/);
  const strange = structuredClone(schema);
  strange.records[0].fields.push({ name: 'voice', kind: 'recording' });
  assert.throws(() => textFields(strange), /kind recording/);
});

test('a canary fits the smallest text field', () => {
  for (const field of textFields(schema).filter(({ name }) => canaries.byField.has(name))) assert.ok(canaries.of(field.name).length <= field.maxBytes, field.name);
});

for (const [name, file, encode, isHidden] of ENCODINGS) {
  test(`scanner finds a canary planted as ${name}`, () => {
    const bytes = encode(word);
    const isPlain = bytes.includes(canaries.head) || bytes.includes(canaries.tail);
    assert.equal(isPlain, !isHidden, isHidden ? 'the plant is not hidden, so this shows nothing' : 'the plant was expected in plain');
    const { hits, unread } = scanBytes(file, bytes, needles);
    assert.ok(hits.length > 0, 'not found');
    assert.deepEqual(unread, []);
    const other = scanBytes(file, encode('a word that nobody planted here'), needles);
    assert.deepEqual(other.hits, [], 'found one that is not there');
  });
}

test('one cut through a canary leaves a half that is found', () => {
  for (let cut = 1; cut < word.length; cut++) {
    const bytes = Buffer.concat([Buffer.from(word.slice(0, cut)), Buffer.alloc(16), Buffer.from(word.slice(cut))]);
    assert.ok(scanBytes('a', bytes, needles).hits.length > 0, `cut at ${cut}`);
  }
});

test('a LevelDB block that cannot be unpacked is reported and not passed over', () => {
  const table = pack.levelDbTable(Buffer.from('key'), Buffer.from(around(word)));
  table[table.indexOf(Buffer.from([1, 0, 0, 0, 0]))] = 2;
  assert.ok(scanBytes('000005.ldb', table, needles).unread.length > 0);
});

test('a passphrase is found whole and in part, whatever stands between its words', () => {
  const phrase = 'gravel ostrich lantern pebble mitten';
  const words = compileWords(passphraseWords(phrase));
  for (const text of [phrase, phrase.replaceAll(' ', '-'), 'q=gravel+ostrich+lantern', 'lantern pebble mitten']) {
    assert.ok(scanBytes('a', Buffer.from(text), words).hits.length > 0, text);
    assert.ok(scanBytes('a', Buffer.from(text, 'utf16le'), words).hits.length > 0, `${text} as UTF-16LE`);
  }
  assert.deepEqual(scanBytes('a', Buffer.from('gravel\ngravely\nostrich\npebble lantern mitten'), words).hits, []);
});

test('a folder is scanned whole: nested files, file names, logs beside databases; the report names the field', () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'scan-'));
  try {
    mkdirSync(path.join(root, 'Default/Sessions'), { recursive: true });
    writeFileSync(path.join(root, 'Default/Sessions/Session_1'), Buffer.from(around(word), 'utf16le'));
    writeFileSync(path.join(root, 'Default', `${word}.txt`), 'nothing inside');
    writeFileSync(path.join(root, 'clean'), leadIn(5000));
    symlinkSync('/nowhere', path.join(root, 'SingletonLock'));
    const scan = scanTree(root, needles);
    assert.equal(scan.files, 4);
    assert.deepEqual([...new Set(scan.hits.map((hit) => hit.file))].sort(), ['Default/Sessions/Session_1', `Default/${word}.txt`].sort());
    assert.match(describeHits(root, scan.hits, canaries), /Session_1: canary of incident\.description, UTF-16LE/);
    assert.deepEqual(scanTree(root, compileWords(makeCanaries(schema).words)).hits, []);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
