// The whole main job by touch on a phone of 360 x 780: every target large enough and nothing in front of it.
import { test } from 'node:test';
import { TOPICS, words, emergency } from './support/app.mjs';
import { CHROMIUM, PHONE } from './support/browser.mjs';
import { TouchDriver } from './support/drivers.mjs';
import { answerTopics, beginDash, finishDash, makePlan, makeReferral, recordCase } from './support/journey.mjs';
import { inApp, inSteps } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { assertNoTrace, newCanaries } from './support/trace.mjs';

test('the main job by touch', async (t) => {
  const canaries = newCanaries();
  const story = makeStory(withCanaries(canaries));
  const { name } = story.case;
  let passphrase;
  await inApp({ kind: CHROMIUM, name: 'touch', Driver: TouchDriver, viewport: PHONE }, async (run) => {
    await inSteps(t, [
      ['help numbers are one tap away before a vault exists', async () => {
        await run.app.open();
        await run.app.driver.link(words.shell.emergency);
        await run.app.shows('999');
        await run.app.driver.link(words.shell.back);
      }],
      ['makes a vault', async () => {
        passphrase = await run.app.makeVault();
      }],
      ['records the case', () => recordCase(run.app, story)],
      ['completes the checklist', async () => {
        await beginDash(run.app, story);
        await answerTopics(run.app, story, 0, TOPICS.length);
        await finishDash(run.app, story);
      }],
      ['agrees a plan', async () => {
        await run.app.openCase(name);
        await makePlan(run.app, story);
      }],
      ['completes a referral', async () => {
        await run.app.openCase(name);
        await makeReferral(run.app, story);
      }],
      ['checks the records, hides, comes back by passphrase', async () => {
        await run.app.checkStorage();
        await run.app.driver.button(words.shell.hide);
        await run.app.at(words.hidden.title);
        await run.app.driver.button(words.hidden.open);
        await run.app.unlock(passphrase);
        await run.app.openCase(name);
        await run.app.shows(story.child.name);
      }],
      ['help numbers are one tap away when locked', async () => {
        await run.app.lock();
        await run.app.driver.link(words.shell.emergency);
        await run.app.shows('999');
      }],
      ['leaves nothing in the killed profile', async () => {
        await run.browser.kill();
        assertNoTrace({ ...run, faults: run.browser.faults, canaries, passphrase });
      }],
    ]);
  });
});
