// A copy made into a notebook by each way that opened the one it was made of: the recovery key, typed, with its slip named by group; words and
// passkey together, with an authenticator of Chromium's own; the passphrase. What did not open it is named. A practice notebook stays one.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { errors, fill, hashOf, words } from './support/app.mjs';
import { authenticator } from './support/authenticator.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { passphraseWords } from './support/canary.mjs';
import { download, keepDownloads } from './support/downloads.mjs';
import { inApp, inSteps } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { assertNoTrace, newCanaries } from './support/trace.mjs';
import { until } from './support/until.mjs';

const copy = words.backup;
const OWN = 'Quillfeather Velarium Zyxomma';
const types = words.keys.types;

/** Makes a copy and takes the file out of the browser. */
async function copyTo(app, file) {
  await app.visit(hashOf({ name: 'backup' }));
  await app.driver.button(copy.make);
  await app.shows(copy.madeText);
  await app.driver.button(copy.take);
  await app.shows(copy.taken);
  writeFileSync(file, await download(app.page));
}

/** To the page, from a locked notebook, with the file chosen and what opens it. */
async function beginRestore(app, file, way, label) {
  await app.toVaults();
  await app.driver.button(copy.toRestore);
  await app.at(copy.restoreTitle);
  const control = await app.page.$('#restore-file');
  await control.uploadFile(file);
  await app.driver.choose(copy.way, way);
  await app.driver.fill(words.vaults.label, label);
  await app.driver.choose(words.vaults.wiped, words.vaults.wipedNo);
}

async function tryWith(app, box, typed) {
  await app.driver.fill(box, typed);
  await app.driver.button(copy.restoreButton);
}

test('chrome: a copy is restored by each way', async (t) => {
  const canaries = newCanaries();
  const story = makeStory(withCanaries(canaries)).case;
  const folder = mkdtempSync(path.join(tmpdir(), 'fieldkit-ways-'));
  const [file, practiceFile] = ['notes.bin', 'practice.bin'].map((name) => path.join(folder, name));
  let phrase;
  let practicePhrase;
  let recoveryKey;
  try {
    await inApp({ kind: CHROMIUM, name: 'restore-ways' }, async (run) => {
      const { app } = run;
      await inSteps(t, [
        ['a notebook with a recovery key and a passkey, and its copy', async () => {
          await app.page.evaluateOnNewDocument(keepDownloads);
          await authenticator(app.page);
          await app.open();
          phrase = await app.makeVault({ label: 'Blue' });
          await app.startCase(story);
          await app.visit(hashOf({ name: 'key-recovery' }));
          await app.driver.button(words.keys.recoveryShow);
          await app.at(words.keys.recoveryShownTitle);
          recoveryKey = await app.page.evaluate(() => [...document.querySelectorAll('.app-recovery-key span')].map((group) => group.textContent).join('-'));
          await app.driver.button(words.keys.recoveryNoted);
          await app.driver.fill(words.keys.recoveryLabel, recoveryKey);
          await app.driver.button(words.shell.continue);
          await app.at(words.keys.title);
          await app.visit(hashOf({ name: 'key-passkey' }));
          await app.driver.fill(words.keys.oldLabel, phrase);
          await app.driver.choose(words.passkey.which, words.passkey.own);
          await app.driver.fill(words.passkey.ownLabel, OWN);
          await app.driver.fill(words.passkey.ownAgain, OWN);
          await app.driver.button(words.passkey.make);
          await app.at(words.passkey.aloneTitle);
          await copyTo(app, file);
          await app.lock();
        }],
        ['by the recovery key; the group with a slip is named', async () => {
          await beginRestore(app, file, types.recovery, 'Green');
          await tryWith(app, words.keys.recoveryLabel, `${recoveryKey.slice(0, 19)}${recoveryKey[19] === 'Z' ? 'Y' : 'Z'}${recoveryKey.slice(20)}`);
          await app.shows(errors.errors.mistyped.title, fill(words.keys.recoveryGroup, { number: '4' }));
          const control = await app.page.$('#restore-file');
          await control.uploadFile(file);
          await tryWith(app, words.keys.recoveryLabel, recoveryKey.toLowerCase());
          await app.shows(errors.states.vault_restored.title);
          await app.unlock(phrase);
          await app.shows(story.name);
          await app.lock();
        }],
        ['by words and passkey together; what did not open it is named', async () => {
          await beginRestore(app, file, types.both, 'Red');
          await tryWith(app, copy.passphrase, 'not the phrase of anybody');
          await app.shows(errors.states.copy_passkey_wrong.title);
          const control = await app.page.$('#restore-file');
          await control.uploadFile(file);
          await tryWith(app, copy.passphrase, OWN);
          await app.shows(errors.states.vault_restored.title);
          await app.driver.fill(words.passphrase.label, OWN);
          await app.driver.button(words.passkey.unlock);
          await app.choosePin();
          await app.visit('#/');
          await app.shows(story.name);
          await app.checkStorage();
          await app.lock();
        }],
        ['a copy of a practice notebook is marked as one in the list, while it is locked', async () => {
          await app.toVaults();
          practicePhrase = await app.makeAnother({ isPractice: true });
          await copyTo(app, practiceFile);
          await app.lock();
          await beginRestore(app, practiceFile, types.passphrase, 'Yellow');
          await tryWith(app, copy.passphrase, practicePhrase);
          await app.shows(errors.states.vault_restored.title);
          await app.toVaults();
          const rows = () => app.page.evaluate(() => [...document.querySelectorAll('.app-vaults__item')].map((row) => row.textContent.replace(/\s+/g, ' ').trim()));
          await until(async () => (await rows()).includes(`Yellow ${words.vaults.practiceTag}`), 'the mark in the list');
        }],
        ['leaves nothing in the killed profile', async () => {
          await run.browser.kill();
          const extraWords = [...passphraseWords(practicePhrase), ...OWN.split(' '), recoveryKey.slice(0, 17), recoveryKey.slice(-17)];
          assertNoTrace({ ...run, faults: run.browser.faults, canaries, passphrase: phrase, extraWords });
        }],
      ]);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
