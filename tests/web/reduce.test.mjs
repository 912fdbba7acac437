// The reducer: what leaves with the vault, what stays on screen, where the focus goes.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { initialState, newForm, pageTitle, reduce } = await importWebModules(
  'web/src/state/model.ts', 'web/src/state/reduce.ts', 'web/src/state/form.ts', 'web/src/views/title.ts',
);
const CASE = 'c'.repeat(32);
const FILE = { caseId: CASE, records: [{ recordId: CASE, type: 'case', createdMs: 1, changedMs: 1, fields: { reference: 'SECRET' } }], drafts: [] };
const ROUTE = { name: 'case', caseId: CASE };
const run = (state, ...events) => events.reduce(reduce, state);
const initial = () => initialState('Notebook', { name: 'cases' }, '2026-11-22', {});
const form = () => newForm(FILE, CASE, { case: { type: 'case', recordId: CASE, seed: {} } });
const opened = () =>
  run(initial(), { kind: 'phase', phase: { kind: 'open' } }, { kind: 'route-opening', route: ROUTE },
    { kind: 'route-opened', route: ROUTE, today: '2026-11-22', data: { file: FILE, form: form() } },
    { kind: 'list-rows', rows: [{ victimName: 'SECRET' }], totalCount: 1, isMore: false },
    { kind: 'list-begun', begun: [{ caseId: CASE, name: 'SECRET', savedMs: 1 }] },
    { kind: 'banner', banner: { kind: 'plain', title: 'SECRET', text: 'SECRET' } });

const CLOSED = [
  { kind: 'hidden', next: 'locked' }, { kind: 'locked', isWorking: false }, { kind: 'other-window', isMoving: false },
  { kind: 'warm', isWorking: false }, { kind: 'choose-pin', isWorking: false }, { kind: 'damaged', code: 'damaged_vault' }, { kind: 'broken', state: 'bug' },
];
for (const phase of CLOSED) {
  test(`phase ${phase.kind}: nothing of the vault is left in the state`, () => {
    assert.match(JSON.stringify(opened()), /SECRET/);
    const state = run(opened(), { kind: 'phase', phase });
    assert.doesNotMatch(JSON.stringify(state), /SECRET/);
    assert.deepEqual(state.route, ROUTE);
  });

  test(`phase ${phase.kind}: data that arrives late does not come back`, () => {
    const late = run(opened(), { kind: 'route-opening', route: ROUTE }, { kind: 'phase', phase },
      { kind: 'route-opened', route: ROUTE, today: '2026-11-22', data: { file: FILE } });
    assert.doesNotMatch(JSON.stringify(late), /SECRET/);
  });
}

test('route-opened: of two quick moves the last one wins', () => {
  const other = { name: 'facts', caseId: CASE };
  const state = run(opened(), { kind: 'route-opening', route: { name: 'storage' } }, { kind: 'route-opening', route: other },
    { kind: 'route-opened', route: { name: 'storage' }, today: '2026-11-22', data: {} });
  assert.deepEqual(state.route, ROUTE);
  assert.deepEqual(run(state, { kind: 'route-opened', route: other, today: '2026-11-22', data: {} }).route, other);
});

test('route-opened: the heading gets the focus, and banner and save state of the screen before are gone', () => {
  const before = run(opened(), { kind: 'save', save: { kind: 'saved', atMs: 1 } }, { kind: 'route-opening', route: { name: 'about' } });
  const state = run(before, { kind: 'route-opened', route: { name: 'about' }, today: '2026-11-23', data: {} });
  assert.equal(state.focus.target, 'heading');
  assert.ok(state.focus.token > before.focus.token);
  assert.equal(state.banner, undefined);
  assert.deepEqual(state.save, { kind: 'idle' });
  assert.equal(state.today, '2026-11-23');
});

test('field: the value changes and its error goes, others stay', () => {
  const ref = { part: 'case', field: 'reference' };
  const other = { part: 'case', field: 'areaProfile' };
  const state = run(opened(), { kind: 'form-errors', errors: [{ ref, message: 'a' }, { ref: other, message: 'b' }] }, { kind: 'field', ref, whole: 'X' });
  assert.equal(state.form.values['case.reference'], 'X');
  assert.deepEqual(state.form.errors.map((error) => error.message), ['b']);
});

