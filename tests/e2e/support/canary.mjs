// Canaries: words that exist nowhere else, one for each field that can hold text, and a scanner that looks for them in every
// file a browser left behind. Finding one means that something a person typed reached the disk in plain.
import { randomInt } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { embeddedStreams, headlessStreams, levelDbLog, levelDbTable, sqliteValues } from './unpack.mjs';

const STEM_LETTERS = 10;
const CODE_LETTERS = 6;
const MAX_DEPTH = 4;
/** A value without a magic is only tried as a packed stream when it is at least this long: 26 random letters take 15.3 bytes. */
const MIN_PACKED_BYTES = 16;
/** Kinds of schema.json that cannot carry free text. A kind that is in neither list is an error: somebody has to decide. */
const TEXTLESS_KINDS = new Set(['date', 'choice', 'boolean', 'integer', 'reference', 'references']);

function letters(count) {
  return Array.from({ length: count }, () => String.fromCharCode(97 + randomInt(26))).join('');
}

function compositeTexts(schema, name, field) {
  const parts = schema.composites[field.composite];
  return Object.keys(parts).flatMap((part) => textsOf(schema, `${name}.${part}`, parts[part]));
}

function textsOf(schema, name, field) {
  if (field.kind === 'text' || field.kind === 'json') return [{ name, kind: field.kind, maxBytes: field.maxBytes }];
  if (field.kind === 'composite') return compositeTexts(schema, name, field);
  if (field.kind === 'set') return field.choice === undefined ? [{ name, kind: 'text', maxBytes: field.maxBytes }] : [];
  if (TEXTLESS_KINDS.has(field.kind)) return [];
  throw new Error(`schema.json: field ${name} has kind ${field.kind}; say in canary.mjs whether it can hold text`);
}

/** Text fields that cannot have a canary of their own, each with its reason: the schema's `notCanaries`. */
export const exceptions = (schema) => new Map(schema.notCanaries.map(({ field, why }) => [field, why]));

/** Every place of the schema that can hold text, as `type.field` or `type.field.part`. Shipped records are part of the app. */
export function textFields(schema) {
  return schema.records
    .filter((record) => record.shipped !== true)
    .flatMap((record) => {
      const fields = [...record.fields, ...schema.everyRecord, ...(record.document ? schema.everyDocument : [])];
      return fields.flatMap((field) => textsOf(schema, `${record.type}.${field.name}`, field));
    });
}

/** Free text a person types that is no field of a record. */
const OTHER_TEXTS = ['ui.search', 'ui.changeReason'];

/**
 * One canary for each text field. They share a head and a tail that are new for each run, so the scanner looks for two words
 * whatever the number of fields, and one cut (a page border of a database, say) still leaves one of the two whole.
 */
export function makeCanaries(schema) {
  const head = letters(STEM_LETTERS);
  const tail = letters(STEM_LETTERS);
  const codes = new Set();
  const byField = new Map();
  const excepted = exceptions(schema);
  for (const name of [...textFields(schema).map((field) => field.name).filter((each) => !excepted.has(each)), ...OTHER_TEXTS]) {
    let code = letters(CODE_LETTERS);
    while (codes.has(code)) code = letters(CODE_LETTERS);
    codes.add(code);
    byField.set(name, `${head}${code}${tail}`);
  }
  const planted = new Set();
  const of = (name) => {
    const word = byField.get(name);
    if (word === undefined) throw new Error(`no canary for ${name}: schema.json has no such text field`);
    planted.add(name);
    return word;
  };
  return { head, tail, byField, of, planted, words: [head, tail], unplanted: () => [...byField.keys()].filter((name) => !planted.has(name)) };
}

/** Words that betray a passphrase: its first and last three words with each separator that software puts between words. */
export function passphraseWords(passphrase) {
  const words = passphrase.trim().split(/[\s-]+/);
  if (words.length < 4) throw new Error('a generated passphrase has at least five words');
  const ends = [words.slice(0, 3), words.slice(-3)];
  return ends.flatMap((part) => [' ', '-', '+', '\n', '\0', ''].map((separator) => part.join(separator)));
}

function base64Forms(bytes, kind) {
  const forms = [];
  for (let shift = 0; shift < 3; shift++) {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '');
    // Characters that also hold bits of the neighbours are cut off at both ends.
    const from = Math.ceil((shift * 8) / 6);
    const to = Math.floor(((shift + bytes.length) * 8) / 6);
    const core = text.slice(from, to);
    forms.push([`base64 ${kind} +${shift}`, core]);
    forms.push([`base64url ${kind} +${shift}`, core.replaceAll('+', '-').replaceAll('/', '_')]);
    forms.push([`base64 as UTF-16LE ${kind} +${shift}`, Buffer.from(core, 'utf16le')]);
  }
  return forms;
}

function unicodeEscapes(text, upper) {
  return Array.from({ length: text.length }, (_, i) => {
    const hex = text.charCodeAt(i).toString(16).padStart(4, '0');
    return `\\u${upper ? hex.toUpperCase() : hex}`;
  }).join('');
}

function percentEscapes(utf8, upper) {
  return [...utf8].map((byte) => `%${upper ? byte.toString(16).padStart(2, '0').toUpperCase() : byte.toString(16).padStart(2, '0')}`).join('');
}

