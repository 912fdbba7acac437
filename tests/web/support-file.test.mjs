// The file for support: what it says, and that nothing of a record, a person or a device can come along, whatever the state holds.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';
import { no, ok, openApp, settled } from './support/open-app.mjs';

const { createErrorLog, platformOf } = await importWebModules('web/src/app/support-file.ts', 'web/src/platform/device-storage.ts');

const CANARY = 'qwzcanaryqwz';
const ID = 'abcdef0123456789abcdef0123456789';
const PLANTED = {
  'vault.storage': ok({ pageFileBytes: '81920', logBytes: '512', operationCount: '7', draftCount: '1', unsentCount: '3', oldestUnsentMs: 1, deviceId: ID, signingKeyHex: ID + ID }),
  'team.status': ok({ state: 'member', agencyId: ID, personId: ID, personName: CANARY, teamName: CANARY, hub: `https://${CANARY}.example`, deviceId: ID, deviceKind: 'tablet', isAdministrator: true, wordsConfirmed: true, problem: CANARY.toUpperCase() }),
  'team.members': ok({ people: [{ personId: ID, name: CANARY }], devices: [{ deviceId: ID, personId: ID, label: CANARY, kind: 'office' }] }),
  'sync.status': ok({ isRunning: false, phase: 'idle', done: 0, total: 0, deviceCount: 3, sentCount: 0, confirmedCount: 0, draftCount: 1, problem: 'unreachable', problemDetail: CANARY, notTakenCount: 0, refusedCount: 0, waitingCount: 0, isClockWrong: false }),
  'case.list': ok({ cases: [{ caseId: ID, victimName: CANARY, reference: CANARY }], totalCount: 1 }),
};

test('it holds versions, sizes and codes, and nothing else of what the page knows', async () => {
  const { app, answers, saved } = await openApp();
  Object.assign(answers, PLANTED, { 'conflict.list': { ok: false, error: { code: 'damaged-by-nobody', detail: CANARY } } });
  app.actions.go({ name: 'cases' });
  await settled();
  assert.match(JSON.stringify(app.store.state()), new RegExp(CANARY), 'the page holds it');
  answers['document.check'] = no('full');
  app.actions.go({ name: 'support' });
  await settled();
  const text = app.store.state().supportText;
  assert.doesNotMatch(text, new RegExp(CANARY, 'i'));
  assert.doesNotMatch(text, /[0-9a-f]{32}/);
  const file = JSON.parse(text);
  assert.deepEqual(file.vault, { pageFileBytes: '81920', logBytes: '512', operationCount: '7', draftCount: '1', unsentCount: '3', oldestUnsentHours: 0 });
  assert.deepEqual([file.format, file.app.build, file.team.sync.problem, file.team.problem, file.team.peopleCount], ['fieldkit-support/1', '0123456789abcdef', 'unreachable', null, 1]);
  assert.ok(file.app.protocol >= 1 && file.lock.idleS === 120);
  app.actions.saveSupportFile();
  assert.deepEqual([saved.length, saved[0].name, await saved[0].file.text()], [1, 'support.json', text], 'what is saved is what was shown');
});

test('error codes are counted, and what is no code is not repeated', async () => {
  const log = createErrorLog(3);
  for (const code of ['full', 'full', 'no_storage', `${CANARY} in a sentence`, 'AUTH', 'io', 'io']) log.saw(code);
  assert.deepEqual(log.all(), [{ code: 'full', count: 2 }, { code: 'no_storage', count: 1 }, { code: 'other', count: 2 }]);
  const { app, answers } = await openApp();
  app.actions.lock();
  await settled();
  answers.unlock = no('auth');
  app.actions.unlock('not this one');
  await settled();
  answers.unlock = ok({ tornTail: false, finishedCheckpoint: false, profile: 'own' });
  app.actions.unlock('a b c d e');
  await settled();
  app.actions.skipPin();
  await settled();
  app.actions.go({ name: 'support' });
  await settled();
  assert.deepEqual(JSON.parse(app.store.state().supportText).errors, [{ code: 'auth', count: 1 }]);
});

test('it leaves the state with its screen and with the vault', async () => {
  const { app } = await openApp();
  app.actions.go({ name: 'support' });
  await settled();
  app.actions.hide();
  assert.equal(app.store.state().supportText, undefined);
});

const AGENTS = [
  ['Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1', 5, false, 'ios-browser'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15', 5, false, 'ios-browser'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15', 5, true, 'ios-installed'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15', 0, false, 'safari'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/123.0 Mobile/15E148 Safari/604.1', 5, false, 'ios-browser'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 0, false, 'firefox'],
  ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36', 5, true, 'chromium'],
  ['Lynx/2.9', 0, false, 'other'],
];
for (const [userAgent, touchPoints, isInstalled, platform] of AGENTS) {
  test(`advice: ${platform} for ${userAgent.slice(13, 60)} with ${touchPoints} touch points`, () => assert.equal(platformOf({ userAgent, touchPoints, isInstalled }), platform));
}

for (const [hours, isOld] of [[23.9, false], [24.1, true]]) {
  test(`reminder: work of ${hours} hours ago ${isOld ? 'is' : 'is not'} reminded of; put away it comes back with the next unlock`, async () => {
    const { app, answers } = await openApp({ nowMs: 1_790_000_000_000 });
    answers['vault.storage'] = ok({ unsentCount: '1', oldestUnsentMs: 1_790_000_000_000 - hours * 3_600_000 });
    const unlock = async () => {
      app.actions.lock();
      await settled();
      app.actions.unlock('a b c d e');
      await settled();
      app.actions.skipPin();
      await settled();
    };
    await unlock();
    assert.equal(app.store.state().team.isUnsentOld, isOld);
    app.actions.dismissReminder();
    assert.equal(app.store.state().isReminderAway, true);
    await unlock();
    assert.deepEqual([app.store.state().team.isUnsentOld, app.store.state().isReminderAway], [isOld, false]);
  });
}
