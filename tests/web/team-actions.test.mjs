// Joining, letting in and syncing from the screens: what is asked of the core, what the state then holds, what ends with a lock.
// The core is a double here, because its answers (a used code, a lost network) come from another device; sync-hub tests run both.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NO_PASSKEYS } from '../support/passkeys.mjs';
import { importWebModules } from '../support/web-modules.mjs';

const { createApp } = await importWebModules('web/src/app/app.ts');
const ID = (digit) => digit.repeat(32);
const ok = (value = {}) => ({ ok: true, value });
const no = (code, detail) => ({ ok: false, error: { code, detail } });
const settled = async () => {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
};
const NUMBERS = { isRunning: false, phase: 'idle', done: 0, total: 0, deviceCount: 2, sentCount: 0, confirmedCount: 0, draftCount: 0, notTakenCount: 0, refusedCount: 0, waitingCount: 0, isClockWrong: false };
const ALONE = { state: 'alone', deviceId: ID('1'), isAdministrator: false, wordsConfirmed: false };
const WAITING = { ...ALONE, state: 'waiting', hub: 'https://hub.example', words: [0, 1, 2, 3, 4, 5, 6, 7] };
const MEMBER = { ...ALONE, state: 'member', hub: 'https://hub.example', personId: ID('a'), personName: 'SECRET', teamName: 'SECRET team', isAdministrator: true, wordsConfirmed: true };
const CODE = '04HM-ASR3';

async function openApp({ route, team = ALONE, camera = async () => 'none' } = {}) {
  const world = {
    log: [], runs: [], timers: [], cancelled: 0,
    answers: {
      'team.status': ok(team), 'sync.status': ok(NUMBERS), 'sync.items': ok({ items: [] }), 'team.members': ok({ people: [], devices: [] }), 'invite.list': ok({ invites: [] }),
      'case.list': ok({ cases: [], totalCount: 0 }), 'case.begun': ok({ drafts: [] }), 'content.get': ok({ content: { errors: { 'code-wrong': { title: 'TYPED WRONG' } }, states: {} } }),
    },
    requests: (command) => world.log.filter((entry) => entry.command === command).map((entry) => entry.request),
    async pass(ms) {
      for (const timer of world.timers.filter((each) => each.ms <= ms)) {
        world.timers.splice(world.timers.indexOf(timer), 1);
        timer.run();
      }
      await settled();
    },
    async finish(outcome) {
      world.runs.shift()(outcome);
      await settled();
    },
  };
  const core = {
    start: async () => ({ kind: 'vault', state: 'locked', version: '1', rows: [], chosen: undefined }),
    async call(command, request) {
      if (command === 'lock.now') return ok({ lock: { state: 'cold' } });
      world.log.push({ command, request });
      return world.answers[command] ?? ok();
    },
    makeReady: () => undefined,
    unlock: async () => ok({ tornTail: false, finishedCheckpoint: false, profile: 'own', isPractice: false }),
    lock: async () => {},
    sync: () => new Promise((resolve) => world.runs.push(resolve)),
    cancelSync: () => { world.cancelled += 1; },
    onSync: (listener) => { world.onSync = listener; },
    onBackup: () => {},
    onNews: () => {},
  };
  const app = createApp({
    appName: 'Notebook', route: route ?? { name: 'cases' }, embedded: {}, core,
    platform: {
      nowMs: () => 5, today: () => '2026-11-22', newId: () => ID('9'), makePassphrase: async () => '', readDeviceStorage: async () => ({}), askForPersistence: async () => ({}),
      print: () => {}, build: { hash: '', userAgent: '' }, reload: () => {}, acceptUpdate: () => {}, setAddress: () => {}, origin: () => 'https://app.example', isOnline: () => true,
      wordsOf: async (indices) => indices.map((index) => `word${index}`), startCamera: camera, passkeys: NO_PASSKEYS,
    },
    setTimer(ms, run) {
      const timer = { ms, run };
      world.timers.push(timer);
      return () => { world.timers = world.timers.filter((each) => each !== timer); };
    },
  });
  await app.begin();
  app.actions.unlock('a b c d e');
  await settled();
  app.actions.skipPin();
  await settled();
  assert.equal(app.store.state().phase.kind, 'open');
  return { app, world, team: () => app.store.state().team };
}

