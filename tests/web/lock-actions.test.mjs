// What the page does when the core says that it is locked: the screen is empty in the same step, nothing typed is lost, the
// PIN brings the same screen back, and whoever cannot be asked is not believed.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { choosePin, FACTS, MOVED, no, ok, openApp, REFERENCE, settled } from './support/open-app.mjs';

const PIN = '407193';
const phaseOf = (app) => app.store.state().phase;
const stateText = (app) => JSON.stringify(app.store.state());

/** Nothing a person recorded or typed is left in the state. */
function assertEmpty(app) {
  const { file, form, list, result, conflicts, team, storage, lock } = app.store.state();
  assert.deepEqual([file, form, list.rows, result, conflicts, team.status, storage, lock], [undefined, undefined, [], undefined, [], undefined, undefined, undefined]);
  assert.doesNotMatch(stateText(app), /typed/);
}

test('warm: the screen is empty in the same step, and the PIN brings it back', async () => {
  const { app, tell, lock } = await openApp({ pin: PIN });
  app.actions.choose(REFERENCE, 'typed');
  await settled();
  lock.state = 'warm';
  tell('warm');
  assert.deepEqual(phaseOf(app), { kind: 'warm', isWorking: false });
  assertEmpty(app);
  app.actions.openByPin(PIN);
  await settled();
  assert.equal(phaseOf(app).kind, 'open');
  assert.deepEqual(app.store.state().route, FACTS);
  assert.equal(app.store.state().form.values['case.reference'], 'typed');
});

test('warm: wrong PINs are counted down, what is no PIN is not, and after the last only the passphrase opens', async () => {
  const { app, tell, lock } = await openApp({ pin: PIN });
  lock.state = 'warm';
  tell('warm');
  app.actions.openByPin('12');
  await settled();
  assert.deepEqual(phaseOf(app), { kind: 'warm', isWorking: false, problem: 'no-pin' });
  for (const triesLeft of [2, 1]) {
    app.actions.openByPin('111111');
    await settled();
    assert.deepEqual(phaseOf(app), { kind: 'warm', isWorking: false, problem: 'wrong', triesLeft });
  }
  app.actions.openByPin('111111');
  await settled();
  assert.deepEqual(phaseOf(app), { kind: 'locked', isWorking: false });
});

test('warm: a worker that is gone cannot be opened by a PIN', async () => {
  const { app, tell, lock, answers, commands } = await openApp({ pin: PIN });
  lock.state = 'warm';
  tell('warm');
  answers['lock.open'] = no('crashed_worker');
  app.actions.openByPin(PIN);
  await settled();
  assert.equal(phaseOf(app).kind, 'locked');
  assert.equal(commands().at(-1), 'lock');
});

test('warm: the passphrase instead ends the keys', async () => {
  const { app, tell, lock, commands } = await openApp({ pin: PIN });
  lock.state = 'warm';
  tell('warm');
  app.actions.usePassphrase();
  await settled();
  assert.equal(phaseOf(app).kind, 'locked');
  assert.equal(commands().at(-1), 'lock');
});

test('warm: a date that is not complete waits for the PIN and goes with the keys', async () => {
  for (const isCold of [false, true]) {
    const { app, tell, lock } = await openApp({ pin: PIN });
    app.actions.inputDate(MOVED, 'day', '3');
    lock.state = 'warm';
    tell('warm');
    assertEmpty(app);
    if (isCold) {
      tell('cold');
      app.actions.unlock('a b c d e');
      await settled();
      await choosePin(app);
    } else {
      app.actions.openByPin(PIN);
      await settled();
    }
    assert.equal(app.store.state().form.dateText['case-transfer-movedOn-day'], isCold ? undefined : '3');
  }
});

test('warm: what could not be saved before is saved after the PIN', async () => {
  const { app, tell, lock, answers, log } = await openApp({ pin: PIN });
  answers['draft.save'] = no('full');
  app.actions.choose(REFERENCE, 'typed');
  await settled();
  lock.state = 'warm';
  tell('warm');
  assertEmpty(app);
  answers['draft.save'] = ok({ number: '2' });
  app.actions.openByPin(PIN);
  await settled();
  assert.deepEqual(log.filter(({ command }) => command === 'draft.save').at(-1).request.changes, [{ field: 'reference', value: 'typed' }]);
});

