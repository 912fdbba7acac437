// Goal: one edit of protocol.json or schema.json reaches every side, and a description with a hole is refused.
// Method: the generators run on a copy of the tree.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

import { readTree } from '../build-scripts/check.mjs';

const folder = mkdtempSync(join(tmpdir(), 'fk-generators-'));
after(() => rmSync(folder, { recursive: true }));
const tree = readTree();

const PROTOCOL = 'core/protocol/protocol.json';
const SCHEMA = 'core/domain/schema.json';
const read = (path) => readFileSync(join(folder, path), 'utf8');

function copyTree() {
  for (const [path, text] of Object.entries(tree)) {
    if (!/^(build-scripts|core|docs|web)\//.test(path)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Run a generator on the copy after an edit of its source. */
function generate(generator, source, edit) {
  copyTree();
  const description = JSON.parse(read(source));
  edit(description);
  writeFileSync(join(folder, source), JSON.stringify(description));
  return spawnSync(process.execPath, [join(folder, 'build-scripts', generator)], { encoding: 'utf8' });
}

const commandOf = (protocol, name) => protocol.commands.find((command) => command.name === name);
const fieldOf = (schema, type, name) => schema.records.find((record) => record.type === type).fields.find((field) => field.name === name);

const HOLES = [
  ['an_unknown_type', PROTOCOL, (p) => { commandOf(p, 'case.list').request.search.type = 'text'; }, /unknown type text/],
  ['a_text_without_bound', PROTOCOL, (p) => { delete commandOf(p, 'case.list').request.search.maxBytes; }, /case.list.request.search: no maxBytes/],
  ['a_list_without_bound', PROTOCOL, (p) => { commandOf(p, 'draft.save').request.changes.array = 0; }, /no bound of the array/],
  ['an_id_twice', PROTOCOL, (p) => { p.commands[1].id = p.commands[0].id; }, /ids not unique/],
  ['a_name_twice', PROTOCOL, (p) => { p.commands[1].name = p.commands[0].name; }, /names not unique/],
  ['an_unknown_error', PROTOCOL, (p) => { p.commands[1].errors.push('other'); }, /unknown error other/],
  ['a_type_nothing_uses', PROTOCOL, (p) => { p.types.extra = { kind: 'enum', values: ['a'] }; }, /types.extra: nothing uses it/],
  ['json_of_one_type_on_both_sides', PROTOCOL, (p) => { commandOf(p, 'vault.lock').reply.change = { type: 'fieldChange' }; }, /stands on both sides/],
  ['a_field_without_merge_class', SCHEMA, (s) => { delete fieldOf(s, 'case', 'reference').merge; }, /case.reference: no merge class/],
  ['a_field_without_privacy_class', SCHEMA, (s) => { fieldOf(s, 'case', 'reference').privacy = 'open'; }, /no privacy class/],
  ['a_safety_field_without_order', SCHEMA, (s) => { delete fieldOf(s, 'incident', 'childrenPresent').leastSafety; }, /leastSafety and merge class S/],
  ['a_writer_without_a_role', SCHEMA, (s) => { s.records[0].writers = ['visitor']; }, /unknown role visitor/],
  ['a_record_nobody_may_write', SCHEMA, (s) => { s.records[0].writers = []; }, /nobody may write it/],
  ['an_order_that_leaves_a_value_out', SCHEMA, (s) => { fieldOf(s, 'incident', 'childrenPresent').leastSafety.pop(); }, /must order every value/],
  ['an_unknown_choice', SCHEMA, (s) => { fieldOf(s, 'case', 'status').choice = 'other'; }, /unknown choice other/],
  ['a_text_field_without_bound', SCHEMA, (s) => { delete fieldOf(s, 'person', 'name').maxBytes; }, /person.name: no maxBytes/],
  ['a_misspelt_property', SCHEMA, (s) => { fieldOf(s, 'person', 'name').serach = true; }, /unknown property serach/],
  ['a_list_in_a_composite', SCHEMA, (s) => { s.composites.birth.flags = { kind: 'set', choice: 'localFlag' }; }, /a composite holds single values/],
  ['a_list_too_long', SCHEMA, (s) => { fieldOf(s, 'prior_marac', 'perpetrators').max = 65; }, /a list is longer than 64/],
];

for (const [name, source, edit, message] of HOLES) {
  test(`generators__refuse_${name}`, () => {
    const { status, stderr } = generate(source === PROTOCOL ? 'gen-protocol.mjs' : 'gen-records.mjs', source, edit);
    assert.notEqual(status, 0);
    assert.match(stderr, message);
  });
}

test('a_new_command__reaches_every_side', () => {
  const { status, stderr } = generate('gen-protocol.mjs', PROTOCOL, (p) => p.commands.push({
    name: 'case.close', id: 999, doc: 'Close.', request: { whyNow: { type: 'string', maxBytes: 7 } }, reply: { closedOn: { type: 'date', optional: true } }, errors: [],
  }));
  assert.equal(status, 0, stderr);
  assert.match(read('core/protocol/gen/fk/protocol_gen.h'), /fk_bytes why_now;[^]*bool has_closed_on;/);
  assert.match(read('core/codec/gen/protocol_codec_gen.c'), /"case.close", 999, 0, 0, 0, false/);
  assert.match(read('core/app/gen/dispatch_gen.h'), /fk_handle_case_close\(/);
  assert.match(read('core/app/gen/dispatch_gen.c'), /run_case_close,/);
  assert.match(read('web/src/protocol/protocol.gen.ts'), /'case.close': \{ readonly request: CaseCloseRequest/);
  assert.match(read('docs/PROTOCOL.md'), /### case.close \(999\)/);
});

test('a_new_field__reaches_every_side', () => {
  const { status, stderr } = generate('gen-records.mjs', SCHEMA, (s) => s.records[0].fields.push(
    { name: 'colourCode', kind: 'choice', choice: 'yesNo', merge: 'R', privacy: 'art10', search: true },
  ));
  assert.equal(status, 0, stderr);
  assert.match(read('core/domain/gen/records_gen.h'), /FK_FIELD_CASE_COLOUR_CODE/);
  assert.match(read('core/domain/gen/records_gen.c'), /"colourCode", .kind = FK_RECORD_CHOICE, .merge = FK_MERGE_REGISTER, .privacy = FK_PRIVACY_ART10, .is_searchable = true/);
  assert.match(read('web/src/protocol/records.gen.ts'), /readonly colourCode\?: YesNo;/);
  assert.match(read('docs/RECORDS.md'), /`colourCode` \| one of `yesNo` \| no \| R \| art10 \| searched/);
});

test('the_schema_hash__changes_with_either_description', () => {
  const hash = () => /SCHEMA_HASH = (0x\w+)/.exec(read('web/src/protocol/protocol.gen.ts'))[1];
  generate('gen-protocol.mjs', PROTOCOL, () => undefined);
  const formatted = hash();
  generate('gen-protocol.mjs', PROTOCOL, (p) => { p.commands[0].doc += '.'; });
  assert.notEqual(hash(), formatted);
  generate('gen-protocol.mjs', SCHEMA, (s) => { s.version += 1; });
  assert.notEqual(hash(), /SCHEMA_HASH = (0x\w+)/.exec(tree['web/src/protocol/protocol.gen.ts'])[1]);
});

// What was deflated with it is read with the same bytes for ever: a better dictionary gets the next number.
test('dictionary_1__is_the_one_it_ever_was', () => {
  const bytes = readFileSync(new URL('../core/wire/dictionary/dictionary-1.bin', import.meta.url));
  assert.equal(createHash('sha256').update(bytes).digest('hex'), '225bdec048f535d4d707f0fb5d09410c404bd60fcdf219cf7c4ca210d9f732f0');
  const array = /fk_dictionary_1\[\] = \{([^}]*)\}/.exec(tree['core/wire/gen/dictionary_gen.c'])[1];
  assert.deepEqual(Buffer.from(array.match(/\d+/g).map(Number)), bytes);
});
