// The main job in Chromium, with the network gone and the HTTP cache cleared in the middle, so that only the service worker's
// store serves; the page reloaded, the browser killed and opened again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TOPICS, label, words } from './support/app.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { answerTopics, beginDash, criteriaOnScreen, finishDash, makePlan, makeReferral, recordCase } from './support/journey.mjs';
import { inApp, inSteps } from './support/run.mjs';
import { makeStory, withCanaries } from './support/story.mjs';
import { assertAllPlanted, assertNoTrace, newCanaries, plantEverywhere, resultWords, sessionWritten } from './support/trace.mjs';

/** On the page of the case. The link to what was recorded before stands behind it and names the version too. */
const firstVersionOf = (title) => ({ role: 'link', name: words.case.version.replace('{number}', '1'), isPart: true, group: title, nth: 0 });

test('the main job in Chromium', async (t) => {
  const canaries = newCanaries();
  const story = makeStory(withCanaries(canaries));
  const { name } = story.case;
  let passphrase;
  let extraWords;
  await inApp({ kind: CHROMIUM, name: 'chromium' }, async (run) => {
    await inSteps(t, [
      ['makes a vault', async () => {
        await run.app.open();
        passphrase = await run.app.makeVault();
        await run.app.isCached();
      }],
      ['records a victim and the people and events around her', () => recordCase(run.app, story)],
      ['goes on with the server stopped and the HTTP cache cleared, after a reload in the middle of the checklist', async () => {
        await run.goOffline();
        await run.browser.clearHttpCache();
        await beginDash(run.app, story);
        await answerTopics(run.app, story, 0, 12);
        await run.app.reload();
        await run.app.unlock(passphrase);
        await run.app.at(TOPICS[12].text);
        await answerTopics(run.app, story, 12, TOPICS.length);
        await finishDash(run.app, story);
      }],
      ['shows all six criteria and why', async () => {
        await run.app.openCase(name);
        await run.app.driver.link(words.case.resultShow, { isPart: true });
        await run.app.at(words.result.title);
        assert.deepEqual(await criteriaOnScreen(run.app), ['met', 'met', 'met', 'met', 'met', 'met']);
        await run.app.shows('Refer to Marac', story.dash.concernReason, label('localFlag', 'LC_HBA'), String(story.incidents.length));
      }],
      ['writes a safety plan, which is not agreed without a review date', async () => {
        await run.app.openCase(name);
        await makePlan(run.app, story);
      }],
      ['makes the referral to print', async () => {
        await run.app.openCase(name);
        await makeReferral(run.app, story);
      }],
      ['takes away a record with a reason, makes a new version with a reason, searches', async () => {
        const { app } = run;
        await app.openCase(name);
        const { caseId } = app.route();
        extraWords = await resultWords(app.page, caseId);
        await app.driver.press({ role: 'link', name: words.case.remove, isPart: true, group: label('incidentType', 'coercive_control') });
        await app.at(words.remove.title);
        await app.driver.fill(words.remove.reason, canaries.of('ui.changeReason'));
        await app.driver.button(words.remove.button);
        await app.at(name);
        await app.driver.press(firstVersionOf(words.case.dashTitle));
        await app.at(words.case.dashTitle);
        await app.driver.button(words.dash.change);
        await app.at(words.newVersion.title);
        await app.driver.fill(words.newVersion.label, canaries.of('assessment.changeReason'));
        await app.driver.button(words.newVersion.button);
        await app.toList();
        await app.search(canaries.of('ui.search'));
        await app.shows(words.list.noneFound);
        await app.search(story.search);
        await app.shows(name);
      }],
      ['keeps a canary in every text field of the schema', async () => {
        await plantEverywhere(run.app.page, canaries);
        assertAllPlanted(canaries);
      }],
      ['rebuilds every derived table byte for byte', () => run.app.checkStorage()],
      ['locks', () => run.app.lock()],
      ['killed and opened again, still offline: all is there', async () => {
        const since = Date.now();
        await run.app.unlock(passphrase);
        await run.app.openCase(name);
        await sessionWritten(CHROMIUM, run.home, run.origin, since);
        await run.browser.kill();
        await (await run.launch()).open();
        await run.app.unlock(passphrase);
        await run.app.openCase(name);
        const { victim, perpetrators, child, contact, facts, prior } = story;
        await run.app.shows(...perpetrators.map((each) => each.name), child.name, child.school, ...['aliases', 'address', 'phone', 'doctor', 'occupation', 'note'].map((field) => victim[field]),
          contact.number, contact.codeWord, contact.mustNotBeTold, facts.reference, facts.fromArea, facts.language, prior.area, prior.caseNumber,
          ...story.incidents.slice(0, 4).map((incident) => incident.description));
        for (const [title, heading, ...texts] of [
          [words.case.dashTitle, words.case.dashTitle, story.dash.comment, story.dash.concernReason, story.dash.notAskedReason, 'Yes 20 '],
          [words.case.planTitle, words.plan.viewTitle, story.plan.itemText, story.plan.itemWho, story.plan.ownText],
          [words.case.referralTitle, words.referral.printTitle, story.referral.whyNow, story.referral.consentGiven, words.referral.confidential],
        ]) {
          await run.app.openCase(name);
          await run.app.driver.press(firstVersionOf(title));
          await run.app.at(heading);
          await run.app.shows(...texts);
        }
        await run.app.checkStorage();
      }],
      ['leaves nothing in the killed profile', async () => {
        await run.browser.kill();
        assertNoTrace({ ...run, faults: run.browser.faults, canaries, passphrase, extraWords });
      }],
    ]);
  });
});
