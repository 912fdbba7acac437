// The ways into a vault in a real browser: passkeys of a virtual authenticator beside and instead of a passphrase, the
// recovery key, the distress phrase over a reload, and a KDF worker that gives its memory back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { authenticator } from './support/authenticator.mjs';
import { Browser, CHROMIUM, FIREFOX, makeHome, removeHome } from './support/browser.mjs';
import { buildClientPage } from './support/client-page.mjs';
import { Hub } from './support/hub.mjs';
import { until } from './support/until.mjs';

const PASSPHRASE = 'acid bacon cedar delta eagle';
const NEXT = 'fable grape heron ivory joker';
const CHOSEN = 'a sentence that i made myself';
const ENTRY = { label: 'Notebook 1', isPractice: false, isWiped: false };
const NAME = 'Notebook';
let hub;

before(async () => {
  hub = await Hub.start(await buildClientPage('keys-page'));
});
after(() => hub?.stop());

async function inBrowser(kind, act) {
  const home = makeHome('keys');
  let browser;
  try {
    browser = await Browser.launch({ kind, home, origin: hub.origin });
    await visit(browser.page);
    await act(browser);
    assert.deepEqual(browser.faults.violations, []);
    assert.deepEqual(browser.faults.foreign, []);
  } finally {
    await browser?.kill();
    removeHome(home);
  }
}

async function visit(page) {
  await page.goto(`${hub.origin}/`);
  await until(() => page.evaluate(() => globalThis.fk !== undefined), 'the page has its client');
  await page.evaluate(() => globalThis.fk.client.start());
}

/** Runs in the page, so that what a passkey gives stays there. keys: without prf; its use is asked by `passkey`. */
const run = (page, method, keys, passkey, rest = []) =>
  page.evaluate(
    async (name, given, ask, more, label) => {
      const { client, passkey: passkeys } = globalThis.fk;
      const owner = name.startsWith('keys.') ? client.keys : client;
      const all = { ...given };
      if (ask !== null) {
        const made = ask.make
          ? await passkeys.makePasskey(ask.input, { name: label, areSyncedAllowed: ask.areSyncedAllowed === true })
          : await passkeys.usePasskey(ask.input);
        if (!made.ok) return { ok: false, error: { code: made.failure } };
        all.prf = made.prf;
      }
      return owner[name.replace('keys.', '')](all, ...more);
    },
    method, keys, passkey, rest, NAME,
  );

const command = (page, name, request) => page.evaluate((which, body) => globalThis.fk.client.call(which, body), name, request);
const ask = (page, method, ...values) => page.evaluate((name, list) => globalThis.fk.client[name](...list), method, values);
const codeOf = (result) => (result.ok ? 'ok' : result.error.code);

async function withPlainVault(page) {
  const created = await ask(page, 'createVault', PASSPHRASE, ENTRY);
  assert.equal(created.ok, true, JSON.stringify(created));
  return (await command(page, 'vault.status', {})).reply.prfInputHex;
}

test('chrome__a_passkey_with_a_phrase_of_ones_own_opens_only_together', () =>
  inBrowser(CHROMIUM, async ({ page }) => {
    await authenticator(page);
    assert.equal(await page.evaluate(() => globalThis.fk.passkey.hasPasskeys()), true);
    const { reply } = await ask(page, 'prepareVault');
    const input = reply.prfInputHex;
    const created = await run(page, 'createVault', { passphrase: CHOSEN, isChosen: true }, { make: true, input }, [ENTRY]);
    assert.equal(created.ok, true, JSON.stringify(created));
    await ask(page, 'lock');
    await visit(page);
    assert.equal((await command(page, 'vault.status', {})).reply.prfInputHex, input);
    assert.equal(codeOf(await run(page, 'unlock', { passphrase: CHOSEN }, null)), 'auth');
    assert.equal(codeOf(await run(page, 'unlock', {}, { input })), 'auth');
    const unlocked = await run(page, 'unlock', { passphrase: CHOSEN }, { input });
    assert.deepEqual([codeOf(unlocked), unlocked.reply?.openedWith], ['ok', 'both']);
  }));

