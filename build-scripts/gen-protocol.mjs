#!/usr/bin/env node
// From core/protocol/protocol.json: the C structs, codec tables and dispatch table, the TypeScript types, and the
// tables of docs/PROTOCOL.md. One description, so the two sides of the border cannot drift apart.
//   node build-scripts/gen-protocol.mjs [--check]
import { createHash } from 'node:crypto';
import { banner, cString, fillMarkers, markdownTable, pascal, readJson, readText, snake, upper, writeOrCheck } from './gen-lib.mjs';

const SOURCE = 'core/protocol/protocol.json';
const SCHEMA = 'core/domain/schema.json';
const BANNER = banner('gen-protocol.mjs', SOURCE);
const protocol = readJson(SOURCE);
const schemaHash = createHash('sha256').update(readText(SOURCE)).update(readText(SCHEMA)).digest().readUInt32BE(0);
const TIME_MS_MAX = 253402300799999; // the last millisecond of the year 9999

// How each type of a field appears. c: member of a struct; ts: property; wire: words for people.
// min and max stand in the table of the codec: range of a number, bytes of a text.
const SCALARS = {
  bool: { kind: 'BOOL', c: () => 'bool', ts: 'boolean', wire: () => 'true or false' },
  u32: { kind: 'U32', c: () => 'uint32_t', ts: 'number', wire: (f) => `integer ${f.min ?? 0} to ${f.max ?? 2 ** 32 - 1}`, min: (f) => f.min ?? 0, max: (f) => f.max ?? 2 ** 32 - 1 },
  timeMs: { kind: 'TIME_MS', c: () => 'uint64_t', ts: 'number', wire: () => 'ms since 1970 UTC, integer', max: () => TIME_MS_MAX },
  counter: { kind: 'COUNTER', c: () => 'uint64_t', ts: 'Counter', wire: () => '64-bit integer as a decimal string' },
  string: { kind: 'STRING', c: () => 'fk_bytes', ts: 'string', wire: (f) => `text, at most ${f.maxBytes} bytes`, max: (f) => f.maxBytes },
  date: { kind: 'DATE', c: () => 'fk_bytes', ts: 'CivilDate', wire: () => 'real date, YYYY-MM-DD' },
  id: { kind: 'ID', c: () => 'fk_id', ts: 'Id', wire: () => '32 lower-case hex digits' },
  json: {
    kind: (side) => (side === 'request' ? 'JSON_TREE' : 'JSON_TEXT'),
    c: (side) => (side === 'request' ? 'const fk_json *' : 'fk_bytes'),
    ts: 'JsonValue', wire: (f) => `any JSON, at most ${f.maxBytes} bytes`, max: (f) => f.maxBytes,
  },
};

// --- the description, checked and made regular ------------------------------------------------

const fail = (where, what) => { throw new Error(`${SOURCE}: ${where}: ${what}`); };
const fieldsOf = (object) => Object.entries(object).map(([name, spec]) => ({ name, ...spec }));

function checkField(where, field) {
  if (!SCALARS[field.type] && !protocol.types[field.type]) fail(where, `unknown type ${field.type}`);
  if (['string', 'json'].includes(field.type) && !(field.maxBytes > 0)) fail(where, 'no maxBytes');
  if (field.array !== undefined && !(field.array > 0)) fail(where, 'no bound of the array');
}

// Types a request or a reply uses, with the side they stand on, in the order of protocol.json.
const typeSides = new Map();
function visitTypes(where, fields, side) {
  for (const field of fields) {
    checkField(`${where}.${field.name}`, field);
    const type = protocol.types[field.type];
    if (type === undefined) continue;
    const inner = type.kind === 'object' ? fieldsOf(type.fields) : [];
    const known = typeSides.get(field.type);
    if (known && known !== side && inner.some((f) => f.type === 'json')) fail(where, `${field.type} holds json and stands on both sides`);
    typeSides.set(field.type, known ?? side);
    visitTypes(`${where}.${field.name}`, inner, side);
  }
}

