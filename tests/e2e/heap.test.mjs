// After a cold lock the memory of the page's scripts holds nothing of a record, no passphrase and no PIN. Whoever takes the tablet
// then, with developer tools and all the time there is, finds none of them in it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, TOPICS, words } from './support/app.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { PointerDriver } from './support/drivers.mjs';
import { findings, heapSnapshot, holders, WHOLE_STRINGS } from './support/heap.mjs';
import { answerTopics, beginDash, finishDash, makePlan, makeReferral, recordCase } from './support/journey.mjs';
import { inApp } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { newCanaries } from './support/trace.mjs';
import { passphraseWords } from './support/canary.mjs';

const PIN = '407193';

/** The strings of the page's heap, looked at by somebody who came later and holds nothing of it. */
async function look(run) {
  const page = await run.browser.reattach();
  const session = await page.createCDPSession();
  const snapshot = await heapSnapshot(session);
  await session.detach();
  run.app = new App({ page, driver: new PointerDriver(page), origin: run.origin });
  return snapshot;
}

function assertGone(snapshot, secrets, when) {
  const found = findings(snapshot, secrets);
  assert.deepEqual(found, [], `${when}:\n${holders(snapshot, secrets).slice(0, 12).join('\n')}`);
}

test('after a cold lock the page holds no word of a record, no passphrase and no PIN', async () => {
  await inApp({ kind: CHROMIUM, name: 'heap', args: WHOLE_STRINGS }, async (run) => {
    const canaries = newCanaries();
    const story = makeStory(withCanaries(canaries));
    await run.app.open();
    const passphrase = await run.app.makeVault({ pin: PIN });
    const secrets = [...canaries.words, ...passphraseWords(passphrase), PIN];

    await recordCase(run.app, story);
    await beginDash(run.app, story);
    await answerTopics(run.app, story, 0, TOPICS.length);
    await finishDash(run.app, story);
    await run.app.openCase(story.case.name);
    await makePlan(run.app, story);
    await run.app.openCase(story.case.name);
    await makeReferral(run.app, story);
    await run.app.toList();
    await run.app.search(canaries.of('ui.search'));
    await run.app.shows(words.list.noneFound);
    await run.app.search('');
    await run.app.driver.button(words.shell.hide);
    await run.app.driver.button(words.hidden.open);
    await run.app.enterPin(PIN);
    await run.app.openCase(story.case.name);
    assert.ok(findings(await look(run), canaries.words).length > 0, 'an open case is found in the heap, so this can fail');

    await run.app.page.evaluate((kept) => { globalThis.kept = kept; }, [passphrase, PIN]);
    const planted = findings(await look(run), secrets.slice(canaries.words.length));
    assert.ok(planted.some((line) => line.startsWith(`"${PIN}"`)) && planted.length > 1, 'a kept passphrase and PIN are found');
    await run.app.page.evaluate(() => { delete globalThis.kept; });

    await run.app.lock();
    assertGone(await look(run), secrets, 'after locking by hand');

    await run.app.unlock(passphrase, { pin: PIN });
    await run.app.openCase(story.case.name);
    await run.app.driver.button(words.case.incidentsAdd);
    await run.app.at(words.incident.title);
    await run.app.driver.fill(words.incident.description, canaries.of('incident.description'));
    await run.app.driver.button(words.shell.hide);
    await run.app.driver.button(words.hidden.open);
    for (const [pin, said] of [['111111', words.pin.wrong.replace('{count}', '2')], ['222222', words.pin.wrongLast]]) {
      await run.app.enterPin(pin);
      await run.app.shows(said);
    }
    await run.app.enterPin('333333');
    await run.app.at(words.unlock.title);
    assertGone(await look(run), [...secrets, '111111', '222222', '333333'], 'after three wrong PINs');
  });
});