test('cold: only the passphrase opens, from any screen, and a second word of it changes nothing', async () => {
  const { app, tell } = await openApp({ pin: PIN });
  tell('cold');
  assert.deepEqual(phaseOf(app), { kind: 'locked', isWorking: false });
  assertEmpty(app);
  app.actions.unlock('a b c d e');
  tell('cold');
  await settled();
  assert.equal(phaseOf(app).kind, 'choose-pin');
});

test('hide: coming back needs the PIN when there is one, else the passphrase', async () => {
  for (const [pin, kind] of [[PIN, 'warm'], [undefined, 'locked']]) {
    const { app, commands } = await openApp({ pin });
    app.actions.hide();
    assert.equal(phaseOf(app).kind, 'hidden');
    assertEmpty(app);
    app.actions.showUnlock();
    await settled();
    assert.equal(phaseOf(app).kind, kind);
    assert.equal(commands().includes('lock'), pin === undefined, 'without a PIN the worker is ended');
  }
});

test('hide: a lock that became cold behind it asks for the passphrase', async () => {
  const { app, tell } = await openApp({ pin: PIN });
  app.actions.hide();
  await settled();
  tell('cold');
  assert.equal(phaseOf(app).kind, 'hidden');
  app.actions.showUnlock();
  await settled();
  assert.equal(phaseOf(app).kind, 'locked');
});

test('hide: from choosing a PIN, and from a warm lock', async () => {
  const { app, tell, lock } = await openApp({ pin: PIN });
  lock.state = 'warm';
  tell('warm');
  app.actions.hide();
  app.actions.showUnlock();
  await settled();
  assert.equal(phaseOf(app).kind, 'warm');
  app.actions.usePassphrase();
  await settled();
  Object.assign(lock, { state: 'open', hasPin: false });
  app.actions.unlock('a b c d e');
  await settled();
  assert.equal(phaseOf(app).kind, 'choose-pin');
  app.actions.hide();
  app.actions.showUnlock();
  await settled();
  assert.equal(phaseOf(app).kind, 'locked');
});

test('seen again: the core is asked, and what it says is shown before the promise resolves', async () => {
  for (const [state, kind] of [['open', 'open'], ['warm', 'warm'], ['cold', 'locked']]) {
    const { app, lock, log } = await openApp({ pin: PIN });
    app.presence.wentOutOfSight();
    lock.state = state;
    await app.presence.seenAgain();
    assert.equal(phaseOf(app).kind, kind);
    assert.deepEqual(log.filter(({ command }) => command === 'lock.hidden').map(({ request }) => request.isHidden), [true, false]);
  }
});

test('seen again: a core that answers nothing, or with an error, is ended', async () => {
  const refused = await openApp({ pin: PIN });
  refused.answers['lock.hidden'] = no('stopped');
  await refused.app.presence.seenAgain();
  assert.deepEqual([phaseOf(refused.app).kind, refused.commands().at(-1)], ['locked', 'lock']);

  const silent = await openApp({ pin: PIN });
  silent.answers['lock.hidden'] = new Promise(() => {});
  const seen = silent.app.presence.seenAgain();
  await settled();
  assert.equal(phaseOf(silent.app).kind, 'open');
  silent.timers.at(-1).run();
  await seen;
  assert.deepEqual([phaseOf(silent.app).kind, silent.commands().at(-1)], ['locked', 'lock']);
});

test('touches are reported while a screen is open, and never behind a lock', async () => {
  const { app, tell, lock, commands } = await openApp({ pin: PIN });
  const touches = () => commands().filter((command) => command === 'lock.touch').length;
  app.presence.touched();
  assert.equal(touches(), 1);
  lock.state = 'warm';
  tell('warm');
  app.presence.touched();
  assert.equal(touches(), 1);
});

test('the PIN is in no state of the page', async () => {
  const { app, tell, lock } = await openApp({ pin: PIN });
  assert.doesNotMatch(stateText(app), new RegExp(PIN));
  lock.state = 'warm';
  tell('warm');
  app.actions.openByPin('555555');
  await settled();
  assert.doesNotMatch(stateText(app), /555555/);
});
