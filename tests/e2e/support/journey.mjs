// The main job, piece by piece, so that each journey works it with its own driver and breaks it off where it likes.
import assert from 'node:assert/strict';
import { TOPICS, words } from './app.mjs';
import { answerOf } from './story.mjs';
import { assertNoTrace } from './trace.mjs';

/** Case, people, safe contact, facts, incidents and an earlier Marac. */
export async function recordCase(app, story) {
  await app.startCase(story.case);
  await app.changeVictim(story.case.name, story.victim);
  for (const person of story.perpetrators) await app.addPerson(story.case.name, person);
  await app.addPerson(story.case.name, story.child);
  await app.recordContact(story.case.name, story.contact);
  await app.changeFacts(story.case.name, story.facts);
  for (const incident of story.incidents) await app.addIncident(story.case.name, incident);
  await app.addPrior(story.case.name, story.prior);
}

/** Answers topics `from` to before `to`; leaves the screen of the next one. */
export async function answerTopics(app, story, from, to) {
  for (let index = from; index < to; index++) {
    await app.answerTopic(TOPICS[index], answerOf(index, story));
    await app.nextTopic(index);
  }
}

export async function beginDash(app, story) {
  await app.beginDocument(words.case.dashTitle);
  await app.beforeAsking(story.dash);
}

export async function finishDash(app, story) {
  await app.professional(story.dash);
  await app.afterAsking(story.dash);
  await app.completeDash(story.dash);
}

/** A plan is kept without a review date but not agreed without one. */
export async function makePlan(app, story) {
  await app.beginDocument(words.case.planTitle);
  await app.planHeader(story.plan);
  await app.planSection(story.plan);
  await app.driver.button(words.plan.complete);
  await app.shows(words.shell.problemTitle);
  assert.equal(await app.headingNow(), words.plan.checkTitle, 'not agreed without a review date');
  await app.planReview(story.plan.nextReviewOn);
  await app.agreePlan();
}

export async function makeReferral(app, story) {
  await app.beginDocument(words.case.referralTitle);
  await app.referralForm(story.referral);
  await app.completeReferral();
  await app.shows(story.referral.latestIncident, story.referral.idvaReferral, story.incidents[0].description, words.referral.confidential);
  // What nobody recorded is printed too, as such: the reader sees that it was not left out.
  await app.shows('Immigration status and recourse to public funds', words.shell.notRecorded);
}

/**
 * Steps for inSteps: the whole main job in one go, for journeys that differ in how it is worked. `made` gets the passphrase.
 * Between the steps of opening and of leaving stand those of the journey itself.
 */
export function makeVaultStep(run, made) {
  return ['makes a vault', async () => {
    if (run.app.page.url() === 'about:blank') await run.app.open();
    made.passphrase = await run.app.makeVault();
  }];
}

export function wholeJobSteps(run, story) {
  const { name } = story.case;
  return [
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
    ['checks the records', () => run.app.checkStorage()],
  ];
}

/** Hidden by `hide`, opened again by the passphrase: all is there. */
export function hideStep(run, story, made, how, hide) {
  return [`${how}, comes back by passphrase, all is there`, async () => {
    await hide();
    await run.app.at(words.hidden.title);
    await run.app.driver.button(words.hidden.open);
    await run.app.unlock(made.passphrase);
    await run.app.openCase(story.case.name);
    await run.app.shows(story.child.name, story.incidents[0].description);
  }];
}

export function noTraceStep(run, canaries, made) {
  return ['leaves nothing in the killed profile', async () => {
    await run.browser.kill();
    assertNoTrace({ ...run, faults: run.browser.faults, canaries, passphrase: made.passphrase, extraWords: made.extraWords });
  }];
}

/** All six criteria with their status: by status text, in the order on screen. */
export async function criteriaOnScreen(app) {
  return app.page.evaluate(() => [...document.querySelectorAll('.app-criteria__item')].map((item) => [...item.classList].find((name) => name.startsWith('app-criteria__item--')).slice(20)));
}
