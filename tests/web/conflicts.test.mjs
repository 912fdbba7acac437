// Fields that differ between workers: what can be chosen, what is sent, what is asked for, and that every field has its words.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { CHANGING_TYPES, NO_DECISION, canBeChangedBack, canBeTyped, choicesOf, choicesToDecide, conflictExamples, createConflictActions, fieldNamesOfType, fieldStep, historyFieldsOf, initialState, overrulerOf,
  loadConflicts, needsItsPage, openConflict, reduce, routeOf, hashOf, shapeOf, words } = await importWebModules(
  'web/src/app/schema.ts', 'web/src/state/conflicts.ts', 'web/src/app/conflict-choices.ts', 'web/src/app/conflict-actions.ts', 'web/src/app/conflict-data.ts',
  'web/src/views/conflicts/conflicts.examples.ts', 'web/src/state/model.ts', 'web/src/state/reduce.ts', 'web/src/state/routes.ts', 'web/src/app/words.en.ts',
);
const example = (name) => conflictExamples.find((each) => each.name === name).state;
const ID = (digit) => digit.repeat(32);
const write = (device, sequence, value) => ({ deviceId: ID(device), sequence: String(sequence), value, personName: '', deviceLabel: '', timeMs: 1, isClockWrong: false, isYou: false, reason: '' });

test('every field that may differ has a name in words', () => {
  const missing = [...CHANGING_TYPES, 'assessment', 'evaluation', 'safety_plan', 'referral'].flatMap((type) => fieldNamesOfType(type).map((path) => [type, path.split('/')[0]]))
    .filter(([type, name]) => words.fieldNames[`${type}.${name}`] === undefined && words.fieldNames[name] === undefined);
  assert.deepEqual(missing, []);
});

test('an address holds random digits only, and no two fields of a record share one', () => {
  for (const recordId of [ID('0'), ID('f'), '6319404698f7adaf7d0004aadfe486dd']) {
    for (const type of [...CHANGING_TYPES, 'assessment', 'safety_plan', 'referral']) {
      const names = fieldNamesOfType(type);
      const steps = names.map((name) => fieldStep(recordId, name));
      assert.equal(new Set(steps).size, names.length, type);
      for (const step of steps) {
        const route = { name: 'conflict', caseId: ID('c'), recordId, step };
        assert.deepEqual(routeOf(hashOf(route)), route);
      }
    }
  }
});

test('choices: equal values of two people are one, with both names', () => {
  const choices = choicesOf([write('1', 1, { text: 'a', confidential: true }), write('2', 7, null), write('3', 2, { text: 'a', confidential: true })]);
  assert.deepEqual(choices.map((choice) => [choice.value, choice.writes.length]), [[{ text: 'a', confidential: true }, 2], [null, 1]]);
  assert.equal(new Set(choices.map((choice) => choice.key)).size, 2);
});

test('choices: every value of a choice can be decided for, of other fields those people wrote', () => {
  const call = choicesToDecide(example('conflict-safety'));
  assert.deepEqual(call.map((choice) => choice.value), ['no', 'yes', 'not_known', 'not_asked', 'declined']);
  assert.deepEqual(call.map((choice) => choice.writes.length), [1, 1, 0, 0, 0]);
  assert.equal(choicesToDecide(example('conflict-composite')).length, 2);
  assert.deepEqual(choicesToDecide(example('conflict-reopened')).map((choice) => choice.value), ['hidden', 'shown']);
  assert.deepEqual(choicesToDecide(example('conflict-element')).map((choice) => choice.value), [true, null]);
  assert.equal(canBeTyped(example('conflict-register')), true);
  assert.equal(canBeTyped(example('conflict-safety')), false);
  assert.equal(canBeTyped(example('conflict-composite')), false);
  assert.deepEqual(['conflict-safety', 'conflict-element', 'conflict-register', 'conflict-composite'].map((name) => needsItsPage(example(name))), [false, false, false, true]);
});

test('choices: once settled the earlier values come back, the one that stands does not', () => {
  const state = example('conflict-settled');
  assert.equal(openConflict(state), undefined);
  assert.deepEqual(choicesToDecide(state).map((choice) => choice.value), ['yes', 'not_known']);
  assert.equal(canBeChangedBack(state), true);
});

test('history: who overruled a value, with the reason; nobody while it stands', () => {
  const { fieldHistory } = example('conflict-settled');
  const [standing, overruled] = fieldHistory.writes;
  assert.equal(overrulerOf(fieldHistory, standing), undefined);
  assert.equal(overrulerOf(fieldHistory, overruled), standing.write);
  assert.equal(overrulerOf({ ...fieldHistory, writes: [overruled] }, overruled), undefined, 'the one that did is among those not shown');
});

test('history: every field of a record, of a set each element, of a keyed field the keys that are there', () => {
  assert.ok(historyFieldsOf('person', {}).includes('phone'), 'also one whose value was taken away');
  assert.ok(historyFieldsOf('case', {}).includes('localFlags/LC_HBA'));
  const fields = historyFieldsOf('assessment', { answer: { D01_INJURY: {} }, worker: 'Ines' });
  assert.ok(fields.includes('answer/D01_INJURY') && fields.includes('worker') && !fields.includes('answer'));
});

