// A distress phrase through the screens, in a team with unsent work: set, locked, an empty notebook opened with it that stays empty and sends
// nothing, and the passphrase brings everything back. Changed and taken away, its words open nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors, hashOf, words } from './support/app.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { passphraseWords } from './support/canary.mjs';
import { inSteps } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { counts, found, sync, withTeam } from './support/team.mjs';
import { assertNoTrace, coreCall, newCanaries } from './support/trace.mjs';

const text = words.distress;
const PAGE = hashOf({ name: 'key-distress' });
const KEYS = hashOf({ name: 'keys' });
const NAMES = { person: 'Robin Office', team: 'Northern team' };

const shownWords = (app) => app.page.evaluate(() => [...document.querySelectorAll('.app-words li')].map((item) => item.textContent.trim()).join(' '));

/** To what the page shows only after the passphrase. */
async function prove(app, passphrase) {
  await app.visit(KEYS);
  await app.visit(PAGE);
  await app.at(text.title);
  await app.driver.fill(words.keys.oldLabel, passphrase);
  await app.driver.button(words.shell.continue);
}

/** Takes the words that are shown, types them back. Out: the words. */
async function takeWords(app) {
  await app.at(text.showTitle);
  const phrase = await shownWords(app);
  await app.driver.button(words.passphrase.noted);
  await app.at(words.passphrase.confirmTitle);
  await app.driver.fill(words.passphrase.label, 'these are not the words');
  await app.driver.button(text.set);
  await app.shows(words.passphrase.differs);
  await app.driver.fill(words.passphrase.label, phrase);
  await app.driver.button(text.set);
  await app.at(text.doneSet);
  return phrase;
}

/** An empty notebook, in which nothing speaks of another one. */
async function isEmpty(app, name) {
  await app.at(words.list.title);
  await app.shows(words.list.emptyTitle);
  for (const hash of ['#/', KEYS, hashOf({ name: 'storage' }), hashOf({ name: 'team' }), hashOf({ name: 'sync' })]) {
    await app.visit(hash);
    const seen = await app.text();
    for (const hidden of [name, NAMES.person, NAMES.team, text.title, text.link]) assert.ok(!seen.includes(hidden), `"${hidden}" at ${hash}`);
  }
  await app.page.evaluate((to) => { location.hash = to; }, PAGE);
  await app.at(words.list.title);
  assert.equal(app.route().name, 'cases', 'the address of the page leads to the list');
}

test('chrome: a distress phrase', async (t) => {
  const canaries = newCanaries();
  const story = makeStory(withCanaries(canaries)).case;
  const phrases = {};
  await withTeam('distress', async (team) => {
    const device = team.device({ kind: CHROMIUM, name: 'one' });
    /** Requests of sync that reached the hub since. */
    const sentSince = (index) => Buffer.concat(team.proxy.taken.slice(index)).toString('latin1').split(' /v1/').length - 1;
    let unsent;
    await inSteps(t, [
      ['a notebook of a team, with a case that is not sent yet', async () => {
        await device.launch();
        await device.app.open();
        phrases.own = await device.app.makeVault({ label: 'Blue' });
        await found(device.app, { code: team.code, kind: 'office', names: NAMES });
        await sync(device.app);
        await device.app.visit('#/');
        await device.app.startCase(story);
        unsent = await counts(device.app);
        assert.ok(unsent.deviceCount + unsent.draftCount > 0);
      }],
      ['the page shows nothing before the passphrase; the words are typed back and set', async () => {
        const { app } = device;
        await prove(app, 'these are not the words');
        await app.shows(errors.errors.auth.title);
        assert.equal((await app.text()).includes(text.none), false);
        await prove(app, phrases.own);
        await app.shows(text.none);
        await app.driver.button(text.make);
        phrases.distress = await takeWords(app);
        await app.visit(KEYS);
        assert.equal((await app.text()).includes(words.keys.types.distress), false, 'the list of ways in does not show it');
      }],
      ['it opens an empty notebook, which stays empty when the page is loaded again, and sends nothing', async () => {
        const { app } = device;
        /* What the first notebook may just be sending ends with it and is not counted. */
        team.proxy.fail('down');
        await app.lock();
        team.proxy.fail(undefined);
        const from = team.proxy.taken.length;
        await app.unlock(phrases.distress);
        await isEmpty(app, story.name);
        assert.equal((await coreCall(app.page, 'team.status', {})).reply.state, 'alone');
        await app.reload();
        await app.unlock(phrases.distress);
        await isEmpty(app, story.name);
        await app.lock();
        assert.equal(sentSince(from), 0, 'nothing was sent');
      }],
      ['the passphrase opens everything, unsent work too, and it is sent', async () => {
        const { app } = device;
        const from = team.proxy.taken.length;
        await app.unlock(phrases.own);
        await app.visit('#/');
        await app.shows(story.name);
        await sync(app);
        assert.ok(sentSince(from) > 0, 'requests are seen when there are some');
        await app.checkStorage();
      }],
      ['new words stop the old ones; taken away, they open nothing', async () => {
        const { app } = device;
        await prove(app, phrases.own);
        await app.shows(text.newText);
        await app.driver.button(text.makeNew);
        phrases.second = await takeWords(app);
        await app.lock();
        await app.tryUnlock(phrases.distress);
        await app.shows(errors.errors.auth.title);
        await app.unlock(phrases.second);
        await isEmpty(app, story.name);
        await app.lock();
        await app.unlock(phrases.own);
        await prove(app, phrases.own);
        await app.shows(text.removeText);
        await app.driver.button(text.remove);
        await app.at(text.doneRemoved);
        await app.lock();
        await app.tryUnlock(phrases.second);
        await app.shows(errors.errors.auth.title);
        await app.unlock(phrases.own);
        await app.visit('#/');
        await app.shows(story.name);
      }],
      ['leaves nothing in the killed profile', async () => {
        await device.browser.kill();
        const extraWords = [phrases.distress, phrases.second].flatMap(passphraseWords);
        assertNoTrace({ ...device, faults: device.browser.faults, canaries, passphrase: phrases.own, extraWords });
      }],
    ]);
  });
});