test('form-errors: the summary gets the focus and the title says so', () => {
  const state = run(opened(), { kind: 'form-errors', errors: [{ ref: { part: 'case', field: 'reference' }, message: 'a' }] });
  assert.equal(state.focus.target, 'errors');
  assert.equal(pageTitle(state), 'Error: Entry - Notebook');
});

test('gaps: none of alarm until completing was refused', () => {
  const gaps = [{ field: 'worker', code: 'required' }];
  const loaded = run(opened(), { kind: 'route-opening', route: ROUTE }, { kind: 'route-opened', route: ROUTE, today: '2026-11-22', data: { file: FILE, gaps } });
  assert.equal(loaded.isGapsRefused, false);
  assert.equal(pageTitle(loaded), 'Entry - Notebook');
  const refused = run(loaded, { kind: 'gaps', gaps });
  assert.equal(refused.isGapsRefused, true);
  assert.equal(refused.focus.target, 'errors');
  assert.equal(run(loaded, { kind: 'gaps', gaps: [] }).isGapsRefused, false);
});

test('list: further rows come after the first, a new search replaces them', () => {
  const row = (victimName) => ({ victimName });
  let state = run(initial(), { kind: 'list-rows', rows: [row('A')], totalCount: 2, next: 'n', isMore: false });
  state = run(state, { kind: 'list-rows', rows: [row('B')], totalCount: 2, isMore: true });
  assert.deepEqual(state.list.rows.map((each) => each.victimName), ['A', 'B']);
  assert.equal(state.list.next, undefined);
  assert.equal(run(state, { kind: 'list-rows', rows: [], totalCount: 0, isMore: false }).list.rows.length, 0);
});

test('titles: neutral in every phase, and never a name', () => {
  const phases = [...CLOSED, { kind: 'starting' }, { kind: 'no-vault', step: { kind: 'welcome' } }, { kind: 'refused', reason: 'no_storage' }];
  const titles = phases.map((phase) => pageTitle(run(opened(), { kind: 'phase', phase })));
  for (const title of [...titles, pageTitle(opened())]) assert.doesNotMatch(title, /SECRET|abuse|marac|dash|victim/i);
  assert.equal(pageTitle(run(opened(), { kind: 'phase', phase: { kind: 'hidden', next: 'locked' } })), 'Notes');
});

test('route-refreshed: what sync brought appears, and nothing moves or goes', () => {
  const before = run(opened(), { kind: 'field', ref: { part: 'case', field: 'reference' }, whole: 'typed' });
  const file = { ...FILE, records: [] };
  const state = run(before, { kind: 'route-refreshed', route: ROUTE, data: { file } });
  assert.equal(state.file, file);
  assert.deepEqual([state.focus, state.form, state.banner], [before.focus, before.form, before.banner]);
  assert.equal(run(before, { kind: 'route-refreshed', route: { name: 'cases' }, data: { file } }).file, FILE, 'not on another screen');
  const moving = run(before, { kind: 'route-opening', route: { name: 'cases' } }, { kind: 'route-refreshed', route: ROUTE, data: { file } });
  assert.equal(moving.file, FILE, 'not while another one opens');
});

test('team: what is typed and what the core said stay apart; a change of one box leaves the others', () => {
  const state = run(opened(), { kind: 'join', change: { code: 'A', kind: 'tablet' } }, { kind: 'join', change: { code: 'B' } }, { kind: 'invite', change: { personName: 'N' } },
    { kind: 'team', change: { isSyncing: true } });
  assert.deepEqual([state.team.join.code, state.team.join.kind, state.team.invite.personName, state.team.isSyncing], ['B', 'tablet', 'N', true]);
});

test('team: errors of its boxes are in the title only on their page', () => {
  const errors = { kind: 'join', change: { errors: { 'join-code': 'x' } } };
  const at = (route) => run(opened(), errors, { kind: 'route-opening', route }, { kind: 'route-opened', route, today: '2026-11-22', data: {} });
  assert.equal(pageTitle(at({ name: 'join' })), 'Error: Join - Notebook');
  assert.equal(pageTitle(at({ name: 'team' })), 'Team - Notebook');
});
