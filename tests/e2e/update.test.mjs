// A new version of the app in the middle of work: offered, held back while something is not saved, taken when a person says so.
// One that cannot be fetched whole is told and changes nothing.
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { App, words } from './support/app.mjs';
import { Browser, CHROMIUM, FIREFOX, makeHome, removeHome } from './support/browser.mjs';
import { PointerDriver } from './support/drivers.mjs';
import { APP_DIR, Hub } from './support/hub.mjs';
import { makeStory, readable } from './support/story.mjs';
import { until } from './support/until.mjs';

const TESTS = fileURLToPath(new URL('../../build/tests/', import.meta.url));

/** The app served from a folder of its own, which the test may change. */
async function withOwnFiles(kind, act) {
  const dir = path.join(TESTS, `update-${kind}`);
  rmSync(dir, { recursive: true, force: true });
  cpSync(APP_DIR, dir, { recursive: true });
  const hub = await Hub.start(dir);
  const home = makeHome(`update-${kind}`);
  let browser;
  try {
    browser = await Browser.launch({ kind, home, origin: hub.origin });
    const app = new App({ page: browser.page, driver: new PointerDriver(browser.page), origin: hub.origin });
    await act({ app, dir, restart: () => hub.stop().then(() => hub.start()) });
  } finally {
    await browser?.kill();
    removeHome(home);
    await hub.stop();
  }
}

/** What the browser does by itself at the next visit. A version that cannot be fetched makes it reject; the page hears of it in its own way. */
const lookForUpdate = (app) => app.page.evaluate(() => navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => undefined, () => undefined));
const isWaiting = (app) => app.page.evaluate(() => document.getElementById('update-accept')?.getAttribute('aria-disabled') === 'true');

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}: a new version waits for what is not complete, and takes over when it is asked to`, () =>
    withOwnFiles(kind, async ({ app, dir, restart }) => {
      const { case: started } = makeStory(readable);
      await app.open();
      await app.isCached();
      /* Only a page that a service worker already serves is told of the next one. */
      await app.reload();
      const passphrase = await app.makeVault();
      await app.startCase(started);
      await app.driver.button(words.case.incidentsAdd);
      await app.at(words.incident.title);
      await app.driver.fill('Day', '3', { group: words.incident.date });
      await app.page.evaluate(() => { globalThis.isSamePage = true; });

      appendFileSync(path.join(dir, 'sw.js'), '\n/* another build */\n');
      await restart();
      await lookForUpdate(app);
      await app.shows(words.update.heading, words.update.holds.unfinished);
      assert.equal(await isWaiting(app), true);
      await app.driver.button(words.update.accept);
      assert.equal(await app.page.evaluate(() => globalThis.isSamePage), true, 'pressing it does nothing');

      await app.driver.date(words.incident.date, '2026-03-03');
      await app.shows(words.update.text);
      assert.equal(await isWaiting(app), false);
      await app.driver.button(words.update.accept);
      await until(async () => (await app.page.evaluate(() => globalThis.isSamePage)) === undefined, 'the page is loaded anew');
      await app.unlock(passphrase);
      await app.at(words.incident.title);
      assert.equal(await (await app.locate({ role: 'textbox', name: 'Year', group: words.incident.date })).evaluate((box) => box.value), '2026', 'what was typed is there');
      assert.ok(!(await app.text()).includes(words.update.heading));
    }));

  test(`${kind}: a new version that cannot be fetched whole is told, and the one that runs goes on`, () =>
    withOwnFiles(kind, async ({ app, dir, restart }) => {
      await app.open();
      await app.isCached();
      await app.reload();
      const passphrase = await app.makeVault();
      const script = path.join(dir, 'sw.js');
      const [, style] = /"(\/app-[0-9a-f]{16}\.css)"/.exec(readFileSync(script, 'utf8'));
      writeFileSync(script, readFileSync(script, 'utf8').replaceAll(style, '/app-0123456789abcdef.css'));
      await restart();
      await lookForUpdate(app);
      await app.shows(words.update.failedHeading, words.update.failedText);
      assert.equal(await app.page.evaluate(() => document.getElementById('update-accept')), null);
      await app.startCase(makeStory(readable).case);
      await app.lock();
      await app.unlock(passphrase);
      await app.shows(makeStory(readable).case.name);
    }));
}
