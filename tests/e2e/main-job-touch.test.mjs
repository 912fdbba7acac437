// The whole main job by touch on a phone of 360 x 780: every target large enough and nothing in front of it.
import { test } from 'node:test';
import { words } from './support/app.mjs';
import { CHROMIUM, PHONE } from './support/browser.mjs';
import { TouchDriver } from './support/drivers.mjs';
import { hideStep, makeVaultStep, noTraceStep, wholeJobSteps } from './support/journey.mjs';
import { inApp, inSteps } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { newCanaries } from './support/trace.mjs';

test('the main job by touch', async (t) => {
  const canaries = newCanaries();
  const story = makeStory(withCanaries(canaries));
  const made = {};
  await inApp({ kind: CHROMIUM, name: 'touch', Driver: TouchDriver, viewport: PHONE }, async (run) => {
    await inSteps(t, [
      ['help numbers are one tap away before a vault exists', async () => {
        await run.app.open();
        await run.app.driver.link(words.shell.emergency);
        await run.app.shows('999');
        await run.app.driver.link(words.shell.back);
      }],
      makeVaultStep(run, made),
      ...wholeJobSteps(run, story),
      hideStep(run, story, made, 'hides at the button', () => run.app.driver.button(words.shell.hide)),
      ['help numbers are one tap away when locked', async () => {
        await run.app.lock();
        await run.app.driver.link(words.shell.emergency);
        await run.app.shows('999');
      }],
      noTraceStep(run, canaries, made),
    ]);
  });
});
