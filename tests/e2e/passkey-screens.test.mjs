// A passkey beside the passphrase through the screens of the app, with an authenticator of Chromium's own: where there is none, what is
// refused, adding it with a phrase of one's own, opening with both, letting the passphrase alone stop, and going back to words alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors, words } from './support/app.mjs';
import { authenticator } from './support/authenticator.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { passphraseWords } from './support/canary.mjs';
import { isThere } from './support/dom.mjs';
import { inApp, inSteps } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { assertNoTrace, newCanaries } from './support/trace.mjs';
import { until } from './support/until.mjs';

const text = words.passkey;
const OWN = 'Quillfeather Velarium Zyxomma';
const KEYS = '#/t1';
const ADD = '#/t0';

/** Runs in every document: a browser that cannot say what its passkeys do. */
function forgetCapabilities() {
  delete globalThis.PublicKeyCredential.getClientCapabilities;
}

const isShown = (app, role, name) => isThere(app.page, { role, name });
const waits = (app) => until(async () => !(await app.text()).includes(text.working), 'the browser has answered');

async function add(app, now, own) {
  await app.visit(KEYS);
  await app.visit(ADD);
  await app.driver.fill(words.keys.oldLabel, now);
  await app.driver.choose(text.which, own === undefined ? text.same : text.own);
  if (own !== undefined) {
    await app.driver.fill(text.ownLabel, own);
    await app.driver.fill(text.ownAgain, own);
  }
  await app.driver.button(text.make);
}

async function unlockWithPasskey(app, phrase) {
  await app.at(words.unlock.title);
  await app.driver.fill(words.passphrase.label, phrase);
  await app.driver.button(text.unlock);
}

test('chrome: a passkey through the screens', async (t) => {
  const canaries = newCanaries();
  const story = makeStory(withCanaries(canaries)).case;
  await inApp({ kind: CHROMIUM, name: 'passkey-screens' }, async (run) => {
    const { app } = run;
    const phrases = [];
    let device;
    await inSteps(t, [
      ['is not offered where the browser does not say that it can, and help says why', async () => {
        const { identifier } = await app.page.evaluateOnNewDocument(forgetCapabilities);
        await app.open();
        phrases.push(await app.makeVault({ label: 'Blue' }));
        await app.startCase(story);
        await app.visit(KEYS);
        await app.shows(text.none);
        assert.equal(await isShown(app, 'button', text.offer), false);
        await app.visit(ADD);
        await app.shows(text.none);
        assert.equal(await isShown(app, 'button', text.make), false);
        await app.lock();
        assert.equal(await isShown(app, 'button', text.unlock), false);
        await app.page.removeScriptToEvaluateOnNewDocument(identifier);
        await app.reload();
        await app.unlock(phrases[0]);
      }],
      ['is refused when an account copies it, when nobody is verified, and without PRF, each with a sentence', async () => {
        for (const [options, name] of [
          [{ defaultBackupEligibility: true, defaultBackupState: true }, 'passkey_synced'],
          [{ hasPrf: false }, 'passkey_no_prf'],
          [{ isUserVerified: false }, 'passkey_not_used'],
        ]) {
          const refused = await authenticator(app.page, options);
          await add(app, phrases[0]);
          await app.shows(errors.states[name].title, errors.states[name].wayOn);
          await refused.remove();
        }
        await app.visit(KEYS);
        assert.equal((await app.text()).includes(words.keys.types.both), false, 'nothing was added');
      }],
      ['at the locked page a dialog that ends without a passkey is no error, and the words stay where they were typed', async () => {
        const empty = await authenticator(app.page);
        await app.lock();
        await unlockWithPasskey(app, phrases[0]);
        await app.shows(errors.states.passkey_not_used.title);
        assert.equal((await app.text()).includes(words.shell.problemTitle), false);
        await empty.remove();
        await app.driver.button(words.unlock.button);
        await app.choosePin();
      }],
      ['is added with a phrase of one\'s own; the passphrase alone goes on opening', async () => {
        device = await authenticator(app.page);
        await add(app, 'these are not the words', OWN);
        await app.shows(errors.errors.auth.title);
        await add(app, phrases[0], OWN);
        await app.at(text.aloneTitle);
        await app.shows(text.added, text.paperFirst, text.copies);
        const [credential] = await device.credentials();
        assert.equal((await device.credentials()).length, 1);
        assert.equal(credential.isResidentCredential, true);
        assert.doesNotMatch(JSON.stringify(credential), /Blue/, 'it has a neutral name');
        await app.driver.button(text.keep);
        await app.at(words.keys.title);
        await app.shows(words.keys.types.both, words.keys.types.passphrase);
      }],
      ['both together open, and the phrase alone does not', async () => {
        await app.lock();
        await unlockWithPasskey(app, OWN);
        await app.choosePin();
        await app.visit('#/');
        await app.shows(story.name);
        await app.visit(KEYS);
        await app.shows(`Take away: ${words.keys.types.both}`, text.decide);
        assert.equal((await app.text()).includes(`Take away: ${words.keys.types.passphrase},`), false, 'the passphrase goes only by its own page');
        await app.lock();
        await unlockWithPasskey(app, 'not the phrase of anybody');
        await app.shows(errors.states.passkey_wrong.title);
        await app.tryUnlock(OWN);
        await app.shows(errors.errors.auth.title);
        await app.unlock(phrases[0]);
      }],
      ['the passphrase alone stops when the person says so, and both are seen to open', async () => {
        await app.visit(KEYS);
        await app.driver.button(text.decide);
        await app.at(text.aloneTitle);
        await app.driver.fill(text.retireLabel, phrases[0]);
        await app.driver.button(text.retire);
        await app.shows(errors.states.passkey_wrong.title);
        await waits(app);
        await app.driver.fill(text.retireLabel, OWN);
        await app.driver.button(text.retire);
        await app.at(words.keys.title);
        await app.shows(text.retired, text.usedAlone);
        await app.reload();
        await app.tryUnlock(phrases[0]);
        await app.shows(errors.errors.auth.title);
        await unlockWithPasskey(app, OWN);
        await app.choosePin();
        await app.visit('#/');
        await app.shows(story.name);
      }],
      ['new words take the place of both', async () => {
        await app.visit('#/t3');
        await app.shows(text.changeAsks);
        await app.driver.choose(words.keys.why, words.keys.whyOrdinary);
        await app.driver.fill(words.keys.oldLabel, OWN);
        await app.driver.button(words.keys.makeWords);
        await app.at(words.keys.newTitle);
        phrases.push(await app.page.evaluate(() => [...document.querySelectorAll('.app-words li')].map((item) => item.textContent.trim()).join(' ')));
        await app.driver.button(words.passphrase.noted);
        await app.at(words.passphrase.confirmTitle);
        await app.driver.fill(words.passphrase.label, phrases[1]);
        await app.driver.button(words.keys.change);
        await app.at(words.keys.title);
        await app.lock();
        await unlockWithPasskey(app, OWN);
        await app.shows(errors.states.passkey_wrong.title);
        await app.unlock(phrases[1]);
        await app.visit('#/');
        await app.shows(story.name);
        await app.checkStorage();
      }],
      ['leaves nothing in the killed profile', async () => {
        await run.browser.kill();
        const extraWords = [...passphraseWords(phrases[1]), ...OWN.split(' ')];
        assertNoTrace({ ...run, faults: run.browser.faults, canaries, passphrase: phrases[0], extraWords });
      }],
    ]);
  });
});
