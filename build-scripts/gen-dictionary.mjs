// The preset dictionary of segment bodies (core/wire): bytes that records have in common, known to both sides.
//
//   node build-scripts/gen-dictionary.mjs [--check]        write core/wire/gen/dictionary_gen.c from dictionary-1.bin
//   node build-scripts/gen-dictionary.mjs --propose FILE   make the bytes of a next dictionary from what is there now
//
// A dictionary never changes once a segment was made with it: what was deflated is read with the same bytes for ever.
// tests/generators.test.mjs pins the hash of dictionary 1. A better one gets the next number and a reader for both.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, banner, readJson, readText, writeOrCheck } from './gen-lib.mjs';

const FROZEN = 'core/wire/dictionary/dictionary-1.bin';
const TARGET = 'core/wire/gen/dictionary_gen.c';

function cSource(bytes) {
  const lines = [];
  for (let start = 0; start < bytes.length; start += 28) lines.push(`    ${[...bytes.subarray(start, start + 28)].join(',')},`);
  return `/* ${banner('gen-dictionary.mjs', FROZEN)} */
#include "dictionary.h"

#include "fk/banned.h"

const uint8_t fk_dictionary_1[] = {
${lines.join('\n')}
};
const size_t fk_dictionary_1_size_bytes = sizeof fk_dictionary_1;
`;
}

// --- proposing the next one ---------------------------------------------------------------------------

const sized = (text) => String.fromCharCode(text.length) + text;
const valueStart = (size) => String.fromCharCode(size & 255, size >> 8, 0, 0);

// What the value of a field begins with, or is.
function shapesOf(field, schema) {
  const quoted = (name) => (schema.choices[name] ?? []).map((value) => `"${value}"`);
  switch (field.kind) {
    case 'choice': return quoted(field.choice);
    case 'set': return [`[${quoted(field.choice).join(',')}]`];
    case 'boolean': return ['true', 'false'];
    case 'composite': {
      const members = Object.entries(schema.composites[field.composite]);
      return [`{${members.map(([name, member]) => `"${name}":${shapesOf(member, schema)[0] ?? ''}`).join(',')}}`];
    }
    case 'date': return ['"2026-11-', '"2027-0'];
    case 'integer': return ['1'];
    case 'reference': case 'references': return ['"'];
    default: return ['"'];
  }
}

// One operation as it stands in a body, without what is random: type, field, flags, no `over`, the value.
function operationsOf(record, schema) {
  const shared = [...(record.document ? schema.everyDocument : []), ...schema.everyRecord];
  return [...shared, ...record.fields].flatMap((field) => shapesOf(field, schema)
    .map((value) => `${sized(record.type)}${sized(field.keyed ? `${field.name}/` : field.name)}\u0001\u0000${valueStart(value.length)}${value}`));
}

function propose() {
  const schema = readJson('core/domain/schema.json');
  const evaluation = [...readText('core/app/src/evaluation_write.c').matchAll(/"(\w+)"/g)].map((match) => `"${match[1]}":`);
  const items = JSON.stringify(readJson('core/content/dash-adult.json')).match(/D\d\d_[A-Z_]+/g);
  const pieces = [
    readText('core/wire/dictionary/phrases.txt').replaceAll('\n', ''),
    [...new Set(evaluation)].join(''),
    [...new Set(items)].map((item) => `answer/${item}`).join(''),
    ...schema.records.filter((record) => !record.shipped).flatMap((record) => operationsOf(record, schema)),
  ];
  return Buffer.from(pieces.join(''));
}

const proposed = process.argv.indexOf('--propose');
if (proposed >= 0) {
  writeFileSync(process.argv[proposed + 1], propose());
} else {
  writeOrCheck({ [TARGET]: cSource(readFileSync(join(ROOT, FROZEN))) });
}
