// An export in real browsers, with real files: made and tested, verified, its vault wiped from the profile, restored from
// the bytes that were saved, and the same cases are there, on a new device. The page drives the client of the core only.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Browser, CHROMIUM, FIREFOX, makeHome, removeHome } from './support/browser.mjs';
import { buildClientPage } from './support/client-page.mjs';
import { Hub } from './support/hub.mjs';
import { until } from './support/until.mjs';

const PASSPHRASE = 'acid bacon cedar delta eagle';
const CASE = 'c0000000000000000000000000000001';
const VICTIM = 'a0000000000000000000000000000001';
const ENTRY = { label: 'Notebook 1', isPractice: false, isWiped: false };
const LIST = { limit: 100, closedToo: true };
const CANARIES = ['Canary Quillfeather', 'Quillfeather', 'NM-77', 'NORTHMARSH', 'bacon', 'vault_meta'];
let hub;

before(async () => {
  hub = await Hub.start(await buildClientPage('backup-page'));
});
after(() => hub?.stop());

const ask = (page, method, ...values) => page.evaluate((name, list) => globalThis.fk.client[name](...list), method, values);
const command = (page, name, request) => ask(page, 'call', name, request);
const codeOf = (answer) => (answer.ok ? 'ok' : answer.error.code);

async function fill(page) {
  const records = [
    ['case', CASE, { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH', reference: 'NM-77' }],
    ['person', VICTIM, { name: 'Canary Quillfeather' }],
    ['party', 'a1000000000000000000000000000001', { person: VICTIM, role: 'victim' }],
  ];
  const save = (type, recordId, fields) =>
    command(page, 'draft.save', {
      timeMs: 1_790_000_000_000, caseId: CASE, recordId, type,
      changes: Object.entries(fields).map(([field, value]) => ({ field, value })),
    });
  for (const [type, id, fields] of records) assert.equal(codeOf(await save(type, id, fields)), 'ok');
  const commit = { mutationId: '9'.repeat(32), timeMs: 1_790_000_000_000, recordIds: records.map(([, id]) => id) };
  assert.equal(codeOf(await command(page, 'draft.commit', commit)), 'ok');
  // More than one chunk, and not finished: drafts travel too.
  for (let i = 0; i < 20; i++) {
    const id = `d${String(i).padStart(31, '0')}`;
    assert.equal(codeOf(await save('incident', id, { description: `Canary Quillfeather ${'x'.repeat(9000)}` })), 'ok');
  }
}

/** The file stays in the page; its bytes come back as a person's saved copy would. */
const exported = (page) =>
  page.evaluate(async () => {
    const answer = await globalThis.fk.client.exportVault();
    if (!answer.ok) return answer;
    const bytes = new Uint8Array(await answer.reply.file.arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return { ok: true, rowCount: answer.reply.rowCount, base64: btoa(text) };
  });

/** A method of the client that takes a file, called with one made of the saved bytes. */
const withFile = (page, method, base64, phrase) =>
  page.evaluate(
    (name, saved, passphrase, entry) => {
      const bytes = Uint8Array.from(atob(saved), (letter) => letter.charCodeAt(0));
      return globalThis.fk.client[name](new File([bytes], 'notes.bin'), passphrase, entry);
    },
    method, base64, phrase, ENTRY,
  );

const directories = (page) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names = [];
    for await (const [name] of root.entries()) names.push(name);
    return { names, vaults: await globalThis.fk.listVaults() };
  });

async function open(page) {
  await page.goto(`${hub.origin}/`);
  await until(() => page.evaluate(() => globalThis.fk !== undefined), 'the page has its client');
  return ask(page, 'start');
}

for (const [name, kind] of [['Chromium', CHROMIUM], ['Firefox', FIREFOX]]) {
  test(`${name}: export, verify, wipe, restore, the same cases`, { timeout: 300_000 }, async () => {
    const home = makeHome('backup');
    const browser = await Browser.launch({ kind, home, origin: hub.origin });
    try {
      const { page } = browser;
      assert.equal((await open(page)).kind, 'ready');
      assert.equal(codeOf(await ask(page, 'createVault', PASSPHRASE, ENTRY)), 'ok');
      await fill(page);
      const before_ = await command(page, 'case.list', LIST);
      const file = await exported(page);
      assert.equal(codeOf(file), 'ok', JSON.stringify(file.error));
      const bytes = Buffer.from(file.base64, 'base64');
      for (const canary of CANARIES) assert.equal(bytes.includes(Buffer.from(canary)), false, canary);
      assert.ok(bytes.length > 150_000);
      assert.ok(!(await directories(page)).names.includes('scratch'), 'nothing of the test restore is left');
      assert.equal(codeOf(await withFile(page, 'verifyExport', file.base64, null)), 'ok');

      // Wiped: no vault, no directory.
      await ask(page, 'lock');
      await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry('vaults', { recursive: true }));
      assert.equal((await open(page)).state, 'none');

      assert.equal(codeOf(await withFile(page, 'verifyExport', file.base64, 'acid bacon cedar delta fable')), 'auth');
      const refused = await withFile(page, 'restoreExport', file.base64, 'acid bacon cedar delta fable');
      assert.equal(codeOf(refused), 'auth');
      assert.deepEqual((await directories(page)).vaults, [], 'nothing stays of a restore that was refused');
      const restored = await withFile(page, 'restoreExport', file.base64, PASSPHRASE);
      assert.equal(codeOf(restored), 'ok', JSON.stringify(restored.error));
      assert.equal(restored.reply.rowCount, file.rowCount);
      // As after any closing of the browser: found, locked, opened by the passphrase.
      assert.equal((await open(page)).state, 'locked');
      assert.equal(codeOf(await ask(page, 'unlock', PASSPHRASE)), 'ok');
      assert.deepEqual(await command(page, 'case.list', LIST), before_);
      const check = await command(page, 'vault.check', {});
      assert.ok(check.reply.pagesGood && check.reply.rebuiltEqual);

      // Somebody may know the passphrase: another master key, another directory, the same cases, the same label.
      const { vaults: [old] } = await directories(page);
      assert.equal(codeOf(await ask(page, 'changeMasterKey', 'acid bacon cedar delta fable')), 'ok');
      const now = await directories(page);
      assert.equal(now.vaults.length, 1);
      assert.notEqual(now.vaults[0].directory, old.directory);
      assert.deepEqual(now.vaults[0].entry, ENTRY);
      assert.ok(!now.names.includes('moving'), 'the journal is removed');
      assert.equal((await open(page)).state, 'locked');
      assert.equal(codeOf(await ask(page, 'unlock', PASSPHRASE)), 'auth');
      assert.equal(codeOf(await ask(page, 'unlock', 'acid bacon cedar delta fable')), 'ok');
      assert.deepEqual(await command(page, 'case.list', LIST), before_);
      assert.deepEqual(browser.faults.violations, []);
      assert.deepEqual(browser.faults.foreign, []);
    } finally {
      await browser.kill();
      removeHome(home);
    }
  });
}
