// A checklist that is not finished is given to the team: offered after a sync, shared with one touch, seen by a colleague as
// unfinished, finished by the colleague, and counted from then on. A real hub, two profiles.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TOPICS, hashOf, words } from './support/app.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { answerTopics, beginDash, finishDash, recordCase } from './support/journey.mjs';
import { inSteps } from './support/run.mjs';
import { checkScreen } from './support/screens.mjs';
import { makeStory, readable } from './support/story.mjs';
import { compareAndConfirm, found, invite, sync, typeCode, withTeam } from './support/team.mjs';
import { assertNoFault } from './support/trace.mjs';

const story = makeStory(readable);
const { name } = story.case;
const names = { person: 'Ines Calder', team: 'Harbour Support, East', colleague: 'Tomas Reed' };

test('a draft shared with the team', async (t) => {
  await withTeam('shared-draft', async (team) => {
    const first = team.device({ kind: CHROMIUM, name: 'first' });
    const second = team.device({ kind: CHROMIUM, name: 'second' });
    await inSteps(t, [
      ['two devices of a team, a case, and half a checklist', async () => {
        await first.launch();
        await first.app.open();
        await first.app.makeVault();
        await recordCase(first.app, story);
        await found(first.app, { code: team.code, kind: 'tablet', names });
        await second.launch();
        await second.app.open();
        await second.app.makeVault();
        const code = await invite(first.app, names.colleague);
        await typeCode(second.app, { code, kind: 'office' });
        await compareAndConfirm(first.app, second.app, names.colleague);
        await sync(first.app);
        await first.app.openCase(name);
        await beginDash(first.app, story);
        await answerTopics(first.app, story, 0, TOPICS.length);
      }],
      ['a sync offers it, and sends nothing of it', async () => {
        await sync(first.app);
        await first.app.shows(words.sharing.offerTitle, `${words.case.dashTitle}: ${name}`);
        await sync(second.app);
        await second.app.openCase(name);
        assert.ok(!(await second.app.text()).includes(words.sharing.title), 'nothing of it was sent');
      }],
      ['one touch shares it', async () => {
        await first.app.driver.button(words.sharing.button, { isPart: true });
        await first.app.shows(words.sharing.done);
        assert.ok(!(await first.app.text()).includes(words.sharing.offerTitle), 'nothing is offered any more');
        await sync(first.app);
        await first.app.openCase(name);
        await first.app.shows(words.sharing.title);
        await checkScreen(first.app.page, 'case-shared-draft');
      }],
      ['the colleague sees it as unfinished, and no criterion counts it', async () => {
        await sync(second.app);
        await second.app.openCase(name);
        await second.app.shows(words.sharing.title, words.sharing.text);
        await second.app.shows(words.case.dashNone);
        await checkScreen(second.app.page, 'case-shared-by-colleague');
      }],
      ['the colleague goes on where it stopped, and completes it', async () => {
        await second.app.driver.link(words.case.dashTitle);
        await second.app.at(words.dash.checkTitle);
        await second.app.driver.link(words.dash.parts.professional, { isPart: true });
        await finishDash(second.app, story);
        await second.app.openCase(name);
        assert.ok(!(await second.app.text()).includes(words.sharing.title), 'it is finished');
      }],
      ['the first device has it completed', async () => {
        await sync(second.app);
        await sync(first.app);
        await first.app.openCase(name);
        assert.ok(!(await first.app.text()).includes(words.case.dashNone), 'a checklist is completed');
        await first.app.page.evaluate((hash) => { location.hash = hash; }, hashOf({ name: 'cases' }));
        await first.app.openCase(name);
        assert.ok(!(await first.app.text()).includes(words.sharing.title), 'nothing is unfinished');
        await first.app.shows(story.incidents[0].description);
      }],
      ['no violation of the policy, no error, no foreign request', () => {
        assertNoFault(first.browser.faults);
        assertNoFault(second.browser.faults);
      }],
    ]);
  });
});
