// A new version of the app: it waits while anything is on its way, says for what, and takes over only then.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';
import { MOVED, no, ok, openApp, REFERENCE, settled } from './support/open-app.mjs';

const { initialState, NO_TEAM, updateHold, words } = await importWebModules('web/src/state/model.ts', 'web/src/state/team.ts', 'web/src/state/update.ts', 'web/src/app/words.en.ts');

const at = (change) => ({ ...initialState('Notebook', { name: 'cases' }, '2026-11-22', {}), phase: { kind: 'open' }, ...change });
const HOLDS = {
  'an idle screen': [at({}), undefined],
  'a sync under way': [at({ team: { ...NO_TEAM, isSyncing: true } }), 'syncing'],
  'a form with everything saved': [at({ form: { held: {} }, save: { kind: 'saved', atMs: 1 } }), undefined],
  'a form with half a date': [at({ form: { held: { 'case-transfer-movedOn': 'incomplete' } } }), 'unfinished'],
  'a save under way': [at({ save: { kind: 'saving' } }), 'saving'],
  'a save that failed': [at({ save: { kind: 'failed', code: 'full' } }), 'unsaved'],
  'a passphrase on screen': [at({ phase: { kind: 'no-vault', step: { kind: 'show', words: 'a b' } } }), 'making'],
  'the welcome page': [at({ phase: { kind: 'no-vault', step: { kind: 'welcome' } } }), undefined],
  'a locked screen': [at({ phase: { kind: 'locked', isWorking: false } }), undefined],
  'a window without the records': [at({ phase: { kind: 'other-window', isMoving: false } }), 'elsewhere'],
};
for (const [name, [state, hold]] of Object.entries(HOLDS)) {
  test(`${name}: ${hold ?? 'nothing waits'}`, () => {
    assert.equal(updateHold(state), hold);
    assert.ok(hold === undefined || words.update.holds[hold].length > 20);
  });
}

const accepted = (commands) => commands().filter((command) => command === 'accept-update').length;

test('accepting: refused while a date is not complete, done when it is', async () => {
  const { app, commands } = await openApp();
  app.store.dispatch({ kind: 'update', update: 'ready' });
  app.actions.inputDate(MOVED, 'day', '3');
  app.actions.acceptUpdate();
  await settled();
  assert.equal(accepted(commands), 0);
  app.actions.inputDate(MOVED, 'day', '');
  app.actions.acceptUpdate();
  await settled();
  assert.equal(accepted(commands), 0, 'not while it is being saved');
  await app.saver.flush();
  app.actions.acceptUpdate();
  await settled();
  assert.equal(accepted(commands), 1);
});

test('accepting: what was typed is saved before, and what cannot be saved keeps the old version', async () => {
  const { app, commands, answers } = await openApp();
  answers['draft.save'] = no('full');
  app.actions.choose(REFERENCE, 'typed');
  await settled();
  app.actions.acceptUpdate();
  await settled();
  assert.equal(accepted(commands), 0);
  answers['draft.save'] = ok({ number: '2' });
  app.actions.saveAgain();
  await settled();
  app.actions.acceptUpdate();
  await settled();
  assert.deepEqual([accepted(commands), commands().lastIndexOf('draft.save') < commands().indexOf('accept-update')], [1, true]);
});

test('a version that could not be fetched is told, and does not hide one that waits', async () => {
  const { app } = await openApp();
  app.store.dispatch({ kind: 'update', update: 'failed' });
  assert.equal(app.store.state().update, 'failed');
  app.store.dispatch({ kind: 'update', update: 'ready' });
  app.store.dispatch({ kind: 'update', update: 'failed' });
  assert.equal(app.store.state().update, 'ready');
});