/** Every form in which `text` is looked for: [name, bytes], equal ones once. */
export function encodingsOf(text) {
  const utf8 = Buffer.from(text, 'utf8');
  const utf16 = Buffer.from(text, 'utf16le');
  const asciiJson = JSON.stringify(text).slice(1, -1).replace(/[^\x20-\x7e]/g, (c) => unicodeEscapes(c, false));
  const forms = [
    ['UTF-8', utf8],
    ['UTF-16LE', utf16],
    ['UTF-16BE', Buffer.from(utf16).swap16()],
    ['JSON', JSON.stringify(text).slice(1, -1)],
    ['JSON, ASCII only', asciiJson],
    ['JSON, all escaped', unicodeEscapes(text, false)],
    ['JSON, all escaped, upper', unicodeEscapes(text, true)],
    ['URL', encodeURIComponent(text)],
    ['URL, form', encodeURIComponent(text).replaceAll('%20', '+')],
    ['URL, all escaped', percentEscapes(utf8, true)],
    ['URL, all escaped, lower', percentEscapes(utf8, false)],
    ['hex', utf8.toString('hex')],
    ['hex, upper', utf8.toString('hex').toUpperCase()],
    ...base64Forms(utf8, 'UTF-8'),
    ...base64Forms(utf16, 'UTF-16LE'),
  ];
  const seen = new Map();
  for (const [name, form] of forms) {
    const bytes = Buffer.isBuffer(form) ? form : Buffer.from(form, 'latin1');
    const key = bytes.toString('latin1');
    if (!seen.has(key)) seen.set(key, { name, bytes });
  }
  return [...seen.values()];
}

/** Turns words into what `scanBytes` and `scanTree` look for. */
export function compileWords(words) {
  return words.flatMap((word) => encodingsOf(word).map((form) => ({ word, encoding: form.name, bytes: form.bytes })));
}

/** Containers whose parts are scanned one by one. `wal` is the write-ahead log beside a database. */
function* containerParts(bytes, name, wal, unread) {
  const values = sqliteValues(bytes, wal);
  if (values !== null) for (const value of values) yield { via: 'sqlite', bytes: value };
  const table = levelDbTable(bytes);
  if (table !== null) {
    if (table.unread > 0) unread.push(`${name}: ${table.unread} LevelDB blocks could not be unpacked`);
    for (const part of table.parts) yield { via: 'leveldb', bytes: part };
  }
  if (/(^|\/)\d+\.log$/.test(name)) for (const record of levelDbLog(bytes)) yield { via: 'leveldb-log', bytes: record };
}

function search(bytes, needles, via, name, hits) {
  for (const needle of needles) {
    const offset = bytes.indexOf(needle.bytes);
    if (offset !== -1) hits.push({ file: name, word: needle.word, encoding: needle.encoding, via, offset });
  }
}

/** Looks at the bytes, then at everything packed in them. `isValue`: something begins here, so formats without a magic are tried. */
function scanLayer(bytes, needles, state, via, isValue) {
  search(bytes, needles, via, state.name, state.hits);
  if (via.length >= MAX_DEPTH) return;
  for (const part of embeddedStreams(bytes)) scanLayer(part.bytes, needles, state, [...via, part.via], true);
  if (!isValue || bytes.length < MIN_PACKED_BYTES) return;
  for (const part of headlessStreams(bytes)) scanLayer(part.bytes, needles, state, [...via, part.via], false);
}

/**
 * Scans one file's bytes. In: its name (for the report and for LevelDB's logs), needles of compileWords, the write-ahead log of
 * a database. Out: { hits, unread }: where a word was found, and what announced a format but could not be unpacked.
 */
export function scanBytes(name, bytes, needles, wal = Buffer.alloc(0)) {
  const state = { name, hits: [], unread: [] };
  scanLayer(bytes, needles, state, [], true);
  for (const part of containerParts(bytes, name, wal, state.unread)) {
    scanLayer(part.bytes, needles, state, [part.via], true);
  }
  return { hits: state.hits, unread: state.unread };
}

function* filesUnder(root) {
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    const full = path.join(root, entry.name);
    if (entry.isDirectory()) yield* filesUnder(full);
    else if (entry.isFile()) yield full;
    else if (entry.isSymbolicLink()) yield full;
  }
}

function contents(file) {
  const info = lstatSync(file);
  // A link's target is text too; what it points to is scanned where it lies.
  return info.isSymbolicLink() ? Buffer.alloc(0) : readFileSync(file);
}

function walOf(file) {
  try {
    return readFileSync(`${file}-wal`);
  } catch (error) {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** Scans every file under `root` and its name. Out: { files, bytes, hits, unread }. */
export function scanTree(root, needles) {
  const total = { files: 0, bytes: 0, hits: [], unread: [] };
  for (const file of filesUnder(root)) {
    const name = path.relative(root, file);
    const bytes = contents(file);
    const { hits, unread } = scanBytes(name, bytes, needles, walOf(file));
    search(Buffer.from(name, 'utf8'), needles, ['file name'], name, hits);
    total.files++;
    total.bytes += bytes.length;
    total.hits.push(...hits);
    total.unread.push(...unread);
  }
  return total;
}

/**
 * Report of a scan for an assertion's message: one line per hit with the fields whose canary is in that file. `root` is scanned
 * again only for these files, with one word per field.
 */
export function describeHits(root, hits, canaries) {
  const words = compileWords([...canaries.byField.values()]);
  const nameOf = new Map([...canaries.byField].map(([name, word]) => [word, name]));
  const fields = new Map();
  for (const name of new Set(hits.map((hit) => hit.file))) {
    const file = path.join(root, name);
    const found = scanBytes(name, contents(file), words, walOf(file)).hits;
    fields.set(name, [...new Set(found.map((hit) => nameOf.get(hit.word)))].join(', '));
  }
  return hits.map((hit) => {
    const what = canaries.words.includes(hit.word) ? `canary of ${fields.get(hit.file) || 'a field (cut)'}` : 'passphrase';
    return `${hit.file}: ${what}, ${hit.encoding} at ${hit.offset}${hit.via.length > 0 ? ` in ${hit.via.join(' > ')}` : ''}`;
  }).join('\n');
}