test('chrome__a_passkey_alone_needs_the_policy_and_a_synced_one_too', () =>
  inBrowser(CHROMIUM, async ({ page }) => {
    const own = await authenticator(page);
    const input = await withPlainVault(page);
    assert.equal(codeOf(await run(page, 'keys.add', {}, { make: true, input })), 'not-allowed');
    await command(page, 'keys.policy', { isPrfAloneAllowed: true, areSyncedPasskeysAllowed: false, isDistressAllowed: false });
    // The passkey whose output was refused is still on the device.
    await own.session.send('WebAuthn.clearCredentials', { authenticatorId: own.authenticatorId });
    assert.equal(codeOf(await run(page, 'keys.add', {}, { make: true, input })), 'ok');
    await ask(page, 'lock');
    assert.equal((await run(page, 'unlock', {}, { input })).reply?.openedWith, 'prf');
    await own.remove();

    await authenticator(page, { defaultBackupEligibility: true, defaultBackupState: true });
    assert.equal(codeOf(await run(page, 'keys.add', {}, { make: true, input })), 'synced');
    assert.equal(codeOf(await run(page, 'keys.add', {}, { make: true, input, areSyncedAllowed: true })), 'ok');
  }));

test('chrome__a_device_that_cannot_verify_or_has_no_prf_is_refused_by_name', () =>
  inBrowser(CHROMIUM, async ({ page }) => {
    const input = await withPlainVault(page);
    const unverified = await authenticator(page, { isUserVerified: false });
    assert.equal(codeOf(await run(page, 'keys.add', { passphrase: NEXT }, { make: true, input })), 'cancelled');
    await unverified.remove();
    await authenticator(page, { hasPrf: false });
    assert.equal(codeOf(await run(page, 'keys.add', { passphrase: NEXT }, { make: true, input })), 'unsupported');
    await page.evaluate(() => delete globalThis.PublicKeyCredential.getClientCapabilities);
    assert.equal(await page.evaluate(() => globalThis.fk.passkey.hasPasskeys()), false);
  }));

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}__a_changed_passphrase_a_recovery_key_and_a_distress_phrase_open_what_they_should`, () =>
    inBrowser(kind, async ({ page }) => {
      await withPlainVault(page);
      assert.equal(codeOf(await run(page, 'keys.change', { passphrase: NEXT }, null, [{ passphrase: PASSPHRASE }])), 'ok');
      const { reply } = await page.evaluate(() => globalThis.fk.client.keys.makeRecoveryKey());
      assert.equal(codeOf(await page.evaluate((text) => globalThis.fk.client.keys.confirmRecoveryKey(text), reply.text)), 'ok');
      await command(page, 'keys.policy', { isPrfAloneAllowed: false, areSyncedPasskeysAllowed: false, isDistressAllowed: true });
      assert.equal(codeOf(await page.evaluate((text) => globalThis.fk.client.keys.setDistressPhrase(text), CHOSEN)), 'ok');
      for (const [keys, expected] of [[PASSPHRASE, 'auth'], [CHOSEN, 'neutral'], [NEXT, 'own']]) {
        await ask(page, 'lock');
        await visit(page);
        const unlocked = await ask(page, 'unlock', keys);
        assert.equal(unlocked.ok ? unlocked.reply.profile : unlocked.error.code, expected);
      }
      await ask(page, 'lock');
      const recovered = await ask(page, 'unlockWithRecoveryKey', reply.text);
      assert.deepEqual([codeOf(recovered), recovered.reply?.openedWith], ['ok', 'recovery']);
      const workers = page.workers().map((worker) => worker.url()).filter((url) => url.includes('kdf'));
      assert.deepEqual(workers, [], 'no KDF worker is left with its memory');
    }));
}