// A request of raw bytes: a number (exactly so many) or { minBytes, maxBytes }. max 0: the request is JSON.
function rawRequest(where, raw) {
  if (typeof raw === 'number') return { min: raw, max: raw };
  if (raw === undefined || raw.type !== undefined) return { min: 0, max: 0 };
  if (!(raw.maxBytes > 0) || raw.maxBytes > protocol.limits.requestBytes || (raw.minBytes ?? 0) > raw.maxBytes) fail(where, 'bounds of raw');
  return { min: raw.minBytes ?? 0, max: raw.maxBytes };
}
const rawWords = ({ min, max }) => (min === max ? `exactly ${max}` : `${min} to ${max}`);

const errorTexts = new Set(protocol.errors.map((error) => error.text));
const commands = protocol.commands.map((command) => {
  const raw = rawRequest(command.name, command.request.raw);
  const rawReplyMax = command.reply.rawReply?.maxBytes ?? 0;
  if (rawReplyMax > protocol.limits.replyBytes) fail(command.name, 'a raw reply above replyBytes');
  const request = raw.max ? [] : fieldsOf(command.request);
  const reply = rawReplyMax ? [] : fieldsOf(command.reply);
  visitTypes(`${command.name}.request`, request, 'request');
  visitTypes(`${command.name}.reply`, reply, 'reply');
  for (const error of command.errors) if (!errorTexts.has(error)) fail(command.name, `unknown error ${error}`);
  return { ...command, raw, rawReplyMax, request, reply, c: snake(command.name), isMutation: command.mutation === true };
});
const unique = (values, what) => { if (new Set(values).size !== values.length) fail('commands', `${what} not unique`); };
unique(commands.map((command) => command.id), 'ids');
unique(commands.map((command) => command.name), 'names');
for (const name of Object.keys(protocol.types)) if (!typeSides.has(name)) fail(`types.${name}`, 'nothing uses it');

const types = Object.entries(protocol.types).map(([name, type]) => ({
  name, ...type, side: typeSides.get(name), c: `fk_protocol_${snake(name)}`,
  fields: type.kind === 'object' ? fieldsOf(type.fields) : [],
}));
// A struct comes after those it holds.
const objectTypes = types.filter((type) => type.kind === 'object');
const enumTypes = types.filter((type) => type.kind === 'enum');
const structs = [
  ...objectTypes,
  ...commands.flatMap((command) => [
    { c: `fk_${command.c}_request`, fields: command.request, raw: command.raw.max && `${rawWords(command.raw)} bytes, borrowed`, side: 'request' },
    { c: `fk_${command.c}_reply`, fields: command.reply, raw: command.rawReplyMax && `at most ${command.rawReplyMax} bytes, the first 0`, side: 'reply' },
  ]),
];

// --- C: status codes, structs -------------------------------------------------------------------

function statusList() {
  const rows = protocol.errors.map((e) => `    X(${e.name}, ${e.value}, ${cString(e.text)}, ${cString(e.explanation)})`);
  return `/* ${BANNER} */
#ifndef FK_STATUS_LIST_GEN_H
#define FK_STATUS_LIST_GEN_H

#define FK_STATUS_LIST(X) \\
${rows.join(' \\\n')}

#endif
`;
}

const cType = (field, side) => SCALARS[field.type]?.c(side) ?? `fk_protocol_${snake(field.type)}`;
const declare = (type, name) => (type.endsWith('*') ? `${type}${name}` : `${type} ${name}`);

function cMembers(struct) {
  if (struct.raw) return [`    fk_bytes raw; /* ${struct.raw} */`];
  if (struct.fields.length === 0) return ['    uint8_t unused; /* C has no empty struct */'];
  return struct.fields.flatMap((field) => {
    const type = cType(field, struct.side);
    const note = field.doc ? ` /* ${field.doc} */` : '';
    const has = field.optional ? [`    bool has_${snake(field.name)};`] : [];
    if (!field.array) return [...has, `    ${declare(type, snake(field.name))};${note}`];
    const element = type.endsWith('*') ? `${type}const *` : `const ${type} *`;
    return [...has, `    ${element}${snake(field.name)};${note}`, `    size_t ${snake(field.name)}_count; /* at most ${field.array} */`];
  });
}

