// The client of the core in real browsers, on a page with nothing else, served by fieldkit-hub with its real headers: what
// only a browser can show about workers, files, windows and the content security policy.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import puppeteer from 'puppeteer-core';

import { Browser, CHROMIUM, FIREFOX, makeHome, removeHome } from './support/browser.mjs';
import { buildClientPage } from './support/client-page.mjs';
import { Hub } from './support/hub.mjs';
import { keepStoreWorker } from './support/trace.mjs';
import { until } from './support/until.mjs';

const PASSPHRASE = 'acid bacon cedar delta eagle';
const ENTRY = { label: 'Notebook 1', isPractice: false, isWiped: false };
const CASE = 'c0000000000000000000000000000001';
let hub;

before(async () => {
  hub = await Hub.start(await buildClientPage('client-page'));
});
after(() => hub?.stop());

const ready = (page) => until(() => page.evaluate(() => globalThis.fk !== undefined), 'the page has its client');

async function visit(page) {
  await page.goto(`${hub.origin}/`);
  await ready(page);
}

const ask = (page, method, ...values) => page.evaluate((name, list) => globalThis.fk.client[name](...list), method, values);
const command = (page, name, request) => ask(page, 'call', name, request);
/** News comes beside the answers, in no order with them: waits for as many as are expected. */
async function newsOf(page, count) {
  await until(() => page.evaluate((least) => globalThis.fk.news.length >= least, count), `${count} pieces of news`);
  return page.evaluate(() => globalThis.fk.news);
}
const saveReference = (page, value) =>
  command(page, 'draft.save', {
    timeMs: 1, caseId: CASE, recordId: CASE, type: 'case',
    changes: Object.entries({ status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH', reference: value })
      .map(([field, changed]) => ({ field, value: changed })),
  });

/** Runs act with a browser on a fresh profile; the browser's own account of the run must be clean. */
async function inBrowser(kind, act) {
  const home = makeHome('client');
  let browser;
  const launch = async () => {
    browser = await Browser.launch({ kind, home, origin: hub.origin, faults: browser?.faults });
    await visit(browser.page);
    return browser;
  };
  try {
    await act(await launch(), async () => {
      await browser.kill();
      return launch();
    });
    assert.deepEqual(browser.faults.violations, []);
    assert.deepEqual(browser.faults.foreign, []);
    assert.deepEqual(browser.faults.errors.filter((error) => !error.includes('/favicon.ico')), []);
  } finally {
    await browser?.kill();
    removeHome(home);
  }
}

async function withVault(page) {
  const start = await ask(page, 'start');
  assert.deepEqual([start.kind, start.state], ['ready', 'none'], JSON.stringify(start));
  const created = await ask(page, 'createVault', PASSPHRASE, ENTRY);
  assert.equal(created.ok, true, JSON.stringify(created));
}

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}__a_vault_survives_lock_reload_and_a_killed_browser`, () =>
    inBrowser(kind, async ({ page }, relaunch) => {
      await withVault(page);
      assert.equal((await saveReference(page, 'NM-7')).reply.number, '1');
      const before = await command(page, 'case.get', { caseId: CASE });
      await ask(page, 'lock');
      assert.equal((await command(page, 'case.list', { limit: 1 })).error.code, 'wrong-state');
      assert.equal((await ask(page, 'unlock', 'acid bacon cedar delta')).error.code, 'auth');
      assert.equal((await ask(page, 'unlock', PASSPHRASE.toUpperCase())).ok, true);
      assert.deepEqual(await command(page, 'case.get', { caseId: CASE }), before);

      await visit(page); // leaves while the vault is open
      assert.equal((await ask(page, 'start')).state, 'locked');
      assert.equal((await ask(page, 'unlock', PASSPHRASE)).ok, true);
      assert.equal((await saveReference(page, 'NM-8')).ok, true);

      const again = await relaunch();
      assert.equal((await ask(again.page, 'start')).state, 'locked');
      const unlocked = await ask(again.page, 'unlock', PASSPHRASE);
      assert.deepEqual([unlocked.ok, unlocked.reply?.tornTail], [true, false], JSON.stringify(unlocked));
      const { reply } = await command(again.page, 'case.get', { caseId: CASE });
      assert.equal(reply.drafts[0].fields.reference, 'NM-8');
      assert.equal((await again.page.evaluate(() => globalThis.fk.listVaults())).length, 1);
    }));

  test(`${kind}__a_second_window_is_told_reads_content_and_can_take_over`, () =>
    inBrowser(kind, async (browser) => {
      const first = browser.page;
      await withVault(first);
      const second = await browser.openWindow();
      await visit(second);
      assert.deepEqual(await ask(second, 'start'), { kind: 'other-window' });
      assert.equal((await ask(second, 'unlock', PASSPHRASE)).error.code, 'other-window');
      assert.equal((await ask(second, 'createVault', PASSPHRASE, ENTRY)).error.code, 'other-window');
      assert.equal((await command(second, 'content.get', { name: 'emergency' })).ok, true);
      assert.equal((await command(first, 'case.list', { limit: 1 })).ok, true, 'the first window was not disturbed');

      const moved = await ask(second, 'moveHere');
      assert.deepEqual([moved.kind, moved.state], ['ready', 'locked']);
      assert.deepEqual(await newsOf(first, 1), ['moved-away']);
      assert.equal((await ask(second, 'unlock', PASSPHRASE)).ok, true);
      assert.equal((await command(first, 'case.list', { limit: 1 })).error.code, 'wrong-state');
      assert.deepEqual(await ask(first, 'start'), { kind: 'other-window' });

      await second.close();
      const back = await until(async () => {
        const answer = await ask(first, 'start');
        return answer.kind === 'ready' && answer;
      }, 'the lock of the closed window is free');
      assert.equal(back.state, 'locked');
      assert.equal((await ask(first, 'unlock', PASSPHRASE)).ok, true);
    }));
}

test('chrome__what_unlocking_needs_is_loaded_while_somebody_types', () =>
  inBrowser(CHROMIUM, async ({ page }) => {
    await withVault(page);
    await ask(page, 'lock');
    const count = (file) => page.workers().filter((worker) => worker.url().endsWith(file)).length;
    const areReady = (each) => () => count('/store-worker.js') === each && count('/kdf-worker.js') === each;
    await until(areReady(0), 'no worker lives on after a lock');
    await ask(page, 'makeReady');
    await ask(page, 'makeReady');
    await until(areReady(1), 'one worker of each kind');
    assert.equal((await command(page, 'vault.status', {})).reply.state, 'locked');
    assert.equal((await ask(page, 'unlock', 'acid bacon cedar delta')).error.code, 'auth');
    await ask(page, 'makeReady');
    assert.equal((await ask(page, 'unlock', PASSPHRASE)).ok, true);
    await until(() => count('/kdf-worker.js') === 0, 'the memory of the derivation is given back');
    await ask(page, 'makeReady');
    await ask(page, 'lock');
    await until(areReady(0), 'no worker lives on after a lock');
  }));

/** Runs in the page: a fixed mix of everything at once. Counts the answers; a promise that never settles fails the test. */
async function mixOperations(passphrase, caseId) {
  const { client } = globalThis.fk;
  const operations = {
    list: () => client.call('case.list', { limit: 1 }),
    content: () => client.call('content.get', { name: 'emergency' }),
    save: () => client.call('draft.save', { timeMs: 1, caseId, recordId: caseId, type: 'case', changes: [{ field: 'reference', value: 'x' }] }),
    unlock: () => client.unlock(passphrase),
    lock: () => client.lock().then(() => ({ ok: true })),
    start: () => client.start().then(({ kind }) => ({ ok: kind === 'ready', error: { code: kind } })),
  };
  const names = Object.keys(operations);
  const counts = {};
  let state = 7;
  const next = (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % bound;
  };
  for (let round = 0; round < 12; round++) {
    const running = Array.from({ length: 8 }, async () => {
      const name = names[next(names.length)];
      const answer = await operations[name]();
      const key = `${name} ${answer.ok ? 'ok' : answer.error.code}`;
      counts[key] = (counts[key] ?? 0) + 1;
    });
    // Half of the rounds begin while the one before still runs.
    if (round % 2 === 0) await Promise.all(running);
    else void Promise.all(running);
  }
  await client.lock();
  return counts;
}

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}__calls_locks_and_unlocks_in_any_mix_are_all_answered_and_content_always_is`, () =>
    inBrowser(kind, async ({ page }) => {
      await withVault(page);
      const counts = await page.evaluate(mixOperations, PASSPHRASE, CASE);
      const answers = Object.keys(counts);
      assert.ok(answers.every((answer) => /^(\w+ ok|(list|save) (wrong-state|stopped)|unlock (wrong-state|stopped|kdf-failed)|start refused)$/.test(answer)), answers.join());
      assert.ok(counts['content ok'] > 5 && counts['unlock ok'] > 0, JSON.stringify(counts));
      assert.equal((await ask(page, 'unlock', PASSPHRASE)).ok, true);
      assert.equal((await page.evaluate(() => globalThis.fk.listVaults())).length, 1);
    }));
}

