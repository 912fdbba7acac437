// What the app does when the core says no: nothing typed is lost, nothing is said to be saved, and hiding waits for nobody.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CASE, choosePin, FACTS, MOVED, no, ok, openApp, REFERENCE, settled } from './support/open-app.mjs';

test('making a vault: goes on although the browser has not answered whether it keeps the files', async () => {
  const { app } = await openApp({ vault: 'none', askForPersistence: () => new Promise(() => {}) });
  assert.equal(app.store.state().phase.step.kind, 'welcome');
  app.actions.beginVault(false);
  app.actions.changeNaming({ isWiped: 'no' });
  app.actions.nameVault();
  await settled();
  app.actions.wordsNoted();
  app.actions.confirmWords('a b c d x');
  assert.equal(app.store.state().phase.step.problem, 'differs');
  app.actions.confirmWords(' A b c  d E ');
  await settled();
  await choosePin(app);
  assert.equal(app.store.state().phase.kind, 'open');
  assert.doesNotMatch(JSON.stringify(app.store.state()), /a b c d e/);
});

test('disk full: leaving stays on the screen with its text and the reason', async () => {
  const { app, answers, addresses } = await openApp();
  answers['draft.save'] = no('full');
  app.actions.input(REFERENCE, 'typed');
  app.actions.go({ name: 'cases' });
  await settled();
  const state = app.store.state();
  assert.deepEqual(state.route, FACTS);
  assert.equal(state.form.values['case.reference'], 'typed');
  assert.deepEqual(state.problem, { code: 'full' });
  assert.deepEqual(state.save, { kind: 'failed', code: 'full' });
  assert.deepEqual(addresses, []);
});

test('disk full: Back is undone in the address as well', async () => {
  const { app, answers, addresses } = await openApp();
  answers['draft.save'] = no('full');
  app.actions.input(REFERENCE, 'typed');
  await app.navigator.addressChanged({ name: 'cases' });
  assert.deepEqual(app.store.state().route, FACTS);
  assert.deepEqual(addresses, ['push facts']);
});

test('disk full: saving again after making room keeps everything', async () => {
  const { app, answers, log } = await openApp();
  answers['draft.save'] = no('full');
  app.actions.choose(REFERENCE, 'typed');
  await settled();
  answers['draft.save'] = ok({ number: '2' });
  app.actions.saveAgain();
  await settled();
  assert.equal(app.store.state().save.kind, 'saved');
  assert.deepEqual(log.at(-1).request.changes, [{ field: 'reference', value: 'typed' }]);
});

test('help numbers: never held up, and what was not stored comes back', async () => {
  const { app } = await openApp();
  app.actions.inputDate(MOVED, 'day', '3');
  app.actions.go({ name: 'emergency' });
  await settled();
  assert.equal(app.store.state().route.name, 'emergency');
  await app.navigator.addressChanged(FACTS);
  assert.equal(app.store.state().route.name, 'facts');
  assert.equal(app.store.state().form.dateText['case-transfer-movedOn-day'], '3');
});

test('a date that is not complete: leaving asks for it, nothing of it is sent', async () => {
  const { app, commands } = await openApp();
  app.actions.inputDate(MOVED, 'day', '3');
  app.actions.go({ name: 'cases' });
  await settled();
  assert.deepEqual(app.store.state().route, FACTS);
  assert.equal(app.store.state().form.errors.length, 1);
  assert.ok(!commands().includes('draft.save'));
  app.actions.inputDate(MOVED, 'day', '');
  app.actions.go({ name: 'cases' });
  await settled();
  assert.equal(app.store.state().route.name, 'cases');
});

test('a member without the one the core needs: held, and sent as a whole when it is there', async () => {
  const { app, log } = await openApp();
  app.actions.choose({ ...MOVED, member: 'fromArea' }, 'Westmere');
  await settled();
  assert.deepEqual(app.store.state().form.held, { 'case-transfer-movedOn': 'incomplete' });
  for (const [part, text] of [['day', '1'], ['month', '6'], ['year', '2026']]) app.actions.inputDate(MOVED, part, text);
  await app.saver.flush();
  assert.deepEqual(log.at(-1).request.changes, [{ field: 'transfer', value: { fromArea: 'Westmere', movedOn: '2026-06-01' } }]);
  assert.deepEqual(app.store.state().form.held, {});
});

test('a value the core refuses: marked at its control, not called saved', async () => {
  const { app, answers } = await openApp();
  answers['draft.save'] = no('invalid-input');
  app.actions.choose(MOVED, '2026-02-31');
  await settled();
  assert.deepEqual(app.store.state().form.held, { 'case-transfer-movedOn': 'refused' });
});