function protocolHeader() {
  const list = commands.map((c) => `    X(${c.c}, ${upper(c.name)}, ${c.id}, ${cString(c.name)})`);
  const enums = enumTypes.map((type) => `typedef enum ${type.c} {
${type.values.map((value, index) => `    ${type.c.toUpperCase()}_${upper(value)} = ${index},`).join('\n')}
} ${type.c};
`);
  return `/* ${BANNER}
 *
 * What crosses the border, as C structs. In a request texts, arrays and trees are borrowed until the command has
 * answered. In a reply the handler points into the arena it got. has_x tells whether an optional x is there. */
#ifndef FK_PROTOCOL_GEN_H
#define FK_PROTOCOL_GEN_H

#include "fk/bytes.h"

typedef struct fk_json fk_json; /* fk/json.h */

#define FK_PROTOCOL_VERSION ${protocol.version}U
/* First 4 bytes of SHA-256 over protocol.json and schema.json: both sides of the border compare it at start. */
#define FK_PROTOCOL_SCHEMA_HASH 0x${schemaHash.toString(16).padStart(8, '0')}U

enum {
${Object.entries(protocol.limits).map(([name, value]) => `    FK_PROTOCOL_${upper(name)}_MAX = ${value},`).join('\n')}
    FK_COMMAND_COUNT = ${commands.length},
};

/* X(name, NAME, id, "text") */
#define FK_COMMAND_LIST(X) \\
${list.join(' \\\n')}

typedef enum fk_command_id {
${commands.map((c) => `    FK_COMMAND_${upper(c.name)} = ${c.id},`).join('\n')}
} fk_command_id;

${enums.join('\n')}
${structs.map((struct) => `typedef struct ${struct.c} {\n${cMembers(struct).join('\n')}\n} ${struct.c};\n`).join('\n')}
#endif
`;
}

// --- C: tables of the codec ---------------------------------------------------------------------

function shapeField(struct, field) {
  const scalar = SCALARS[field.type];
  const type = types.find((candidate) => candidate.name === field.type);
  const kind = scalar ? (typeof scalar.kind === 'string' ? scalar.kind : scalar.kind(struct.side)) : type.kind.toUpperCase();
  const at = (name) => `offsetof(${struct.c}, ${name})`;
  const parts = [`.name = ${cString(field.name)}`, `.kind = FK_SHAPE_${kind}`, `.offset = ${at(snake(field.name))}`];
  if (field.optional) parts.push('.is_optional = true', `.has_offset = ${at(`has_${snake(field.name)}`)}`);
  if (field.array) parts.push(`.count_max = ${field.array}`, `.count_offset = ${at(`${snake(field.name)}_count`)}`);
  if (scalar?.min) parts.push(`.min = ${scalar.min(field)}`);
  if (scalar?.max) parts.push(`.max = ${scalar.max(field)}`);
  if (type?.kind === 'object') parts.push(`.object = &shape_${snake(type.name)}`);
  if (type?.kind === 'enum') parts.push(`.values = values_${snake(type.name)}`, `.value_count = ${type.values.length}`);
  return `    { ${parts.join(', ')} },`;
}

function shape(struct, variable) {
  if (struct.fields.length === 0) return `static const fk_shape ${variable} = { NULL, 0, sizeof(${struct.c}) };\n`;
  return `static const fk_shape_field ${variable}_fields[] = {
${struct.fields.map((field) => shapeField(struct, field)).join('\n')}
};
static const fk_shape ${variable} = { ${variable}_fields, ${struct.fields.length}, sizeof(${struct.c}) };
`;
}

function codecTables() {
  const values = enumTypes.map((type) => `static const char *const values_${snake(type.name)}[] = { ${type.values.map(cString).join(', ')} };
_Static_assert(sizeof(${type.c}) == sizeof(uint32_t), "the codec moves enums as uint32_t");
`);
  const shapes = structs.map((struct) => shape(struct, struct.c.replace(/^fk_(protocol_)?/, 'shape_')));
  const rows = commands.map((c) => `    { ${cString(c.name)}, ${c.id}, ${c.raw.min}, ${c.raw.max}, ${c.rawReplyMax}, ${c.isMutation}, &shape_${c.c}_request, &shape_${c.c}_reply },`);
  return `/* ${BANNER} */
#include "fk/protocol_codec.h"

#include "fk/protocol_gen.h"

#include "fk/banned.h"

${values.join('\n')}
${shapes.join('\n')}
const fk_command fk_commands[FK_COMMAND_COUNT] = {
${rows.join('\n')}
};
`;
}