/** A page whose folder was damaged before it was served. */
async function onDamagedPage(name, damage, act, kind = CHROMIUM) {
  const dir = await buildClientPage(name);
  damage(dir);
  const damaged = await Hub.start(dir);
  const home = makeHome(name);
  let browser;
  try {
    browser = await Browser.launch({ kind, home, origin: damaged.origin });
    await browser.page.evaluateOnNewDocument(keepStoreWorker);
    await browser.page.goto(`${damaged.origin}/`);
    await ready(browser.page);
    await act(browser.page, browser);
  } finally {
    await browser?.kill();
    removeHome(home);
    await damaged.stop();
  }
}

/** Told so, the worker fails between the core's answer and its delivery: the change is made, nobody heard. */
function withBreakableAnswers(dir) {
  const file = path.join(dir, 'store-worker.js');
  const listener = () => addEventListener('message', (event) => {
    if (event.data.breakAnswers !== true) return;
    event.stopImmediatePropagation();
    /* The answer is read out of the module's memory by it. */
    TextDecoder.prototype.decode = () => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
  });
  writeFileSync(file, `(${listener})();\n${readFileSync(file, 'utf8')}`);
}

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}__a_crash_is_told_and_the_change_under_way_is_made_once_after_unlock`, () =>
    onDamagedPage(`client-page-crash-${kind}`, withBreakableAnswers, async (page, { faults }) => {
      await withVault(page);
      await saveReference(page, 'NM-7');
      await page.evaluate(() => (globalThis.mutation = { mutationId: globalThis.fk.newId(), timeMs: Date.now() }));
      const commit = () =>
        page.evaluate((recordId) => globalThis.fk.client.call('draft.commit', { ...globalThis.mutation, recordIds: [recordId] }), CASE);
      await page.evaluate(() => globalThis.fkStoreWorker.postMessage({ breakAnswers: true }));
      assert.equal((await commit()).error.code, 'crashed');
      assert.deepEqual(await newsOf(page, 1), ['crashed']);
      const unlocked = await ask(page, 'unlock', PASSPHRASE);
      assert.deepEqual([unlocked.ok, unlocked.reply?.repeatedCount], [true, 1], JSON.stringify(unlocked));
      const { operationCount } = (await command(page, 'vault.storage', {})).reply;
      assert.equal(operationCount, '4');
      assert.equal((await commit()).ok, true);
      assert.equal((await command(page, 'vault.storage', {})).reply.operationCount, '4');
      assert.deepEqual([faults.violations, faults.foreign], [[], []]);
    }, kind));
}

for (const [name, damage] of Object.entries({
  missing: (dir) => rmSync(path.join(dir, 'core.wasm')),
  changed: (dir) => appendFileSync(path.join(dir, 'core.wasm'), Buffer.from([0, 1, 0])),
})) {
  test(`chrome__a_core_that_is_${name}_is_not_run`, () =>
    onDamagedPage(`client-page-${name}`, damage, async (page) => {
      const start = await ask(page, 'start');
      assert.deepEqual([start.kind, start.error?.code], ['refused', 'not-loaded']);
    }));
}

test('chrome__a_kdf_worker_that_cannot_start_is_named_and_leaves_no_vault', () =>
  onDamagedPage('client-page-no-kdf', (dir) => rmSync(path.join(dir, 'kdf-worker.js')), async (page) => {
    assert.equal((await ask(page, 'start')).kind, 'ready');
    assert.equal((await ask(page, 'createVault', PASSPHRASE, ENTRY)).error.code, 'kdf-failed');
    assert.deepEqual(await page.evaluate(() => globalThis.fk.listVaults()), []);
  }));

/** The worker of a page that has no vault open; it takes the files of the one vault there is, as a dying worker would. */
async function holdFiles(page) {
  const worker = page.workers().find((found) => found.url().endsWith('/store-worker.js'));
  await worker.evaluate(async () => {
    const vaults = await (await navigator.storage.getDirectory()).getDirectoryHandle('vaults');
    const [directory] = await Array.fromAsync(vaults.values());
    globalThis.held = await (await directory.getFileHandle('keys')).createSyncAccessHandle();
  });
  return () => worker.evaluate(() => globalThis.held.close());
}

test('chrome__files_that_are_still_held_are_asked_for_again_and_named_when_they_stay_held', () =>
  inBrowser(CHROMIUM, async (browser) => {
    await withVault(browser.page);
    const second = await browser.openWindow();
    await visit(second);
    assert.equal((await command(second, 'content.get', { name: 'emergency' })).ok, true);
    await ask(browser.page, 'lock');
    const release = await holdFiles(second);
    const [start] = await Promise.all([ask(browser.page, 'start'), release()]);
    assert.deepEqual([start.kind, start.state], ['ready', 'locked'], JSON.stringify(start));
    await ask(browser.page, 'lock');
    const releaseLater = await holdFiles(second);
    const begun = performance.now();
    const refused = await ask(browser.page, 'start');
    assert.ok(performance.now() - begun > 5_000, 'it was asked again for a while');
    assert.deepEqual([refused.kind, refused.error?.code], ['refused', 'held-elsewhere']);
    assert.equal((await command(browser.page, 'content.get', { name: 'emergency' })).ok, true);
    await releaseLater();
    assert.equal((await ask(browser.page, 'start')).state, 'locked');
    assert.equal((await ask(browser.page, 'unlock', PASSPHRASE)).ok, true);
    assert.equal((await ask(browser.page, 'start')).state, 'open');
  }));

test('chrome__at_quota_a_save_is_full_nothing_is_lost_and_it_goes_on_when_there_is_room', () =>
  inBrowser(CHROMIUM, async (browser) => {
    const { page } = browser;
    await withVault(page);
    assert.equal((await saveReference(page, 'NM-7')).ok, true);
    const session = await browser.cdp();
    const quota = (quotaSize) => session.send('Storage.overrideQuotaForOrigin', { origin: hub.origin, ...(quotaSize && { quotaSize }) });
    await quota(1);
    let answer;
    for (let i = 0; i < 400 && answer?.ok !== false; i++) answer = await saveReference(page, `long ${i} ${'x'.repeat(80)}`);
    assert.equal(answer.error?.code, 'full', 'room that was reserved before is used up first');
    const kept = (await command(page, 'case.get', { caseId: CASE })).reply.drafts[0].fields.reference;
    assert.match(kept, /^(NM-7|long \d+ x+)$/);
    await quota();
    assert.equal((await saveReference(page, 'NM-9')).ok, true);
    await ask(page, 'lock');
    const unlocked = await ask(page, 'unlock', PASSPHRASE);
    assert.deepEqual([unlocked.ok, unlocked.reply?.tornTail], [true, false]);
    assert.equal((await command(page, 'case.get', { caseId: CASE })).reply.drafts[0].fields.reference, 'NM-9');
  }));

const PRIVATE = [
  [CHROMIUM, '/usr/bin/chromium', { args: ['--incognito', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])] }, ['private-browsing', 'storage in memory']],
  [FIREFOX, '/usr/bin/firefox-esr', { extraPrefsFirefox: { 'browser.privatebrowsing.autostart': true } }, ['storage-refused', 'SecurityError']],
];
for (const [kind, executablePath, options, expected] of PRIVATE) {
  test(`${kind}__a_private_window_is_refused_and_content_still_answers`, async () => {
    const home = makeHome('private');
    const browser = await puppeteer.launch({ browser: kind, executablePath, userDataDir: path.join(home, 'profile'), headless: true, ...options });
    try {
      const page = (await browser.pages())[0];
      await visit(page);
      /* As on the first visit, when the app's own copy is being stored. */
      await page.evaluate(() => {
        globalThis.isStoring = true;
        globalThis.storing = (async () => {
          const cache = await caches.open('meanwhile').catch(() => null);
          for (let i = 0; cache !== null && globalThis.isStoring; i++) await cache.put(`/${i % 4}`, new Response(new Uint8Array(1 << 20).fill(i)));
        })();
      });
      const start = await ask(page, 'start');
      await page.evaluate(() => {
        globalThis.isStoring = false;
        return globalThis.storing;
      });
      assert.deepEqual([start.kind, start.error?.code, start.error?.detail], ['refused', ...expected]);
      assert.equal((await command(page, 'content.get', { name: 'emergency' })).ok, true);
    } finally {
      await browser.close();
      removeHome(home);
    }
  });
}