test('hide: the screen is empty in the same step, saving and locking follow', async () => {
  const { app, commands } = await openApp();
  app.actions.input(REFERENCE, 'typed');
  app.actions.hide();
  assert.equal(app.store.state().phase.kind, 'hidden');
  assert.equal(app.store.state().form, undefined);
  assert.doesNotMatch(JSON.stringify(app.store.state()), /typed/);
  await settled();
  assert.ok(commands().indexOf('draft.save') > 0);
  assert.ok(commands().indexOf('lock') > commands().indexOf('draft.save'));
});

test('hide: works on the help numbers of a locked app, and they do not come back before the passphrase', async () => {
  const { app } = await openApp();
  app.actions.lock();
  await settled();
  app.actions.go({ name: 'emergency' });
  await settled();
  app.actions.hide();
  assert.equal(app.store.state().phase.kind, 'hidden');
  app.actions.showUnlock();
  await settled();
  assert.equal(app.store.state().phase.kind, 'locked');
  assert.equal(app.store.state().route.name, 'cases');
});

test('hide: a passphrase just made is gone from the state', async () => {
  const { app } = await openApp({ vault: 'none' });
  app.actions.makeWords();
  await settled();
  assert.match(JSON.stringify(app.store.state()), /a b c d e/);
  app.actions.hide();
  assert.doesNotMatch(JSON.stringify(app.store.state()), /a b c d e/);
  app.actions.showUnlock();
  await settled();
  assert.equal(app.store.state().phase.step.kind, 'welcome');
});

test('hide: an unlock that was under way does not bring the screen back', async () => {
  const { app, commands } = await openApp();
  app.actions.lock();
  await settled();
  app.actions.unlock('a b c d e');
  app.actions.hide();
  await settled();
  assert.equal(app.store.state().phase.kind, 'hidden');
  assert.equal(commands().at(-1), 'lock');
});

test('crash: the passphrase is asked for, and what was on its way is saved after it', async () => {
  const { app, answers, tell, log } = await openApp();
  answers['draft.save'] = no('crashed_worker');
  app.actions.choose(REFERENCE, 'typed');
  await settled();
  tell('crashed');
  assert.deepEqual(app.store.state().phase, { kind: 'locked', isWorking: false, problem: { code: 'crashed_worker' } });
  answers['draft.save'] = ok({ number: '2' });
  app.actions.unlock('a b c d e');
  await settled();
  await choosePin(app);
  assert.equal(app.store.state().phase.kind, 'open');
  const saves = log.filter((entry) => entry.command === 'draft.save');
  assert.deepEqual(saves.at(-1).request.changes, [{ field: 'reference', value: 'typed' }]);
  assert.equal(app.store.state().form.values['case.reference'], 'typed');
});

test('wrong passphrase: still locked, with the code to say it', async () => {
  const { app, answers } = await openApp();
  app.actions.lock();
  await settled();
  answers.unlock = no('auth');
  app.actions.unlock('not this one');
  await settled();
  assert.deepEqual(app.store.state().phase, { kind: 'locked', isWorking: false, problem: { code: 'auth' } });
});

test('damaged vault: its own screen, from unlock and from a screen', async () => {
  const { app, answers } = await openApp();
  answers['document.check'] = no('damaged');
  app.actions.lock();
  await settled();
  answers.unlock = no('damaged');
  app.actions.unlock('a b c d e');
  await settled();
  assert.deepEqual(app.store.state().phase, { kind: 'damaged', code: 'damaged_vault' });
});

/* --- a vault that is only looked at, or has no room --------------------------------------------------- */

const DAMAGE = { what: 'log-record', missingSaves: 2, newestMs: 1, caseCount: 1, isListCut: false, unreadable: [], unreadableTotal: 0 };

test('damaged vault: what can be read is shown when it is asked for, with what is missing, until it is locked', async () => {
  const { app, answers, commands } = await openApp();
  app.actions.lock();
  await settled();
  answers.unlock = no('damaged');
  app.actions.unlock('a b c d e');
  await settled();
  app.actions.lookAtDamaged();
  await settled();
  assert.deepEqual(app.store.state().phase, { kind: 'locked', isWorking: false, isReading: true });
  answers.inspect = no('auth');
  app.actions.unlock('not this one');
  await settled();
  assert.deepEqual(app.store.state().phase, { kind: 'locked', isWorking: false, isReading: true, problem: { code: 'auth' } });
  answers.inspect = ok();
  answers['vault.damage'] = ok(DAMAGE);
  answers['vault.reserve'] = no('read-only');
  app.actions.unlock('a b c d e');
  await settled();
  await choosePin(app);
  assert.equal(app.store.state().phase.kind, 'open');
  assert.deepEqual(app.store.state().reading, { kind: 'damaged', damage: DAMAGE });
  assert.equal(app.store.state().form, undefined);
  assert.deepEqual(app.store.state().problem, { code: 'read-only' });
  assert.ok(app.store.state().file);
  app.actions.lock();
  await settled();
  assert.equal(app.store.state().reading, undefined);
  assert.equal(commands().filter((command) => command === 'sync').length, 0);
});