test('a completed document and what is written once are never typed anew', () => {
  assert.equal(shapeOf('assessment', 'answer/D01_INJURY').isFixed, true);
  assert.equal(shapeOf('party', 'role').isFixed, true);
  assert.equal(shapeOf('assessment', 'state').isFixed, false);
  assert.equal(shapeOf('person', 'phone').isFixed, false);
  assert.equal(shapeOf('person', 'colour'), undefined);
});

/** Actions over a store that holds an example, and a core that writes down what it is asked. */
function acting(name, reply = { ok: true, value: { operationCount: 1, conflictCount: 0 } }) {
  let state = example(name);
  const log = [];
  const dispatch = (event) => {
    state = reduce(state, event);
  };
  const context = {
    store: { state: () => state, dispatch },
    core: { call: async (command, request) => { log.push({ command, request }); return reply; } },
    platform: { newId: () => ID('9'), nowMs: () => 77 },
  };
  let reopened = 0;
  const actions = createConflictActions(context, { reopen: async () => { reopened += 1; } });
  return { actions, log, state: () => state, reopened: () => reopened };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('decide: without a choice and a reason nothing is sent, and both are asked for', async () => {
  const { actions, log, state } = acting('conflict-safety');
  actions.decide();
  await settle();
  assert.deepEqual(log, []);
  assert.deepEqual(state().decision.missing, ['choice', 'reason']);
  assert.equal(state().focus.target, 'errors');
  actions.changeDecision({ reason: '   ' });
  assert.deepEqual(state().decision.missing, []);
  actions.decide();
  await settle();
  assert.deepEqual(log, []);
});

test('decide: one of the values goes as its place among those that were seen', async () => {
  const { actions, log, state, reopened } = acting('conflict-safety');
  actions.changeDecision({ choice: 'w1' });
  actions.changeDecision({ reason: ' asked her today ' });
  actions.decide();
  await settle();
  assert.equal(log[0].command, 'conflict.resolve');
  const { seen, chosen, reason, value, field, mutationId, timeMs } = log[0].request;
  assert.deepEqual(seen, [{ deviceId: ID('1'), sequence: '3' }, { deviceId: ID('2'), sequence: '4' }]);
  assert.deepEqual({ chosen, reason, value, field, mutationId, timeMs }, { chosen: 1, reason: 'asked her today', value: undefined, field: 'safeToCall', mutationId: ID('9'), timeMs: 77 });
  assert.equal(reopened(), 1);
  assert.deepEqual(state().decision, NO_DECISION);
  assert.equal(state().banner.kind, 'success');
});

test('decide: a value nobody wrote goes as itself', async () => {
  const { actions, log } = acting('conflict-reopened');
  actions.changeDecision({ choice: 'cshown', reason: 'they are two' });
  actions.decide();
  await settle();
  assert.equal(log[0].request.value, 'shown');
  assert.equal(log[0].request.chosen, undefined);
  assert.equal(log[0].request.seen.length, 1);
});

test('decide: something else needs its words', async () => {
  const { actions, log, state } = acting('conflict-register');
  actions.changeDecision({ choice: 'other', text: '', reason: 'rang her' });
  actions.decide();
  await settle();
  assert.deepEqual(state().decision.missing, ['text']);
  actions.changeDecision({ text: ' 01632 960 004 ' });
  actions.decide();
  await settle();
  assert.equal(log[0].request.value, '01632 960 004');
});

test('decide: changing back names what stands and the earlier write', async () => {
  const { actions, log } = acting('conflict-settled');
  const [earlier] = choicesToDecide(example('conflict-settled'));
  actions.changeDecision({ choice: earlier.key, reason: 'decided too early' });
  actions.decide();
  await settle();
  assert.deepEqual(log[0].request.seen, [{ deviceId: ID('1'), sequence: '3' }, { deviceId: ID('2'), sequence: '4' }]);
  assert.equal(log[0].request.chosen, 1);
});

test('decide: a refusal of the core is shown, and what was typed stays', async () => {
  const { actions, state, reopened } = acting('conflict-safety', { ok: false, error: { code: 'full' } });
  actions.changeDecision({ choice: 'w0', reason: 'asked her' });
  actions.decide();
  await settle();
  assert.deepEqual(state().problem, { code: 'full' });
  assert.equal(state().decision.reason, 'asked her');
  assert.equal(reopened(), 0);
});

test('lists: pages are joined, and never asked for without end', async () => {
  let asked = 0;
  const core = { call: async (_command, request) => { asked += 1; return { ok: true, value: { conflicts: [{ recordId: String(asked), after: request.after }], next: `n${asked}` } }; } };
  const all = await loadConflicts(core, undefined);
  assert.equal(all.value.length, asked);
  assert.ok(asked <= 10);
  assert.equal(all.value[1].after, 'n1');
});

test('locking leaves nothing of what differs in the state', () => {
  const state = reduce(example('conflict-safety'), { kind: 'phase', phase: { kind: 'locked', isWorking: false } });
  assert.deepEqual([state.conflicts, state.fieldHistory, state.decision], [[], undefined, initialState('N', { name: 'cases' }, '', {}).decision]);
});
