// The main job in Firefox: created, answered, reloaded, killed and opened again with the cache deleted and no server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TOPICS, label, words } from './support/app.mjs';
import { FIREFOX, clearCacheOnDisk } from './support/browser.mjs';
import { answerTopics, beginDash, finishDash, recordCase } from './support/journey.mjs';
import { inApp, inSteps } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { assertNoTrace, newCanaries, plantEverywhere, sessionWritten } from './support/trace.mjs';

test('the main job in Firefox', async (t) => {
  const canaries = newCanaries();
  const story = makeStory(withCanaries(canaries));
  const { name } = story.case;
  let passphrase;
  await inApp({ kind: FIREFOX, name: 'firefox' }, async (run) => {
    await inSteps(t, [
      ['makes a vault', async () => {
        await run.app.open();
        passphrase = await run.app.makeVault();
        await run.app.isCached();
      }],
      ['records people and answers the checklist, the server gone', async () => {
        await run.goOffline();
        await recordCase(run.app, { ...story, incidents: story.incidents.slice(0, 1) });
        await beginDash(run.app, story);
        await answerTopics(run.app, story, 0, 6);
      }],
      ['reloads in the middle: the answers are there', async () => {
        await run.app.reload();
        await run.app.unlock(passphrase);
        await run.app.at(TOPICS[6].text);
        await answerTopics(run.app, story, 6, TOPICS.length);
      }],
      ['killed in the middle of a form, its session file written, and opened again without cache or server: goes on there and completes', async () => {
        await plantEverywhere(run.app.page, canaries);
        await run.app.at(words.dash.professionalTitle);
        await run.app.driver.choose(words.dash.concernHigh, label('yesNo', 'yes'));
        await run.app.driver.fill(words.dash.wishes, story.dash.wishes);
        await run.app.shows(words.save.saved);
        await sessionWritten(FIREFOX, run.home, run.origin, Date.now());
        await run.browser.kill();
        clearCacheOnDisk(run.home);
        await (await run.launch()).open();
        await run.app.unlock(passphrase);
        await run.app.openCase(name);
        await run.app.driver.link(`${words.case.go} ${words.case.dashTitle}`);
        await run.app.shows('Yes 20 ');
        await run.app.driver.link(words.dash.parts.professional);
        await run.app.at(words.dash.professionalTitle);
        const box = await run.app.locate({ role: 'textbox', name: words.dash.wishes });
        assert.equal(await box.evaluate((element) => element.value), story.dash.wishes, 'what was typed before the kill is there');
        await run.app.professional(story.dash);
        await run.app.afterAsking(story.dash);
        await run.app.completeDash(story.dash);
        await run.app.openCase(name);
        await run.app.shows(story.victim.address, story.child.name, story.incidents[0].description, story.contact.codeWord);
        await run.app.checkStorage();
        await run.app.lock();
      }],
      ['leaves nothing in the killed profile', async () => {
        await run.browser.kill();
        assertNoTrace({ ...run, faults: run.browser.faults, canaries, passphrase });
      }],
    ]);
  });
});
