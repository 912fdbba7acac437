// Several people on one tablet, in both browsers: each with a vault of their own. A session in one leaves every byte of the
// others as it was; a label that was damaged hides nothing; a practice vault is marked on every screen and on paper; removing
// counts and asks twice. Then canaries and every passphrase are looked for in the killed profile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors, fill, words } from './support/app.mjs';
import { CHROMIUM, FIREFOX } from './support/browser.mjs';
import { digestFiles, putFile, vaultDirectories } from './support/private-files.mjs';
import { inApp, inSteps } from './support/run.mjs';
import { checkScreen } from './support/screens.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { passphraseWords } from './support/canary.mjs';
import { assertNoTrace, newCanaries } from './support/trace.mjs';

const BLUE = 'Blue, left desk';
const GREEN = 'Green';
const PRACTICE = 'Practice notebook 1';
const { practiceBanner } = words.vaults;

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}: several vaults on one device`, async (t) => {
    const canaries = newCanaries();
    const blue = makeStory(withCanaries(canaries)).case;
    const green = { ...blue, name: `Petra ${canaries.of('person.name')}` };
    const phrases = {};
    let blueDirectory;
    let blueFiles;
    await inApp({ kind, name: `vaults-${kind}` }, async (run) => {
      const blueIsUntouched = async () => assert.deepEqual(await digestFiles(run.app.page, blueDirectory), blueFiles, 'every byte of the first vault');
      const check = (name) => (kind === CHROMIUM ? checkScreen(run.app.page, name) : undefined);
      await inSteps(t, [
        ['one person makes a vault, begins a case and locks', async () => {
          await run.app.open();
          phrases.blue = await run.app.makeVault({ label: BLUE });
          await run.app.startCase(blue);
          await run.app.lock();
          await run.app.shows(BLUE);
          [blueDirectory] = await vaultDirectories(run.app.page);
          blueFiles = await digestFiles(run.app.page, blueDirectory);
          assert.ok(blueFiles.length >= 7, 'six files and a label');
        }],
        ['another person makes one beside it, and works in it', async () => {
          await run.app.toVaults();
          await run.app.shows(BLUE);
          phrases.green = await run.app.makeAnother({ label: GREEN });
          await run.app.shows(words.list.emptyTitle);
          await run.app.startCase(green);
          await run.app.checkStorage();
          await blueIsUntouched();
        }],
        ['the page of the notebooks says what there is; turning to another locks this one', async () => {
          await run.app.driver.link(words.shell.storage);
          await run.app.driver.link(words.vaults.title);
          await run.app.at(words.vaults.title);
          await run.app.shows(BLUE);
          await check('vaults-two');
          await run.app.driver.button(words.vaults.toOthers);
          await run.app.chooseVault(BLUE);
          await blueIsUntouched();
          await run.app.tryUnlock(phrases.green);
          await run.app.shows(errors.errors.auth.title);
          await run.app.unlock(phrases.blue);
          await run.app.shows(blue.name);
          assert.doesNotMatch(await run.app.text(), /Petra/);
          await run.app.lock();
          blueFiles = await digestFiles(run.app.page, blueDirectory);
        }],
        ['a label that was damaged, and a folder without keys, hide nothing', async () => {
          await putFile(run.app.page, blueDirectory, 'label', '{"label":"\u202e","isWiped":');
          await putFile(run.app.page, 'e'.repeat(32), 'label', 'nothing of ours');
          await run.app.reload();
          await run.app.at(words.vaults.chooseTitle);
          await run.app.shows(GREEN, words.vaults.unfinishedTag);
          await run.app.chooseVault(fill(words.vaults.unnamed, { code: 'eeee' }));
          await run.app.at(errors.states.unfinished_vault.title);
          await run.app.driver.button(words.unfinished.remove);
          await run.app.chooseVault(fill(words.vaults.unnamed, { code: blueDirectory.slice(0, 4) }));
          await run.app.unlock(phrases.blue);
          await run.app.shows(blue.name);
          assert.equal((await vaultDirectories(run.app.page)).length, 2);
          /* Nobody can read any more whether this computer is wiped, so a copy is asked for. */
          await run.app.driver.button(words.shell.lock);
          await run.app.at(words.backup.leaveTitle);
          await run.app.driver.button(words.backup.leaveWithout);
          await run.app.at(words.unlock.title);
        }],
        ['a practice vault is filled, marked everywhere and on paper, and has no team', async () => {
          await run.app.toVaults();
          phrases.practice = await run.app.makeAnother({ isPractice: true });
          await run.app.shows(practiceBanner, 'Rowan Madeup');
          await check('practice-cases');
          for (const hash of ['#/t5', '#/t6', '#/v2', '#/v4', '#/u1']) {
            await run.app.visit(hash);
            await run.app.shows(practiceBanner);
          }
          await run.app.visit('#/v2');
          await run.app.at(errors.errors.practice.title);
          await check('practice-sync');
          assert.doesNotMatch(await run.app.text(), new RegExp(`^${words.shell.team}$`, 'm'));
          if (kind === CHROMIUM) {
            await run.app.page.emulateMediaType('print');
            await run.app.shows(practiceBanner);
            await run.app.page.emulateMediaType('screen');
          }
          await run.app.lock();
          await run.app.shows(PRACTICE);
        }],
        ['removing counts what is only here and asks twice; the others stay', async () => {
          const others = await digestFiles(run.app.page, blueDirectory);
          await run.app.toVaults();
          await run.app.chooseVault(GREEN);
          await run.app.unlock(phrases.green);
          await run.app.visit('#/t9');
          await run.app.at(words.vaults.removeTitle);
          await run.app.shows(words.vaults.removeLost);
          await run.app.driver.button(words.vaults.removeOn);
          await run.app.at(words.vaults.removeSecondTitle);
          await check('remove-vault-second');
          await run.app.driver.fill(words.vaults.removeWordLabel, 'no');
          await run.app.driver.button(words.vaults.removeButton);
          await run.app.shows(words.vaults.removeWordMissing);
          assert.equal((await vaultDirectories(run.app.page)).length, 3);
          await run.app.driver.fill(words.vaults.removeWordLabel, words.vaults.removeWord);
          await run.app.driver.button(words.vaults.removeButton);
          await run.app.at(words.vaults.chooseTitle);
          assert.equal((await vaultDirectories(run.app.page)).length, 2);
          assert.doesNotMatch(await run.app.text(), new RegExp(GREEN));
          assert.deepEqual(await digestFiles(run.app.page, blueDirectory), others);
        }],
        ['a locked vault is removed only after two steps that say nobody can know', async () => {
          await run.app.chooseVault(PRACTICE);
          await run.app.driver.button(words.vaults.toRemove);
          await run.app.at(words.vaults.removeTitle);
          await run.app.shows(words.vaults.removeLocked);
          await run.app.driver.button(words.vaults.removeOn);
          await run.app.driver.fill(words.vaults.removeWordLabel, words.vaults.removeWord);
          await run.app.driver.button(words.vaults.removeButton);
          await run.app.unlock(phrases.blue);
          await run.app.shows(blue.name);
          assert.deepEqual(await vaultDirectories(run.app.page), [blueDirectory]);
        }],
        ['leaves nothing in the killed profile', async () => {
          await run.browser.kill();
          const extraWords = [phrases.green, phrases.practice].flatMap(passphraseWords);
          assertNoTrace({ ...run, faults: run.browser.faults, canaries, passphrase: phrases.blue, extraWords });
        }],
      ]);
    });
  });
}
