// The comparison of the kills can fail: lost, half and foreign states of a vault are told from whole ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Model, placeOf, textOfVault } from './answers.mjs';

const SEED = 3;
const after = (count) => {
  const model = new Model(SEED);
  while (model.count < count) model.advance();
  return model;
};

/** As case.get would tell it. */
function vaultOf({ records, drafts }) {
  const rows = (place) => Object.entries(place).map(([recordId, { type, fields }]) => {
    const told = {};
    for (const [path, value] of Object.entries(fields)) {
      const [name, key] = path.split('/');
      if (key === undefined) told[name] = value;
      else told[name] = { ...told[name], [key]: value };
    }
    return { recordId, type, fields: told };
  });
  return { records: rows(records), drafts: rows(drafts) };
}

const place = (vault, shown) => placeOf(textOfVault(vault), new Model(SEED), shown, 20);

test('place__what_was_shown_and_a_little_more_is_found', () => {
  assert.equal(place(vaultOf(after(60)), 60), 60);
  assert.equal(place(vaultOf(after(63)), 60), 63);
  assert.equal(place({ records: [], drafts: [] }, 0), 0);
});

test('place__less_than_was_shown_is_lost', () => {
  assert.equal(place(vaultOf(after(59)), 60), null);
  assert.equal(place({ records: [], drafts: [] }, 1), null);
});

test('place__a_command_that_is_there_by_half_is_found', () => {
  const isOfSeveral = ({ command, request }) => command === 'record.change' && request.changes.length > 1 && request.type === 'prior_marac';
  let count = 1;
  while (!isOfSeveral(after(count).next())) count++;
  const { request } = after(count).next();
  const whole = after(count + 1);
  whole.records[request.recordId].fields.caseNumber = 'before';
  assert.equal(place(vaultOf(whole), count), null);
});

test('place__a_value_that_nobody_gave_is_found', () => {
  const changed = after(60);
  Object.values(changed.drafts)[0].fields['answer/t1'] = { answer: 'no', comment: 'not given' };
  assert.equal(place(vaultOf(changed), 60), null);
});

test('commands__every_kind_comes_and_each_changes_the_vault', () => {
  const model = new Model(SEED);
  const commands = new Set();
  const texts = new Set([model.text()]);
  for (let n = 0; n < 400; n++) {
    commands.add(model.next().command);
    texts.add(model.advance().text());
  }
  assert.deepEqual([...commands].sort(), ['draft.commit', 'draft.save', 'record.change']);
  assert.equal(texts.size, 401);
});
