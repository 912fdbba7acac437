#!/usr/bin/env node
// From core/domain/schema.json: the record tables of the core, the TypeScript types, and the tables of docs/RECORDS.md.
//   node build-scripts/gen-records.mjs [--check]
import { banner, cString, fillMarkers, markdownTable, pascal, readJson, snake, upper, writeOrCheck } from './gen-lib.mjs';

const SOURCE = 'core/domain/schema.json';
const BANNER = banner('gen-records.mjs', SOURCE);
const schema = readJson(SOURCE);

// --- the schema, checked and made regular -------------------------------------------------------

const MERGE = { S: 'SAFETY', R: 'REGISTER', N: 'NARRATIVE', E: 'SET', L: 'LIFECYCLE', X: 'FIXED' };
const PRIVACY = ['normal', 'restricted', 'never_to_perpetrator', 'art10'];
const NAMED_LEAST_SAFETY = ['risk-answer', 'most-confidential'];
// What a kind must say besides its name.
const KINDS = {
  text: ['maxBytes'], date: [], choice: ['choice'], boolean: [], integer: ['min', 'max'], composite: ['composite'],
  set: ['choice'], reference: [], references: ['record', 'max'], json: ['maxBytes'],
};
const LIST_COUNT_MAX = 64; // FK_RECORD_LIST_COUNT_MAX of fk/record.h
const COMMON = ['name', 'kind', 'required'];
const RECORD_ONLY = ['merge', 'privacy', 'search', 'keyed', 'leastSafety', 'safeToTell', 'fresh', 'system'];

const fail = (where, what) => { throw new Error(`${SOURCE}: ${where}: ${what}`); };
const typeNames = new Set(schema.records.map((record) => record.type));

function checkField(where, field, isRecordField) {
  const needs = KINDS[field.kind] ?? fail(where, `unknown kind ${field.kind}`);
  for (const property of needs) if (field[property] === undefined) fail(where, `no ${property}`);
  const known = [...COMMON, ...needs, ...(isRecordField ? RECORD_ONLY : []), ...(field.kind === 'reference' ? ['record'] : [])];
  for (const property of Object.keys(field)) if (!known.includes(property)) fail(where, `unknown property ${property}`);
  if (field.choice && !schema.choices[field.choice]) fail(where, `unknown choice ${field.choice}`);
  if (field.composite && !schema.composites[field.composite]) fail(where, `unknown composite ${field.composite}`);
  const listLength = { set: schema.choices[field.choice]?.length, references: field.max }[field.kind] ?? 0;
  if (listLength > LIST_COUNT_MAX) fail(where, `a list is longer than ${LIST_COUNT_MAX}`);
  if (field.record && !typeNames.has(field.record)) fail(where, `unknown record ${field.record}`);
  if (!isRecordField) {
    if (['composite', 'set', 'references', 'json'].includes(field.kind)) fail(where, 'a composite holds single values');
    return;
  }
  if (!MERGE[field.merge]) fail(where, 'no merge class');
  if (!PRIVACY.includes(field.privacy)) fail(where, 'no privacy class');
  if ((field.merge === 'S') !== (field.leastSafety !== undefined)) fail(where, 'leastSafety and merge class S go together');
  checkLeastSafety(where, field);
}

function checkLeastSafety(where, field) {
  if (field.leastSafety === undefined || NAMED_LEAST_SAFETY.includes(field.leastSafety)) return;
  const ordered = Array.isArray(field.leastSafety) && [...field.leastSafety].sort().join();
  if (ordered !== [...schema.choices[field.choice]].sort().join()) fail(where, 'leastSafety must order every value of the choice');
}

const fieldsOf = (object) => Object.entries(object).map(([name, spec]) => ({ name, ...spec }));
const composites = Object.entries(schema.composites).map(([name, members]) => ({ name, members: fieldsOf(members) }));
// Shipped records are read from core/content; only records people make have a state and versions.
// Who may write a record of a type; what is shipped nobody does.
const records = schema.records.map((record) => ({
  ...record,
  writers: record.shipped ? [] : (record.writers ?? schema.writers),
  fields: [...record.fields, ...(record.shipped ? [] : schema.everyRecord), ...(record.document ? schema.everyDocument : [])],
}));
for (const { name, members } of composites) for (const member of members) checkField(`${name}.${member.name}`, member, false);
for (const record of records) {
  for (const field of record.fields) checkField(`${record.type}.${field.name}`, field, true);
  if (new Set(record.fields.map((field) => field.name)).size !== record.fields.length) fail(record.type, 'a field twice');
  for (const role of record.writers) if (!schema.roles.includes(role)) fail(record.type, `unknown role ${role}`);
  if (record.shipped !== true && record.writers.length === 0) fail(record.type, 'nobody may write it');
}

// --- C --------------------------------------------------------------------------------------------