// --- C: dispatch --------------------------------------------------------------------------------

const handlerPrototype = (c) => `fk_status fk_handle_${c.c}(fk_session *session, fk_arena *arena, const fk_${c.c}_request *request,
    fk_${c.c}_reply *reply, fk_error *error);`;

function dispatchHeader() {
  return `/* ${BANNER}
 *
 * One handler per command. A command without a handler does not link: dispatch_gen.c names them all.
 *
 * request  borrowed, checked against every bound of the protocol.
 * reply    zeroed; what it points to lives in the arena.
 * error    where and why; never what a person typed. */
#ifndef FK_DISPATCH_GEN_H
#define FK_DISPATCH_GEN_H

#include "fk/protocol_gen.h"
#include "fk/session.h"

${commands.map((c) => `FK_MUST_USE ${handlerPrototype(c)}`).join('\n')}

typedef fk_status fk_handler(fk_session *session, fk_arena *arena, const void *request, void *reply, fk_error *error);

/* In the order of fk_commands of fk/protocol_codec.h. */
extern fk_handler *const fk_handlers[FK_COMMAND_COUNT];

#endif
`;
}

function dispatchTable() {
  const wrapper = (c) => `static fk_status run_${c.c}(fk_session *session, fk_arena *arena, const void *request, void *reply, fk_error *error)
{
    return fk_handle_${c.c}(session, arena, request, reply, error);
}
`;
  return `/* ${BANNER} */
#include "dispatch_gen.h"

#include "fk/banned.h"

${commands.map(wrapper).join('\n')}
fk_handler *const fk_handlers[FK_COMMAND_COUNT] = {
${commands.map((c) => `    run_${c.c},`).join('\n')}
};
`;
}

// --- TypeScript ---------------------------------------------------------------------------------

const tsType = (field) => {
  const single = SCALARS[field.type]?.ts ?? pascal(field.type);
  return field.array ? `readonly ${single}[]` : single;
};

function tsInterface(name, fields) {
  if (fields.length === 0) return `export type ${name} = Readonly<Record<string, never>>;\n`;
  const property = (f) => `${f.doc ? `  /** ${f.doc} */\n` : ''}  readonly ${f.name}${f.optional ? '?' : ''}: ${tsType(f)};`;
  return `export interface ${name} {\n${fields.map(property).join('\n')}\n}\n`;
}