async function filledJoin(options) {
  const opened = await openApp({ route: { name: 'join' }, ...options });
  opened.app.actions.changeJoin({ code: '04hm asr3', kind: 'tablet' });
  return opened;
}

test('join: the hub is where the app came from, until a person types another', async () => {
  const { team } = await openApp();
  assert.equal(team().join.hub, 'https://app.example');
});

test('join: what is missing is named at its box, and nothing is asked of the core', async () => {
  const { app, world, team } = await openApp({ route: { name: 'join' } });
  app.actions.changeJoin({ hub: 'not an address' });
  app.actions.join();
  await settled();
  assert.deepEqual(Object.keys(team().join.errors), ['join-code', 'join-hub', 'join-kind']);
  assert.equal(app.store.state().focus.target, 'errors');
  assert.deepEqual(world.requests('enrol.begin'), []);
});

for (const [typed, origin] of [['https://hub.example', 'https://hub.example'], ['hub.example', 'https://hub.example'], ['http://localhost:8080/some/page?x#y', 'http://localhost:8080'], [' HTTPS://Hub.Example:443/ ', 'https://hub.example']]) {
  test(`join: the hub "${typed}" is ${origin}`, async () => {
    const { app, world } = await filledJoin();
    app.actions.changeJoin({ hub: typed });
    app.actions.join();
    await settled();
    assert.deepEqual(world.requests('enrol.begin'), [{ timeMs: 5, code: CODE, hub: origin, deviceKind: 'tablet', deviceLabel: 'Tablet' }]);
  });
}
for (const typed of ['', 'ftp://hub.example', 'javascript:alert(1)', 'https://name@hub.example', 'https://']) {
  test(`join: "${typed}" is no address of a hub`, async () => {
    const { app, world, team } = await filledJoin();
    app.actions.changeJoin({ hub: typed });
    app.actions.join();
    await settled();
    assert.deepEqual([Object.keys(team().join.errors), world.requests('enrol.begin')], [['join-hub'], []]);
  });
}

test('join: a mistyped code is marked at its box and stays there', async () => {
  const { app, world, team } = await filledJoin();
  world.answers['enrol.begin'] = no('code-wrong');
  app.actions.join();
  await settled();
  assert.deepEqual(team().join.errors, { 'join-code': 'TYPED WRONG' });
  assert.equal(team().join.code, '04hm asr3');
  app.actions.leaveJoinCode();
  assert.equal(team().join.code, CODE);
});

test('join: a founding code asks for both names, then begins', async () => {
  const { app, world, team } = await filledJoin();
  world.answers['enrol.begin'] = no('incomplete', 'personName');
  app.actions.join();
  await settled();
  assert.equal(team().join.isFounding, true);
  assert.deepEqual(app.store.state().focus.target, { id: 'join-person' });
  app.actions.join();
  await settled();
  assert.deepEqual(Object.keys(team().join.errors), ['join-person', 'join-team']);
  app.actions.changeJoin({ personName: ' Gwen ', teamName: ' North ' });
  world.answers['enrol.begin'] = ok({ kind: 'founding', words: [] });
  app.actions.join();
  await settled();
  assert.deepEqual(world.requests('enrol.begin').at(-1), { timeMs: 5, code: CODE, hub: 'https://app.example', deviceKind: 'tablet', deviceLabel: 'Tablet', personName: 'Gwen', teamName: 'North' });
});

