// What opens a notebook, and its copies, in both browsers: new words, a recovery key from paper, the wait after wrong words, a copy
// that is asked for before a computer is left that is wiped, and a notebook made of it. Then every secret that was typed or shown is
// looked for in the killed profile.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { errors, words } from './support/app.mjs';
import { CHROMIUM, FIREFOX } from './support/browser.mjs';
import { passphraseWords } from './support/canary.mjs';
import { download, keepDownloads } from './support/downloads.mjs';
import { digestFiles, vaultDirectories } from './support/private-files.mjs';
import { inApp, inSteps } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { assertNoTrace, newCanaries } from './support/trace.mjs';
import { until } from './support/until.mjs';

const text = words.keys;
const copy = words.backup;

const shownWords = (page) => page.evaluate(() => [...document.querySelectorAll('.app-words li')].map((item) => item.textContent.trim()).join(' '));

/** From new words on screen to where they are kept. */
async function takeNewWords(app) {
  await app.at(text.newTitle);
  await until(() => app.page.evaluate(() => document.querySelectorAll('.app-words li').length === 5), 'five words');
  const phrase = await shownWords(app.page);
  await app.driver.button(words.passphrase.noted);
  await app.at(words.passphrase.confirmTitle);
  await app.driver.fill(words.passphrase.label, phrase);
  await app.driver.button(text.change);
  return phrase;
}

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}: keys and copies`, async (t) => {
    const canaries = newCanaries();
    const story = makeStory(withCanaries(canaries)).case;
    const folder = mkdtempSync(path.join(tmpdir(), 'fieldkit-copy-'));
    const file = path.join(folder, 'notes.bin');
    const phrases = [];
    let recoveryKey;
    try {
      await inApp({ kind, name: `keys-${kind}` }, async (run) => {
        await inSteps(t, [
          ['makes a notebook on a computer that is wiped', async () => {
            await run.browser.page.evaluateOnNewDocument(keepDownloads);
            await run.app.open();
            phrases.push(await run.app.makeVault({ label: 'Blue', isWiped: true }));
            await run.app.startCase(story);
          }],
          ['makes a recovery key, and types it from the paper', async () => {
            await run.app.visit('#/t8');
            await run.app.driver.button(text.recoveryShow);
            await run.app.at(text.recoveryShownTitle);
            recoveryKey = await run.app.page.evaluate(() => [...document.querySelectorAll('.app-recovery-key span')].map((group) => group.textContent).join('-'));
            assert.match(recoveryKey, /^([0-9A-Z]{5}-){7}[0-9A-Z]{5}$/);
            await run.app.driver.button(text.recoveryNoted);
            await run.app.at(text.recoveryConfirmTitle);
            await run.app.driver.fill(text.recoveryLabel, `${recoveryKey.slice(0, -1)}${recoveryKey.endsWith('Z') ? 'Y' : 'Z'}`);
            await run.app.driver.button(words.shell.continue);
            await run.app.shows(errors.errors.mistyped.title);
            await run.app.driver.fill(text.recoveryLabel, recoveryKey.toLowerCase());
            await run.app.driver.button(words.shell.continue);
            await run.app.at(text.title);
            await run.app.shows(text.types.recovery, text.recoveryDone);
          }],
          ['changes the passphrase', async () => {
            await run.app.driver.button(text.change);
            await run.app.at(text.changeTitle);
            await run.app.driver.choose(text.why, text.whyOrdinary);
            await run.app.driver.fill(text.oldLabel, phrases[0]);
            await run.app.driver.button(text.makeWords);
            phrases.push(await takeNewWords(run.app));
            await run.app.at(text.title);
            await run.app.shows(text.changed);
          }],
          ['Lock asks for a copy; it is made, read back, taken, and then it locks', async () => {
            await run.app.driver.button(words.shell.lock);
            await run.app.at(copy.leaveTitle);
            await run.app.driver.button(copy.make);
            await run.app.shows(copy.madeText);
            await run.app.driver.button(copy.take);
            await run.app.shows(copy.taken);
            assert.match(await run.app.page.evaluate(() => globalThis.fkDownloadName), /^notes-\d{8}\.bin$/);
            writeFileSync(file, await download(run.app.page));
            await run.app.driver.button(copy.leaveDone);
            await run.app.at(words.unlock.title);
            await run.app.shows(copy.leaveLocked);
          }],
          ['the old words open nothing; after three wrong ones there is a wait, and the recovery key needs none', async () => {
            for (let i = 0; i < 3; i += 1) {
              await run.app.tryUnlock(i === 0 ? phrases[0] : `wrong words number ${i}`);
              await run.app.shows(errors.errors.auth.title);
              await until(async () => !(await run.app.text()).includes(words.unlock.working), 'it was tried');
            }
            await until(() => run.app.page.evaluate(() => document.getElementById('wait') !== null), 'the wait is shown');
            await run.app.driver.button(text.recover);
            await run.app.at(text.recoverTitle);
            await run.app.driver.fill(text.recoveryLabel, recoveryKey);
            await run.app.driver.button(words.unlock.button);
            phrases.push(await takeNewWords(run.app));
            await run.app.choosePin();
            await run.app.visit('#/');
            await run.app.shows(story.name);
            await run.app.driver.button(words.shell.lock);
            await run.app.at(copy.leaveTitle);
            await run.app.driver.button(copy.leaveWithout);
            await run.app.at(words.unlock.title);
          }],
          ['a notebook is made of the copy, with the words the copy was made under', async () => {
            const [directory] = await vaultDirectories(run.app.page);
            const before = await digestFiles(run.app.page, directory);
            await run.app.toVaults();
            await run.app.driver.button(copy.toRestore);
            await run.app.at(copy.restoreTitle);
            const control = await run.app.page.$('#restore-file');
            await control.uploadFile(file);
            await run.app.driver.fill(copy.passphrase, phrases[1]);
            await run.app.driver.fill(words.vaults.label, 'Green');
            await run.app.driver.choose(words.vaults.wiped, words.vaults.wipedNo);
            await run.app.driver.button(copy.restoreButton);
            await run.app.shows(errors.states.vault_restored.title);
            assert.deepEqual(await digestFiles(run.app.page, directory), before, 'the one it was made of is as it was');
            await run.app.unlock(phrases[1]);
            await run.app.shows(story.name);
            await run.app.checkStorage();
          }],
          ['somebody may know the words: everything goes under a new key, in a directory of its own', async () => {
            const before = await vaultDirectories(run.app.page);
            await run.app.visit('#/t3');
            await run.app.driver.choose(text.why, text.whyKnown);
            await run.app.driver.fill(text.oldLabel, phrases[1]);
            await run.app.driver.button(text.makeWords);
            phrases.push(await takeNewWords(run.app));
            await run.app.at(words.unlock.title);
            await run.app.shows(errors.states.key_changed.title, 'Green');
            const after = await vaultDirectories(run.app.page);
            assert.equal(after.length, 2);
            assert.equal(after.filter((directory) => before.includes(directory)).length, 1, 'one of the two is new');
            await run.app.tryUnlock(phrases[1]);
            await run.app.shows(errors.errors.auth.title);
            await run.app.unlock(phrases[3]);
            await run.app.visit('#/');
            await run.app.shows(story.name);
            await run.app.checkStorage();
          }],
          ['leaves nothing in the killed profile', async () => {
            await run.browser.kill();
            const extraWords = [...phrases.slice(1).flatMap(passphraseWords), recoveryKey.slice(0, 17), recoveryKey.slice(-17)];
            assertNoTrace({ ...run, faults: run.browser.faults, canaries, passphrase: phrases[0], extraWords });
          }],
        ]);
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