const enumOf = (name, prefix, values) => `typedef enum ${name} {\n${values.map((value) => `    ${prefix}_${upper(value)},`).join('\n')}\n} ${name};\n`;

function header() {
  const choices = Object.entries(schema.choices).map(([name, values]) => enumOf(`fk_choice_${snake(name)}`, `FK_CHOICE_${upper(name)}`, values));
  const fields = records.map((record) => enumOf(`fk_field_${snake(record.type)}`, `FK_FIELD_${upper(record.type)}`, record.fields.map((f) => f.name)));
  return `/* ${BANNER}
 *
 * Indices into the tables of fk/record.h: of record types, of the fields of each, of the values of choices. */
#ifndef FK_RECORDS_GEN_H
#define FK_RECORDS_GEN_H

enum { FK_SCHEMA_VERSION = ${schema.version}, FK_RECORD_TYPE_COUNT = ${records.length} };

${enumOf('fk_record_type_id', 'FK_RECORD_TYPE', records.map((record) => record.type))}
${fields.join('\n')}
${choices.join('\n')}
#endif
`;
}

function leastSafety(field, where) {
  if (field.leastSafety === undefined) return [];
  if (!Array.isArray(field.leastSafety)) return [`.least_safety = FK_LEAST_SAFETY_${upper(field.leastSafety)}`];
  return ['.least_safety = FK_LEAST_SAFETY_ORDER', `.least_safety_order = least_safety_${where}`];
}

function cField(field, where) {
  const flag = (property, member) => (field[property] === true ? [`.${member} = true`] : []);
  const parts = [
    `.name = ${cString(field.name)}`, `.kind = FK_RECORD_${upper(field.kind)}`,
    ...(field.merge ? [`.merge = FK_MERGE_${MERGE[field.merge]}`, `.privacy = FK_PRIVACY_${upper(field.privacy)}`] : []),
    ...flag('required', 'is_required'), ...flag('keyed', 'is_keyed'), ...flag('search', 'is_searchable'),
    ...flag('fresh', 'is_fresh'), ...flag('system', 'is_system'),
    ...(field.maxBytes ? [`.size_bytes_max = ${field.maxBytes}`] : []),
    ...(field.kind === 'references' ? [`.count_max = ${field.max}`] : []),
    ...(field.kind === 'integer' ? [`.min = ${field.min}`, `.max = ${field.max}`] : []),
    ...(field.choice ? [`.choice = &choice_${snake(field.choice)}`] : []),
    ...(field.composite ? [`.composite = &composite_${snake(field.composite)}`] : []),
    ...(field.record ? [`.record_type = ${cString(field.record)}`] : []),
    ...(field.safeToTell ? [`.safe_to_tell = ${cString(field.safeToTell)}`] : []),
    ...leastSafety(field, where),
  ];
  return `    { ${parts.join(', ')} },`;
}

function cFields(name, fields) {
  const orders = fields.filter((field) => Array.isArray(field.leastSafety)).map((field) => {
    const indices = field.leastSafety.map((value) => schema.choices[field.choice].indexOf(value));
    return `static const uint8_t least_safety_${name}_${snake(field.name)}[] = { ${indices.join(', ')} };\n`;
  });
  return `${orders.join('')}static const fk_record_field fields_${name}[] = {
${fields.map((field) => cField(field, `${name}_${snake(field.name)}`)).join('\n')}
};
`;
}

function tables() {
  const choices = Object.entries(schema.choices).map(([name, values]) => `static const char *const values_${snake(name)}[] = { ${values.map(cString).join(', ')} };
static const fk_record_choice choice_${snake(name)} = { ${cString(name)}, values_${snake(name)}, ${values.length} };
`);
  const composite = ({ name, members }) => `${cFields(snake(name), members)}static const fk_record_composite composite_${snake(name)} = { ${cString(name)}, fields_${snake(name)}, ${members.length} };
`;
  const writers = (r) => r.writers.map((role) => `FK_WRITER_${upper(role)}`).join(' | ') || '0';
  const row = (r) => `    { ${cString(r.type)}, ${writers(r)}, ${r.document === true}, ${r.frozen === true}, ${r.shipped === true}, fields_of_${snake(r.type)}, ${r.fields.length} },`;
  return `/* ${BANNER} */
#include "records_gen.h"

#include "fk/record.h"

#include "fk/banned.h"

const char *const fk_schema_sources[] = { ${schema.sources.map(cString).join(', ')}, NULL };

${choices.join('\n')}
${composites.map(composite).join('\n')}
${records.map((record) => cFields(`of_${snake(record.type)}`, record.fields)).join('\n')}
const fk_record_type fk_record_types[FK_RECORD_TYPE_COUNT] = {
${records.map(row).join('\n')}
};
`;
}

// --- TypeScript -------------------------------------------------------------------------------------

