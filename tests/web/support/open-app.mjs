// The app over a core with one case. The core is a double because some answers (disk full, storage gone, a trap) cannot be had
// from a healthy one.
import assert from 'node:assert/strict';

import { NO_PASSKEYS } from '../../support/passkeys.mjs';
import { importWebModules } from '../../support/web-modules.mjs';

const { createApp } = await importWebModules('web/src/app/app.ts');
export const CASE = 'c'.repeat(32);
export const FACTS = { name: 'facts', caseId: CASE };
export const REFERENCE = { part: 'case', field: 'reference' };
export const MOVED = { part: 'case', field: 'transfer', member: 'movedOn' };
export const ok = (value = {}) => ({ ok: true, value });
export const no = (code) => ({ ok: false, error: { code } });
export const settled = async () => {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

const LOCK = { state: 'open', hasPin: false, triesLeft: 0, idleS: 120, hiddenS: 30 };

/** The lock of the core as far as the page sees it: what it says is set by the test. */
function lockDouble(log) {
  const lock = { ...LOCK };
  const reply = () => ok({ lock: { ...lock } });
  const pin = (name, act) => async (bytes) => {
    log.push({ command: name, request: new TextDecoder().decode(bytes) });
    return act(new TextDecoder().decode(bytes)) ?? reply();
  };
  return {
    lock,
    reply,
    now: () => {
      lock.state = lock.hasPin ? 'warm' : 'cold';
      return reply();
    },
    choosePin: pin('lock.pin', (typed) => {
      if (typed.length !== 6) return no('invalid-input');
      Object.assign(lock, { hasPin: true, triesLeft: 3, pin: typed });
      return undefined;
    }),
    openByPin: pin('lock.open', (typed) => {
      if (typed.length !== 6) return no('invalid-input');
      if (typed === lock.pin) lock.state = 'open';
      else lock.state = (lock.triesLeft -= 1) === 0 ? 'cold' : 'warm';
      return undefined;
    }),
  };
}

/** An app over a core with one case; answers of draft.save can be changed by the test. With `pin`, it is chosen after unlocking. */
export async function openApp({ pin, nowMs = 1, vault = 'locked', askForPersistence = async () => ({}) } = {}) {
  const log = [];
  const locks = lockDouble(log);
  const answers = { 'draft.save': ok({ number: '1' }), unlock: ok({ tornTail: false, finishedCheckpoint: false, profile: 'own', isPractice: false }) };
  let news = () => {};
  let nextId = 0;
  const drafts = new Map();
  const core = {
    start: async () => ({ kind: 'vault', state: vault, version: '1', rows: [], chosen: undefined }),
    choose: async () => ({ kind: 'vault', state: vault, version: '1', rows: [], chosen: undefined }),
    listVaults: async () => ok([]),
    relabel: async () => ok(),
    removeVault: async () => ok(),
    takeOver: async () => ({ kind: 'other-window' }),
    async call(command, request) {
      log.push({ command, request });
      if (command === 'draft.save' && answers[command].ok) for (const { field, value } of request.changes) drafts.set(field, value);
      if (answers[command] !== undefined) return answers[command];
      if (command === 'lock.now') return locks.now();
      if (command.startsWith('lock.')) return locks.reply();
      if (command === 'content.get') return ok({ content: {} });
      if (command === 'case.list') return ok({ cases: [], totalCount: 0 });
      if (command === 'case.begun') return ok({ drafts: [] });
      if (command === 'team.status') return ok({ state: 'alone', deviceId: 'd'.repeat(32), isAdministrator: false, wordsConfirmed: false });
      if (command === 'case.get') {
        const record = { recordId: CASE, type: 'case', createdMs: 1, changedMs: 1, fields: { status: 'open', openedOn: '2026-01-01', areaProfile: 'A' } };
        const draft = { recordId: CASE, type: 'case', caseId: CASE, savedMs: 1, number: '1', fields: Object.fromEntries(drafts) };
        return ok({ records: [record], drafts: drafts.size === 0 ? [] : [draft] });
      }
      return ok();
    },
    createVault: async () => ok(),
    makeReady: () => undefined,
    unlock: async () => answers.unlock,
    inspect: async () => answers.inspect ?? no('damaged'),
    lock: async () => {
      log.push({ command: 'lock' });
    },
    choosePin: locks.choosePin,
    openByPin: (pin) => (answers['lock.open'] === undefined ? locks.openByPin(pin) : answers['lock.open']),
    exportVault: async () => no('cancelled'),
    restoreExport: async () => no('damaged'),
    cancelBackup: () => {},
    onBackup: () => {},
    removeUnfinished: async () => ok(),
    sync: async () => ok({}),
    cancelSync: () => {},
    onSync: () => {},
    onNews: (listener) => {
      news = listener;
    },
  };
  const addresses = [];
  const timers = [];
  const saved = [];
  const app = createApp({
    appName: 'Notebook',
    route: FACTS,
    embedded: {},
    core,
    platform: {
      nowMs: () => nowMs, today: () => '2026-11-22', newId: () => String((nextId += 1)).padStart(32, '0'), makePassphrase: async () => 'a b c d e',
      readDeviceStorage: async () => ({}), askForPersistence, print: () => {}, saveFile: (file, name) => saved.push({ file, name }), build: { hash: '0123456789abcdef', userAgent: 'Test/1' }, reload: () => {}, acceptUpdate: () => log.push({ command: 'accept-update' }),
      origin: () => 'https://app.example', isOnline: () => true, wordsOf: async () => [], startCamera: async () => 'none', passkeys: NO_PASSKEYS,
      setAddress: (route, how) => addresses.push(`${how} ${route.name}`),
    },
    setTimer(ms, run) {
      timers.push({ ms, run });
      return () => {};
    },
  });
  await app.begin();
  if (vault === 'locked') {
    app.actions.unlock('a b c d e');
    await settled();
    await choosePin(app, pin);
    assert.equal(app.store.state().phase.kind, 'open');
  }
  return { app, log, lock: locks.lock, timers, saved, answers, addresses, tell: (item) => news(item), commands: () => log.map((entry) => entry.command) };
}

/** What comes after the passphrase: a PIN for this session, or none. */
export async function choosePin(app, pin) {
  assert.equal(app.store.state().phase.kind, 'choose-pin');
  if (pin === undefined) app.actions.skipPin();
  else app.actions.choosePin(pin);
  await settled();
}
