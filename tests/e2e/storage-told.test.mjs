// What the app says about its own storage: the promise of the browser, what is not sent and how old it is, and the file for support,
// shown before it is saved and free of everything that was recorded.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { words } from './support/app.mjs';
import { CHROMIUM, FIREFOX } from './support/browser.mjs';
import { inApp } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { assertNoFault, coreCall, newCanaries, newId, plantEverywhere } from './support/trace.mjs';
import { until } from './support/until.mjs';

const DAY_MS = 86_400_000;

async function assertClean(text, canaries, run) {
  for (const word of canaries.words) assert.ok(!text.includes(word), 'a canary is in the file');
  assert.doesNotMatch(text, /[0-9a-f]{32}/, 'no id of a record, person or device');
  const { deviceId, signingKeyHex } = (await coreCall(run.app.page, 'vault.storage', {})).reply;
  assert.ok(!text.includes(deviceId.slice(0, 8)) && !text.includes(signingKeyHex.slice(0, 8)));
}

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}: work older than a day is reminded of on every screen, until it is put away or the vault opened anew`, async () => {
    await inApp({ kind, name: `reminder-${kind}` }, async (run) => {
      const { app } = run;
      await app.open();
      const passphrase = await app.makeVault();
      const caseId = newId();
      const saved = await coreCall(app.page, 'draft.save', { timeMs: Date.now() - 2 * DAY_MS, caseId, recordId: caseId, type: 'case', changes: [{ field: 'reference', value: 'x' }] });
      assert.equal(saved.ok, true, JSON.stringify(saved));
      await app.lock();
      await app.unlock(passphrase);
      for (const link of [words.shell.storage, words.shell.emergency, words.shell.list]) {
        await app.driver.link(link);
        await app.shows(words.reminder.headingAlone);
      }
      await app.driver.button(words.reminder.dismiss);
      await until(async () => !(await app.text()).includes(words.reminder.headingAlone), 'it is put away');
      await app.driver.link(words.shell.storage);
      await app.at(words.storage.title);
      assert.ok(!(await app.text()).includes(words.reminder.headingAlone));
      await app.shows(words.storage.advice[kind === CHROMIUM ? 'chromium' : 'firefox'], words.storage.persistent, words.storage.free);
      await app.lock();
      await app.unlock(passphrase);
      await app.shows(words.reminder.headingAlone);
      assertNoFault(run.browser.faults);
    });
  });

  test(`${kind}: the file for support holds nothing that was recorded, and is saved as it was shown`, async () => {
    await inApp({ kind, name: `support-${kind}` }, async (run) => {
      const { app } = run;
      const canaries = newCanaries();
      await app.open();
      await app.makeVault();
      await app.startCase(makeStory(withCanaries(canaries)).case);
      await plantEverywhere(app.page, canaries);
      await app.toList();
      await app.driver.link(words.shell.storage);
      await app.driver.link(words.support.link);
      await app.at(words.support.title);
      const shown = await app.page.evaluate(() => document.getElementById('support-file').textContent);
      assert.equal(JSON.parse(shown).format, 'fieldkit-support/1');
      assert.ok(Number(JSON.parse(shown).vault.unsentCount) > 10);
      await assertClean(shown, canaries, run);
      if (kind === CHROMIUM) {
        const folder = path.join(run.home, 'downloads');
        mkdirSync(folder);
        await (await run.browser.cdp()).send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
        await app.driver.button(words.support.save);
        const file = await until(() => readdirSync(folder).find((name) => name.endsWith('.json')), 'the file is saved');
        assert.equal(file, 'support.json');
        const bytes = await until(() => {
          const read = readFileSync(path.join(folder, file));
          return read.length > 0 && read;
        }, 'its bytes are there');
        assert.equal(bytes.toString('utf8'), shown);
      }
      assertNoFault(run.browser.faults);
    });
  });
}