function typescript() {
  const union = (values) => values.map((value) => `'${value}'`).join(' | ') || 'never';
  const row = (c) => `  /** ${c.doc} */
  readonly '${c.name}': { readonly request: ${c.raw.max ? 'Uint8Array' : `${pascal(c.name)}Request`}; readonly reply: ${c.rawReplyMax ? 'Uint8Array' : `${pascal(c.name)}Reply`}; readonly error: ${[...c.errors.map((e) => `'${e}'`), 'CommonErrorCode'].join(' | ')} };`;
  return `// ${BANNER}

declare const brand: unique symbol;
/** 32 lower-case hex digits */
export type Id = string & { readonly [brand]: 'Id' };
/** 64-bit integer as a decimal string */
export type Counter = string & { readonly [brand]: 'Counter' };
/** A real date, YYYY-MM-DD */
export type CivilDate = string & { readonly [brand]: 'CivilDate' };
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

export const PROTOCOL_VERSION = ${protocol.version};
export const SCHEMA_HASH = 0x${schemaHash.toString(16).padStart(8, '0')};
${Object.entries(protocol.limits).map(([name, value]) => `export const ${upper(name)}_MAX = ${value};`).join('\n')}

export type ErrorCode =
${protocol.errors.filter((e) => e.text !== 'ok').map((e) => `  /** ${e.explanation} */\n  | '${e.text}'`).join('\n')};

/** What every command can answer besides its own errors. */
export type CommonErrorCode = ${union(protocol.commonErrors)};

${enumTypes.map((type) => `export type ${pascal(type.name)} = ${union(type.values)};\n`).join('\n')}
${objectTypes.map((type) => tsInterface(pascal(type.name), type.fields)).join('\n')}
${commands.flatMap((c) => [
    ...(c.raw.max ? [] : [tsInterface(`${pascal(c.name)}Request`, c.request)]),
    ...(c.rawReplyMax ? [] : [tsInterface(`${pascal(c.name)}Reply`, c.reply)]),
  ]).join('\n')}
export interface Commands {
${commands.map(row).join('\n')}
}

export type CommandName = keyof Commands;

export const COMMAND_IDS: { readonly [Name in CommandName]: number } = {
${commands.map((c) => `  '${c.name}': ${c.id},`).join('\n')}
};

/** Commands whose request is raw bytes instead of JSON, with their bounds. */
export const RAW_REQUEST_BYTES: { readonly [Name in CommandName]?: { readonly min: number; readonly max: number } } = {
${commands.filter((c) => c.raw.max).map((c) => `  '${c.name}': { min: ${c.raw.min}, max: ${c.raw.max} },`).join('\n')}
};

/** Commands whose reply is raw bytes that begin with 0; an error is JSON, which begins with '{'. */
export type RawReplyCommand = ${union(commands.filter((c) => c.rawReplyMax).map((c) => c.name))};

/** Commands that may be sent again with the same mutationId: a repeat returns the first reply. */
export const MUTATIONS: ReadonlySet<CommandName> = new Set<CommandName>([
${commands.filter((c) => c.isMutation).map((c) => `  '${c.name}',`).join('\n')}
]);
`;
}

// --- documentation ------------------------------------------------------------------------------

function wire(field) {
  const type = protocol.types[field.type];
  const words = SCALARS[field.type]?.wire(field) ?? (type.kind === 'enum' ? `one of ${type.values.join(', ')}` : `\`${field.type}\``);
  return field.array ? `list of at most ${field.array}: ${words}` : words;
}

function fieldTable(fields) {
  if (fields.length === 0) return 'No fields.';
  return markdownTable(['field', 'value', 'must be there', 'note'],
    fields.map((f) => [`\`${f.name}\``, wire(f), f.optional ? 'no' : 'yes', f.doc ?? '']));
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

function commandSection(c) {
  const own = c.errors.length > 0 ? `Errors of its own: ${c.errors.join(', ')}.` : 'No errors of its own.';
  const request = c.raw.max ? `${capital(rawWords(c.raw))} raw bytes, not JSON.` : fieldTable(c.request);
  const reply = c.rawReplyMax ? `At most ${c.rawReplyMax} raw bytes that begin with 0, not JSON. An error is JSON.` : fieldTable(c.reply);
  return `### ${c.name} (${c.id})\n\n${c.doc}${c.isMutation ? ' A mutation: a repeat with the same `mutationId` returns the first reply.' : ''}\n\nRequest\n\n${request}\n\nReply\n\n${reply}\n\n${own}\n`;
}

function documentation() {
  return fillMarkers('docs/PROTOCOL.md', {
    version: `Protocol version ${protocol.version}, ${commands.length} commands.`,
    limits: markdownTable(['limit', 'value'], Object.entries(protocol.limits).map(([name, value]) => [name, value])),
    errors: markdownTable(['code', 'meaning'], protocol.errors.map((e) => [`\`${e.text}\``, e.explanation])),
    common: `Every command can answer: ${protocol.commonErrors.map((e) => `\`${e}\``).join(', ')}.`,
    commands: commands.map(commandSection).join('\n'),
    types: objectTypes.map((type) => `### ${type.name}\n\n${fieldTable(type.fields)}\n`).join('\n'),
  });
}

writeOrCheck({
  'core/base/include/fk/status_list_gen.h': statusList(),
  'core/protocol/gen/fk/protocol_gen.h': protocolHeader(),
  'core/codec/gen/protocol_codec_gen.c': codecTables(),
  'core/app/gen/dispatch_gen.h': dispatchHeader(),
  'core/app/gen/dispatch_gen.c': dispatchTable(),
  'web/src/protocol/protocol.gen.ts': typescript(),
  'docs/PROTOCOL.md': documentation(),
});
