// The whole main job with the keyboard alone. At every stop of the Tab key the focus must be seen, or the run fails.
import { test } from 'node:test';
import { TOPICS, words } from './support/app.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { KeyboardDriver } from './support/drivers.mjs';
import { answerTopics, beginDash, finishDash, makePlan, makeReferral, recordCase } from './support/journey.mjs';
import { inApp, inSteps } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { assertNoTrace, newCanaries } from './support/trace.mjs';

test('the main job with the keyboard alone', async (t) => {
  const canaries = newCanaries();
  const story = makeStory(withCanaries(canaries));
  const { name } = story.case;
  let passphrase;
  await inApp({ kind: CHROMIUM, name: 'keyboard', Driver: KeyboardDriver }, async (run) => {
    await inSteps(t, [
      ['makes a vault', async () => {
        await run.app.open();
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
      ['checks the records and locks', async () => {
        await run.app.checkStorage();
        await run.app.lock();
      }],
      ['hides at three presses of Shift, comes back by passphrase, all is there', async () => {
        await run.app.unlock(passphrase);
        for (let press = 0; press < 3; press++) await run.app.driver.key('Shift');
        await run.app.at(words.hidden.title);
        await run.app.driver.button(words.hidden.open);
        await run.app.unlock(passphrase);
        await run.app.openCase(name);
        await run.app.shows(story.child.name, story.incidents[0].description);
      }],
      ['leaves nothing in the killed profile', async () => {
        await run.browser.kill();
        assertNoTrace({ ...run, faults: run.browser.faults, canaries, passphrase });
      }],
    ]);
  });
});