const TS_TYPES = {
  text: () => 'string', date: () => 'CivilDate', boolean: () => 'boolean', integer: () => 'number', json: () => 'JsonValue',
  reference: () => 'Id', references: () => 'readonly Id[]',
  choice: (field) => pascal(field.choice), set: (field) => `readonly ${pascal(field.choice)}[]`, composite: (field) => pascal(field.composite),
};

function tsField(field, isOptional) {
  const type = TS_TYPES[field.kind](field);
  return `  readonly ${field.name}${isOptional ? '?' : ''}: ${field.keyed ? `{ readonly [key: string]: ${type} }` : type};`;
}

function typescript() {
  const choice = ([name, values]) => `  ${name}: [${values.map((value) => `'${value}'`).join(', ')}],`;
  const composite = ({ name, members }) => `export interface ${pascal(name)} {\n${members.map((m) => tsField(m, m.required !== true)).join('\n')}\n}\n`;
  const record = (r) => `export interface ${pascal(r.type)}Record {\n${r.fields.map((f) => tsField(f, true)).join('\n')}\n}\n`;
  return `// ${BANNER}
import type { CivilDate, Id, JsonValue } from './protocol.gen.ts';

export const SCHEMA_VERSION = ${schema.version};

/** The allowed values of each choice, in the order they are offered. */
export const CHOICES = {
${Object.entries(schema.choices).map(choice).join('\n')}
} as const;

${Object.keys(schema.choices).map((name) => `export type ${pascal(name)} = (typeof CHOICES)['${name}'][number];`).join('\n')}

${composites.map(composite).join('\n')}
${records.map(record).join('\n')}
/** What \`fields\` of a record row holds, by its type. A field nobody recorded is left out. */
export interface RecordTypes {
${records.map((r) => `  readonly ${r.type}: ${pascal(r.type)}Record;`).join('\n')}
}

export type RecordType = keyof RecordTypes;

/** What \`fields\` of a draft row holds: null where the draft takes a value away. */
export type Drafted<Type> = { readonly [Name in keyof Type]?: Type[Name] | null };
`;
}

// --- documentation ----------------------------------------------------------------------------------

const KIND_WORDS = {
  text: (f) => `text, at most ${f.maxBytes} bytes`, date: () => 'date', boolean: () => 'true or false',
  integer: (f) => `integer ${f.min} to ${f.max}`, json: (f) => `JSON, at most ${f.maxBytes} bytes`,
  reference: (f) => `id of a ${f.record ?? 'record'}`, references: (f) => `at most ${f.max} ids of a ${f.record}`,
  choice: (f) => `one of \`${f.choice}\``, set: (f) => `some of \`${f.choice}\``, composite: (f) => `\`${f.composite}\``,
};

function notes(field) {
  const order = Array.isArray(field.leastSafety) ? field.leastSafety.join(', ') : field.leastSafety;
  return [
    field.keyed ? 'one per key' : '', field.search ? 'searched' : '',
    field.fresh ? 'empty in each new version' : '', field.system ? 'set by the app' : '',
    order ? `shown first in doubt: ${order}` : '', field.safeToTell ? `told on only if ${field.safeToTell}` : '',
  ].filter((note) => note !== '').join('; ');
}

function recordSection(record) {
  const flags = [
    record.document ? 'A document: drafted, completed, then never changed; changes make the next version.' : '',
    record.frozen ? 'Never changed after it was made.' : '', record.shipped ? 'Comes with the app.' : `Written by: ${record.writers.join(', ')}.`,
  ].filter((flag) => flag !== '').join(' ');
  const rows = record.fields.map((f) => [`\`${f.name}\``, KIND_WORDS[f.kind](f), f.required ? 'yes' : 'no', f.merge, f.privacy, notes(f)]);
  return `### ${record.type}\n\n${flags ? `${flags}\n\n` : ''}${markdownTable(['field', 'value', 'needed', 'merge', 'privacy', 'note'], rows)}\n`;
}

function documentation() {
  const member = (m) => `${m.name} (${KIND_WORDS[m.kind](m)}${m.required ? ', needed' : ''})`;
  return fillMarkers('docs/RECORDS.md', {
    version: `Schema version ${schema.version}. Sources, from which everything else is rebuilt: ${schema.sources.join(', ')}.`,
    merge: markdownTable(['class', 'name'], Object.entries(schema.mergeClasses)),
    records: records.map(recordSection).join('\n'),
    composites: markdownTable(['composite', 'members'], composites.map(({ name, members }) => [`\`${name}\``, members.map(member).join('; ')])),
    choices: markdownTable(['choice', 'values'], Object.entries(schema.choices).map(([name, values]) => [`\`${name}\``, values.join(', ')])),
  });
}

writeOrCheck({
  'core/domain/gen/records_gen.h': header(),
  'core/domain/gen/records_gen.c': tables(),
  'web/src/protocol/records.gen.ts': typescript(),
  'docs/RECORDS.md': documentation(),
});
