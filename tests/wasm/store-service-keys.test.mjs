// Goal: the store worker changes the ways into a vault with keys that come by port only: passphrase, passkey output, typed
// recovery key, distress phrase; waits and lock-out are said before a key is derived. Method: as store-service.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryDisk } from '../support/memory-host.mjs';
import { driverWithVault, MEMORY_KIB, StoreDriver } from '../support/store-driver.mjs';
import { importWebModules } from '../support/web-modules.mjs';

const { KDF_SETTINGS_KIB, settingsByMeasure } = await importWebModules('web/src/core-client/kdf-settings.ts');
const { SECRETS_SIZE_BYTES, secretBytes } = await importWebModules('web/src/protocol/secrets.ts');

const PASSPHRASE = 'acid bacon cedar delta eagle';
const NEXT = 'fable grape heron ivory joker';
const CHOSEN = 'a sentence that i made myself';
const codeOf = (answer) => (answer.ok ? 'ok' : answer.error.code);
const prf = () => new Uint8Array(32).fill(0x5a).buffer;
const typed = (text) => new TextEncoder().encode(text).buffer;

async function reopened(disk, overrides) {
  const driver = new StoreDriver(disk, overrides);
  assert.equal(codeOf(await driver.open()), 'ok');
  return driver;
}

async function relocked(driver) {
  assert.equal(codeOf(await driver.ask({ control: 'lock' })), 'ok');
  return reopened(driver.disk);
}

test('change_key__the_new_passphrase_opens_and_the_old_one_no_longer', async () => {
  let driver = await driverWithVault(new MemoryDisk(), PASSPHRASE);
  assert.equal(codeOf(await driver.changeKey(NEXT, 'not the old one')), 'auth');
  const changed = await driver.changeKey(NEXT, PASSPHRASE);
  assert.deepEqual(changed, { ok: true, reply: { slotIndex: 1, type: 'passphrase' } });
  driver = await relocked(driver);
  assert.equal(codeOf(await driver.unlock(PASSPHRASE)), 'auth');
  assert.equal(codeOf(await driver.unlock(NEXT)), 'ok');
  assert.equal(codeOf(await driver.changeKey(PASSPHRASE)), 'ok', 'without the old one its slot is replaced');
});

test('passkey__with_a_phrase_of_ones_own_both_are_needed_and_alone_it_needs_the_policy', async () => {
  let driver = await driverWithVault(new MemoryDisk(), PASSPHRASE);
  assert.equal(codeOf(await driver.addKey('add-key', CHOSEN, { isChosen: true })), 'not-allowed');
  assert.equal(codeOf(await driver.addKey('add-key', undefined, { prf: prf() })), 'not-allowed');
  assert.equal((await driver.addKey('add-key', CHOSEN, { isChosen: true, prf: prf() })).reply.type, 'both');
  const policy = { isPrfAloneAllowed: true, areSyncedPasskeysAllowed: false, isDistressAllowed: false };
  assert.equal(codeOf(await driver.command('keys.policy', policy)), 'ok');
  assert.equal((await driver.addKey('add-key', undefined, { prf: prf() })).reply.type, 'prf');
  assert.equal(codeOf(await driver.addKey('add-key', undefined, { prf: new ArrayBuffer(31) })), 'invalid-input');
  driver = await relocked(driver);
  assert.equal(codeOf(await driver.unlock(CHOSEN)), 'auth');
  assert.equal((await driver.addKey('unlock', CHOSEN, { prf: prf() })).reply.openedWith, 'both');
  driver = await relocked(driver);
  assert.equal((await driver.addKey('unlock', undefined, { prf: prf() })).reply.openedWith, 'prf');
});

test('passkey__is_asked_with_what_the_core_says_before_the_vault_is_made', async () => {
  const driver = new StoreDriver(new MemoryDisk());
  await driver.open(true);
  assert.equal(codeOf(await driver.addKey('create', PASSPHRASE, { prf: prf() })), 'wrong-state');
  const { reply } = await driver.ask({ control: 'prepare', memoryKib: MEMORY_KIB });
  assert.match(reply.prfInputHex, /^[0-9a-f]{64}$/);
  assert.equal(driver.disk.usedBytes, 0);
  assert.equal(codeOf(await driver.addKey('create', PASSPHRASE, { prf: prf() })), 'ok');
  const { reply: status } = await driver.command('vault.status', {});
  assert.equal(status.prfInputHex, reply.prfInputHex);
});