test('join: begun, the code is forgotten, the words are there, and a run starts', async () => {
  const { app, world, team } = await filledJoin();
  world.answers['enrol.begin'] = ok({ kind: 'joining', words: WAITING.words });
  world.answers['team.status'] = ok(WAITING);
  app.actions.join();
  await settled();
  assert.equal(team().join.code, '');
  assert.deepEqual(team().status.words, ['word0', 'word1', 'word2', 'word3', 'word4', 'word5', 'word6', 'word7']);
  assert.equal(world.runs.length, 1);
  await world.finish(ok(NUMBERS));
  await world.pass(4000);
  assert.equal(world.runs.length, 1, 'and again while the page waits');
  world.answers['team.status'] = ok(MEMBER);
  await world.finish(ok(NUMBERS));
  assert.equal(team().status.state, 'member');
  await world.pass(4000);
  assert.equal(world.runs.length, 0, 'and no more when the device is in');
});

test('join: given up, the run ends and the records stay', async () => {
  const { app, world } = await openApp({ route: { name: 'join' }, team: WAITING });
  app.actions.cancelJoin();
  await settled();
  assert.deepEqual([world.requests('enrol.cancel').length, world.cancelled], [1, 1]);
});

test('join: given up in the middle of a run, nothing begins any more, until the next code', async () => {
  const { app, world } = await openApp({ route: { name: 'join' }, team: WAITING });
  await world.pass(0);
  assert.equal(world.runs.length, 1);
  app.actions.cancelJoin();
  await settled();
  world.answers['team.status'] = ok(ALONE);
  await world.finish(ok({ ...NUMBERS, problem: 'cancelled' }));
  app.actions.confirmInvite(ID('e'));
  await settled();
  await world.pass(1_000_000);
  assert.equal(world.runs.length, 0);
  world.answers['team.status'] = ok(WAITING);
  app.actions.changeJoin({ code: CODE, kind: 'tablet' });
  app.actions.join();
  await settled();
  assert.equal(world.runs.length, 1);
});

test('invite: asks for a name or a person, then shows the code', async () => {
  const { app, world, team } = await openApp({ route: { name: 'invite' }, team: MEMBER });
  app.actions.makeInvite();
  await settled();
  assert.deepEqual(Object.keys(team().invite.errors), ['invite-who']);
  app.actions.changeInvite({ who: 'known', errors: {} });
  app.actions.makeInvite();
  await settled();
  assert.deepEqual(Object.keys(team().invite.errors), ['invite-person']);
  app.actions.changeInvite({ who: 'new', personName: ' Gwen ', isAdministrator: true, kind: 'office', errors: {} });
  world.answers['invite.begin'] = ok({ inviteId: ID('e'), code: CODE, expiresMs: 9 });
  app.actions.makeInvite();
  await settled();
  assert.deepEqual(world.requests('invite.begin'), [{ timeMs: 5, administrator: true, personName: 'Gwen', deviceKind: 'office' }]);
  assert.deepEqual(app.store.state().route, { name: 'invitation', inviteId: ID('e') });
  assert.equal(team().invite.personName, '');
});

test('invite: a further device of a known person never makes an administrator', async () => {
  const { app, world } = await openApp({ route: { name: 'invite' }, team: MEMBER });
  app.actions.changeInvite({ who: 'known', personId: ID('b'), isAdministrator: true });
  app.actions.makeInvite();
  await settled();
  assert.deepEqual(world.requests('invite.begin'), [{ timeMs: 5, administrator: false, personId: ID('b') }]);
});

test('invite: words that do not match withdraw the code and say what that means', async () => {
  const { app, world } = await openApp({ route: { name: 'invitation', inviteId: ID('e') }, team: MEMBER });
  app.actions.refuseInvite(ID('e'));
  await settled();
  assert.deepEqual(world.requests('invite.withdraw'), [{ inviteId: ID('e') }]);
  assert.equal(app.store.state().banner.title, 'The device was not let in');
});

test('sync: alone, nothing begins, not after a save and not when the network comes', async () => {
  const { app, world } = await openApp();
  app.cameOnline();
  await world.pass(1_000_000);
  assert.equal(world.runs.length, 0);
});

