// Every screen: no violation in axe, one column at 320 px and at 400 % zoom, every control reached and seen with the keyboard,
// and a picture at each width. The list comes from the router, so a screen cannot be forgotten.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUTES, TOPICS, words } from './support/app.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { answerTopics, beginDash, finishDash, makePlan, makeReferral, recordCase } from './support/journey.mjs';
import { inApp } from './support/run.mjs';
import { addressOf, checkScreen, prepareRecords } from './support/screens.mjs';
import { makeStory, readable } from './support/story.mjs';
import { assertNoFault } from './support/trace.mjs';

test('every screen', async (t) => {
  const story = makeStory(readable);
  await inApp({ kind: CHROMIUM, name: 'routes' }, async (run) => {
    const { app } = run;
    const { page, driver } = app;
    const checked = new Set();
    const check = (name) => t.test(`screen ${name}`, async () => {
      await checkScreen(page, name);
      checked.add(name);
    });
    await app.open();
    await check('gate-welcome');
    await app.nameVault();
    await check('gate-words');
    await driver.button(words.passphrase.noted);
    await app.at(words.passphrase.confirmTitle);
    await check('gate-confirm');
    await driver.button(words.passphrase.seeAgain);
    await app.at(words.passphrase.showTitle);
    const passphrase = await page.evaluate(() => [...document.querySelectorAll('.app-words li')].map((item) => item.textContent.trim()).join(' '));
    await driver.button(words.passphrase.noted);
    await driver.fill(words.passphrase.label, passphrase);
    await driver.button(words.passphrase.make);
    await app.at(words.pin.chooseTitle);
    await check('gate-choose-pin');
    await app.choosePin();
    await app.at(words.list.title);
    await check('cases-empty');

    await recordCase(app, story);
    const { caseId } = app.route();
    await beginDash(app, story);
    await answerTopics(app, story, 0, TOPICS.length);
    await finishDash(app, story);
    await app.openCase(story.case.name);
    await makePlan(app, story);
    await app.openCase(story.case.name);
    await makeReferral(app, story);
    const ids = await prepareRecords(page, caseId);
    await app.reload();
    await app.unlock(passphrase);

    for (const { name } of ROUTES) {
      await t.test(`route ${name}`, async () => {
        await app.visit(addressOf(name, ids));
        assert.equal(app.route().name, name, 'the router went there');
        await checkScreen(page, name);
        checked.add(name);
      });
    }
    await app.visit('#/');
    await driver.button(words.shell.hide);
    await app.at(words.hidden.title);
    await check('gate-hidden');
    await driver.button(words.hidden.open);
    await app.at(words.unlock.title);
    await check('gate-locked');
    await app.tryUnlock('these are not the words');
    await app.shows(words.shell.problemTitle);
    await check('gate-locked-wrong');
    await t.test('no route is left out', () => assert.deepEqual(ROUTES.map((route) => route.name).filter((name) => !checked.has(name)), []));
    await t.test('no violation of the policy, no error, no foreign request', () => assertNoFault(run.browser.faults));
  });
});
