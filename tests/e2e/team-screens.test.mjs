// Every screen of a team in the states people meet it in: joining, letting in, what was sent and confirmed, what differs and deciding.
// Two devices in two profiles, a real hub; each screen through the same checks as a route, and a picture at each width.
import { test } from 'node:test';
import { hashOf, words } from './support/app.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { recordCase } from './support/journey.mjs';
import { inSteps } from './support/run.mjs';
import { checkScreen } from './support/screens.mjs';
import { makeStory, readable } from './support/story.mjs';
import { decide, invite, openDifferences, sync, typeCode, withTeam } from './support/team.mjs';
import { assertNoFault } from './support/trace.mjs';

const story = makeStory(readable);
const { name } = story.case;
const names = { person: 'Ines Calder', team: 'Harbour Support, East', colleague: 'Tomas Reed' };

test('every screen of a team', async (t) => {
  await withTeam('screens', async (team) => {
    const first = team.device({ kind: CHROMIUM, name: 'first' });
    const second = team.device({ kind: CHROMIUM, name: 'second' });
    const check = (device, screen) => checkScreen(device.app.page, screen);
    const open = async (device, route, screen) => {
      await device.app.visit(hashOf({ name: route }));
      await check(device, screen);
    };
    let code;
    await inSteps(t, [
      ['alone, and founding a team', async () => {
        await first.launch();
        await first.app.open();
        await first.app.makeVault();
        await recordCase(first.app, story);
        await open(first, 'team', 'team-alone');
        await open(first, 'sync', 'sync-alone');
        await typeCode(first.app, { code: team.code, kind: 'tablet' });
        await first.app.shows(words.join.foundingTitle);
        await check(first, 'join-founding');
        await first.app.driver.fill(words.join.person, names.person);
        await first.app.driver.fill(words.join.team, names.team);
        await first.app.driver.button(words.join.button);
        await first.app.at(words.join.doneTitle);
        await sync(first.app);
        await check(first, 'sync-sent');
      }],
      ['a code, and the words on both screens', async () => {
        code = await invite(first.app, names.colleague);
        await check(first, 'invitation-code');
        await second.launch();
        await second.app.open();
        await second.app.makeVault();
        await typeCode(second.app, { code, kind: 'office' });
        await second.app.at(words.join.wordsTitle);
        await check(second, 'join-words');
        await first.app.at(words.invite.wordsTitle);
        await check(first, 'invitation-words');
        await second.app.driver.button(words.join.wordsYes);
        await second.app.at(words.join.waitingTitle);
        await check(second, 'join-waiting');
        await first.app.driver.button(words.invite.wordsYes);
        await first.app.at(words.invite.doneTitle);
        await second.app.at(words.join.doneTitle);
        await check(first, 'invitation-done');
        await check(second, 'join-done');
      }],
      ['what was sent and confirmed', async () => {
        await sync(first.app);
        await sync(second.app);
        await sync(first.app);
        await check(first, 'sync-confirmed');
        await open(first, 'team', 'team-members');
        await first.app.toList();
        await check(first, 'cases-confirmed');
        await second.app.openCase(name);
        await check(second, 'case-of-colleague');
      }],
      ['what differs, and deciding about it', async () => {
        await team.goOffline();
        await first.app.openCase(name);
        await first.app.changeVictim(name, { phone: '00000 111222, mornings' });
        await check(first, 'case-not-sent');
        await second.app.openCase(name);
        await second.app.changeVictim(name, { phone: '00000 999000' });
        await team.goOnline();
        await sync(first.app);
        await sync(second.app);
        await second.app.openCase(name);
        await second.app.shows(words.conflicts.noticeText);
        await check(second, 'case-differs');
        await open(second, 'conflicts', 'differences-inbox');
        await openDifferences(second.app, name);
        await check(second, 'differences');
        await second.app.driver.link(words.conflicts.decide, { isPart: true });
        await second.app.shows(words.conflicts.question);
        await check(second, 'difference');
        await openDifferences(second.app, name);
        await decide(second.app, '00000 111222, mornings', 'Asked her today');
        await check(second, 'difference-decided');
      }],
      ['no violation of the policy, no error, no foreign request', () => {
        assertNoFault(first.browser.faults);
        assertNoFault(second.browser.faults);
      }],
    ]);
  });
});