test('sync: in a team it begins after unlocking; its numbers and its problem are in the state', async () => {
  const { world, team } = await openApp({ team: MEMBER });
  await world.pass(0);
  assert.equal(world.runs.length, 1);
  assert.equal(team().isSyncing, true);
  world.onSync({ ...NUMBERS, phase: 'sending', done: 1, total: 3 });
  assert.equal(team().sync.phase, 'sending');
  world.answers['sync.status'] = ok({ ...NUMBERS, problem: 'unreachable' });
  await world.finish(ok({ ...NUMBERS, problem: 'unreachable' }));
  assert.deepEqual([team().isSyncing, team().sync.problem], [false, 'unreachable']);
  await world.pass(15_000);
  assert.equal(world.runs.length, 1, 'and is tried again');
  await world.finish(ok({ ...NUMBERS, problem: 'busy', retryAfterS: 100 }));
  await world.pass(99_999);
  assert.equal(world.runs.length, 0, 'no sooner than the hub said');
  await world.pass(150_000);
  assert.equal(world.runs.length, 1);
});

test('sync: the reason that only this page knows survives what the core calls unreachable', async () => {
  const { world, team } = await openApp({ team: MEMBER });
  await world.pass(0);
  world.answers['sync.status'] = ok({ ...NUMBERS, problem: 'unreachable' });
  await world.finish(ok({ ...NUMBERS, problem: 'hub_forbidden' }));
  assert.equal(team().sync.problem, 'hub_forbidden');
});

test('sync: a save that travels starts a run a little later, a draft only counts', async () => {
  const { app, world } = await openApp({ team: MEMBER });
  await world.pass(0);
  await world.finish(ok(NUMBERS));
  const asked = world.requests('sync.status').length;
  app.actions.input({ part: 'x', field: 'y' }, 'z');
  await app.navigator.go({ name: 'case-new', caseId: ID('c') });
  app.actions.choose({ part: 'person', field: 'name' }, 'A name');
  await settled();
  assert.ok(world.requests('draft.save').length > 0);
  await world.pass(3000);
  assert.equal(world.runs.length, 0);
  assert.ok(world.requests('sync.status').length > asked);
  app.actions.confirmInvite(ID('e'));
  await settled();
  await world.pass(3000);
  assert.equal(world.runs.length, 1);
});

for (const leave of ['lock', 'hide']) {
  test(`sync: ${leave} in the middle of a run leaves nothing behind and begins nothing`, async () => {
    const { app, world } = await openApp({ team: MEMBER });
    await world.pass(0);
    assert.match(JSON.stringify(app.store.state()), /SECRET/);
    app.actions[leave]();
    await settled();
    await world.finish(no('stopped'));
    world.onSync(NUMBERS);
    assert.doesNotMatch(JSON.stringify(app.store.state()), /SECRET/);
    assert.equal(app.store.state().team.sync, undefined);
    await world.pass(1_000_000);
    assert.equal(world.runs.length, 0);
  });
}

test('camera: what it reads is in the box, grouped; refused or missing is said', async () => {
  for (const answer of ['none', 'refused']) {
    const { app, team } = await openApp({ route: { name: 'join' }, camera: async () => answer });
    app.actions.startCamera();
    await settled();
    assert.equal(team().join.camera, answer);
  }
  let onText;
  let stopped = 0;
  const { app, team } = await openApp({ route: { name: 'join' }, camera: async (_, listener) => { onText = listener; return { stop: () => { stopped += 1; } }; } });
  app.actions.startCamera();
  await settled();
  assert.equal(team().join.camera, 'on');
  onText('04hmasr3');
  assert.deepEqual([team().join.code, team().join.camera, stopped], [CODE, 'off', 1]);
});

for (const [what, leave] of [['another screen', (app) => app.actions.go({ name: 'emergency' })], ['hiding', (app) => app.actions.hide()], ['a lock', (app) => app.actions.lock()]]) {
  test(`camera: ends with ${what}, also when it is only just starting`, async () => {
    let stopped = 0;
    let start;
    const camera = () => new Promise((resolve) => { start = () => resolve({ stop: () => { stopped += 1; } }); });
    const running = await openApp({ route: { name: 'join' }, camera });
    running.app.actions.startCamera();
    start();
    await settled();
    leave(running.app);
    await settled();
    assert.equal(stopped, 1);
    assert.equal(running.team().join.camera, 'off');
    const starting = await openApp({ route: { name: 'join' }, camera });
    starting.app.actions.startCamera();
    leave(starting.app);
    await settled();
    start();
    await settled();
    assert.equal(stopped, 2);
    assert.equal(starting.team().join.camera, 'off');
  });
}