test('damaged vault: when nothing can be read, its own screen says so again', async () => {
  const { app } = await openApp();
  app.actions.lock();
  await settled();
  app.actions.lookAtDamaged();
  app.actions.unlock('a b c d e');
  await settled();
  assert.deepEqual(app.store.state().phase, { kind: 'damaged', code: 'damaged_vault' });
});

test('a vault of a newer app is looked at', async () => {
  const { app, answers } = await openApp();
  app.actions.lock();
  await settled();
  answers.unlock = ok({ tornTail: false, finishedCheckpoint: false, profile: 'own', rewritePending: false, isReadOnly: true });
  app.actions.unlock('a b c d e');
  await settled();
  await choosePin(app);
  assert.deepEqual(app.store.state().reading, { kind: 'newer' });
});

test('no room: no form opens before there is some, and the screen says what to do', async () => {
  const { app, answers, commands } = await openApp();
  app.actions.lock();
  await settled();
  answers.unlock = ok({ tornTail: false, finishedCheckpoint: false, profile: 'own', rewritePending: true, isReadOnly: false });
  answers['vault.reserve'] = no('full');
  app.actions.unlock('a b c d e');
  await settled();
  await choosePin(app);
  assert.deepEqual(app.store.state().reading, { kind: 'no-room' });
  assert.equal(app.store.state().form, undefined);
  assert.deepEqual(app.store.state().problem, { code: 'no_room' });
  answers['vault.reserve'] = ok();
  app.actions.go(FACTS);
  await settled();
  assert.equal(app.store.state().reading, undefined);
  assert.ok(app.store.state().form);
  assert.ok(commands().includes('vault.reserve'));
});

test('no room for a form: what was typed on the one before stays typed', async () => {
  const { app, answers } = await openApp();
  app.actions.choose(REFERENCE, 'typed');
  answers['draft.save'] = no('full');
  answers['vault.reserve'] = no('full');
  app.actions.go({ name: 'contact', caseId: CASE, recordId: 'd'.repeat(32) });
  await settled();
  assert.equal(app.store.state().route.name, 'facts');
  assert.equal(app.store.state().form.values['case.reference'], 'typed');
  assert.deepEqual(app.store.state().problem, { code: 'full' });
});

test('no room: keys, locks and differences are not begun either, and what differs can still be read', async () => {
  const { app, answers } = await openApp();
  answers['vault.reserve'] = no('full');
  for (const name of ['locks', 'key-words', 'key-passkey', 'key-recovery', 'key-distress']) {
    app.actions.go({ name });
    await settled();
    assert.deepEqual([app.store.state().route.name, app.store.state().problem, app.store.state().lock], [name, { code: 'no_room' }, undefined]);
  }
  app.actions.go({ name: 'conflict', caseId: CASE, recordId: CASE, step: CASE });
  await settled();
  assert.deepEqual([app.store.state().problem, app.store.state().file?.caseId], [{ code: 'no_room' }, CASE]);
  answers['vault.reserve'] = ok();
  app.actions.go({ name: 'locks' });
  await settled();
  assert.deepEqual([app.store.state().problem, app.store.state().lock?.idleS], [undefined, 120]);
});

test('a screen without a form asks for no room', async () => {
  const { app, commands } = await openApp();
  const before = commands().filter((command) => command === 'vault.reserve').length;
  app.actions.go({ name: 'storage' });
  app.actions.go({ name: 'case', caseId: CASE });
  await settled();
  assert.equal(commands().filter((command) => command === 'vault.reserve').length, before);
});

test('a button pressed twice acts once', async () => {
  const { app, commands } = await openApp();
  app.actions.choose(REFERENCE, 'typed');
  await settled();
  app.actions.saveForm();
  app.actions.saveForm();
  await settled();
  assert.equal(commands().filter((command) => command === 'draft.commit').length, 1);
  assert.equal(app.store.state().route.name, 'case');
});

test('an action that takes its time: whoever went elsewhere meanwhile is not pulled back', async () => {
  const { app, commands } = await openApp();
  app.actions.choose(REFERENCE, 'typed');
  await settled();
  app.actions.saveForm();
  app.actions.go({ name: 'storage' });
  await settled();
  assert.ok(commands().includes('draft.commit'));
  assert.equal(app.store.state().route.name, 'storage');
});

test('moved to another window: nothing of it is kept here', async () => {
  const { app, tell } = await openApp();
  app.actions.input(REFERENCE, 'typed');
  tell('moved-away');
  assert.equal(app.store.state().phase.kind, 'other-window');
  assert.doesNotMatch(JSON.stringify(app.store.state()), /typed/);
});