test('recovery_key__opens_after_it_was_typed_back', async () => {
  let driver = await driverWithVault(new MemoryDisk(), PASSPHRASE);
  const { reply } = await driver.ask({ control: 'make-recovery-key' });
  assert.match(reply.text, /^(?:[0-9A-HJKMNP-TV-Z]{5}-){7}[0-9A-HJKMNP-TV-Z]{5}$/);
  const slip = await driver.ask({ control: 'confirm-recovery-key', typed: typed(reply.text.slice(0, -1)) });
  assert.deepEqual([codeOf(slip), slip.error.detail], ['mistyped', 'group 8']);
  const confirmed = await driver.ask({ control: 'confirm-recovery-key', typed: typed(reply.text.toLowerCase().replaceAll('-', ' ')) });
  assert.equal(codeOf(confirmed), 'ok');
  driver = await relocked(driver);
  const opened = await driver.ask({ control: 'unlock-with-recovery-key', typed: typed(reply.text) });
  assert.deepEqual([codeOf(opened), opened.reply.openedWith], ['ok', 'recovery']);
  assert.equal(codeOf(await driver.changeKey(NEXT)), 'ok');
  driver = await relocked(driver);
  assert.equal(codeOf(await driver.ask({ control: 'unlock-with-recovery-key', typed: typed(reply.text) })), 'auth');
  assert.equal(codeOf(await driver.unlock(NEXT)), 'ok');
});

test('distress_phrase__opens_an_empty_vault_by_the_same_way', async () => {
  let driver = await driverWithVault(new MemoryDisk(), PASSPHRASE);
  const policy = { isPrfAloneAllowed: false, areSyncedPasskeysAllowed: false, isDistressAllowed: true };
  await driver.command('keys.policy', policy);
  assert.equal(codeOf(await driver.addKey('set-distress-phrase', NEXT)), 'ok');
  driver = await relocked(driver);
  const { reply } = await driver.unlock(NEXT);
  assert.deepEqual([reply.profile, reply.openedWith], ['neutral', 'passphrase']);
  assert.deepEqual((await driver.command('case.list', { limit: 10 })).reply.cases, []);
  driver = await relocked(driver);
  assert.equal((await driver.unlock(PASSPHRASE)).reply.profile, 'own');
});

test('wrong_passphrases__are_refused_without_deriving_while_the_wait_lasts', async () => {
  const disk = new MemoryDisk();
  await (await driverWithVault(disk, PASSPHRASE)).ask({ control: 'lock' });
  let nowMs = 0;
  const driver = await reopened(disk, { ports: { monotonicMs: () => nowMs } });
  const wrongKey = async () => ({ ok: true, key: new ArrayBuffer(32) });
  const tryWrong = () => driver.withPassphrase({ control: 'unlock' }, 'x', wrongKey);
  for (let i = 0; i < 3; i++) assert.equal(codeOf(await tryWrong()), 'auth');
  const { port1, port2 } = new MessageChannel();
  let wasAsked = false;
  port2.onmessage = () => (wasAsked = true);
  const refused = await driver.ask({ control: 'unlock', port: port1 });
  port2.close();
  assert.deepEqual([codeOf(refused), refused.error.detail, wasAsked], ['wait', '10000', false]);
  nowMs = 10_000;
  assert.equal(codeOf(await driver.unlock(PASSPHRASE)), 'ok');
});

test('secrets__leave_no_copy_in_their_parts', () => {
  const key = new Uint8Array(32).fill(1);
  const bytes = secretBytes({ passphraseKey: key.buffer, isChosen: true });
  assert.deepEqual([bytes.length, bytes[0], bytes[4]], [SECRETS_SIZE_BYTES, 9, 1]);
  assert.equal(key.every((byte) => byte === 0), true);
});

test('settings__are_those_the_core_takes_and_the_largest_within_a_second_comes_first', async () => {
  for (const memoryKib of KDF_SETTINGS_KIB) {
    const driver = new StoreDriver(new MemoryDisk());
    await driver.open(true);
    assert.equal((await driver.ask({ control: 'prepare', memoryKib })).reply.memoryKib, memoryKib);
    assert.equal(codeOf(await driver.ask({ control: 'prepare', memoryKib: memoryKib + 1024 })), memoryKib < 262_144 ? 'weak-parameters' : 'invalid-input');
  }
  const noMemory = { ok: false, error: { code: 'kdf-no-memory', detail: '' } };
  const cases = [
    [[200, 400, 800], [262_144, 131_072, 65_536], 3],
    [[300, 600, 1200], [131_072, 65_536], 3],
    [[700, 1400, 0], [65_536], 1],
    [[5000, 0, 0], [65_536], 1],
    [[100, null, 0], [65_536], 2],
    [[null, 0, 0], [65_536], 1],
  ];
  for (const [times, expected, asked] of cases) {
    let count = 0;
    const settings = await settingsByMeasure(async () => {
      const ms = times[count++];
      return ms === null ? noMemory : { ok: true, ms };
    });
    assert.deepEqual([settings, count], [expected, asked]);
  }
});