/* --- the agency's recovery key --------------------------------------------------------------------------- */

const HELD = { hasKey: true, isHeld: true, keyId: ID('e'), isNews: true };

test('recovery key: the run that brings it says so, until a person puts it away', async () => {
  const { app, world, team } = await openApp({ team: MEMBER });
  app.actions.syncNow();
  world.answers['escrow.state'] = ok(HELD);
  assert.notEqual(team().escrow?.isNews, true);
  await world.finish(ok(NUMBERS));
  assert.deepEqual(team().escrow, HELD);
  world.answers['escrow.state'] = ok({ ...HELD, isNews: false });
  app.actions.escrowSeen();
  await settled();
  assert.deepEqual(world.requests('escrow.seen'), [{}]);
  assert.equal(team().escrow.isNews, false);
});

test('recovery key: what cannot be put away is told and stays', async () => {
  const { app, world, team } = await openApp({ team: MEMBER });
  world.answers['escrow.state'] = ok(HELD);
  world.answers['escrow.seen'] = no('full');
  await app.navigator.go({ name: 'keys' });
  await settled();
  app.actions.escrowSeen();
  await settled();
  assert.equal(app.store.state().problem.code, 'full');
  assert.equal(team().escrow.isNews, true);
});

test('what the hub did not take: read with the case it is of, told again after each run, and gone when it went', async () => {
  const caseId = ID('c');
  const row = { recordId: ID('1'), caseId, type: 'incident', changedMs: 1, state: 'device', refusal: 'forbidden' };
  const { app, world, team } = await openApp({ team: MEMBER });
  world.answers['sync.items'] = ok({ items: [row, { ...row, recordId: ID('2') }] });
  world.answers['case.get'] = ok({ records: [{ recordId: ID('1'), type: 'incident', fields: { description: 'SECRET' } }], drafts: [] });
  app.actions.go({ name: 'sync' });
  await settled();
  assert.deepEqual(world.requests('case.get'), [{ caseId }], 'once for both');
  assert.equal(team().refused.rows.length, 2);
  assert.equal(team().refused.files[caseId].records[0].fields.description, 'SECRET');

  world.answers['case.get'] = no('damaged');
  app.actions.syncNow();
  await world.finish(ok({ ...NUMBERS, problem: 'forbidden', notTakenCount: 2 }));
  assert.equal(team().refused.rows.length, 2, 'told, though the case cannot be read');
  assert.deepEqual(team().refused.files, {});

  world.answers['sync.items'] = ok({ items: [] });
  app.actions.syncNow();
  await world.finish(ok(NUMBERS));
  assert.equal(team().refused, undefined);
});

test('much arrives: the page in view is read again while the run goes on, and not ever more often', async () => {
  const { app, world } = await openApp({ team: MEMBER });
  await world.pass(0);
  const before = world.requests('case.list').length;
  const say = (phase, done, total) => world.onSync({ ...NUMBERS, isRunning: true, phase, done, total });
  say('sending', 10, 2000);
  say('fetching', 1, 3);
  await world.pass(100_000);
  assert.equal(world.requests('case.list').length, before, 'a few parts are there with the end of the run');
  for (let done = 0; done < 500; done += 100) say('fetching', done, 2000);
  await world.pass(2000);
  assert.equal(world.requests('case.list').length, before + 1);
  say('fetching', 600, 2000);
  await world.pass(2000);
  assert.equal(world.requests('case.list').length, before + 2);
  say('fetching', 700, 2000);
  app.actions.lock();
  await settled();
  await world.pass(100_000);
  assert.equal(world.requests('case.list').length, before + 2, 'nothing after a lock');
});
