// The whole main job with the keyboard alone. At every stop of the Tab key the focus must be seen, or the run fails.
import { test } from 'node:test';
import { CHROMIUM } from './support/browser.mjs';
import { KeyboardDriver } from './support/drivers.mjs';
import { hideStep, makeVaultStep, noTraceStep, wholeJobSteps } from './support/journey.mjs';
import { inApp, inSteps } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { newCanaries } from './support/trace.mjs';

test('the main job with the keyboard alone', async (t) => {
  const canaries = newCanaries();
  const story = makeStory(withCanaries(canaries));
  const made = {};
  await inApp({ kind: CHROMIUM, name: 'keyboard', Driver: KeyboardDriver }, async (run) => {
    await inSteps(t, [
      makeVaultStep(run, made),
      ...wholeJobSteps(run, story),
      ['locks and unlocks', async () => {
        await run.app.lock();
        await run.app.unlock(made.passphrase);
      }],
      hideStep(run, story, made, 'hides at three presses of Shift', async () => {
        for (let press = 0; press < 3; press++) await run.app.driver.key('Shift');
      }),
      noTraceStep(run, canaries, made),
    ]);
  });
});
