// Every check a screen has to pass, and where each route of the router is reached.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { assertAxe, assertReflow, takePictures } from './a11y.mjs';
import { ROUTES, fieldStep, hashOf, stepId } from './app.mjs';
import { DESKTOP } from './browser.mjs';
import { KeyboardDriver } from './drivers.mjs';
import { coreCall, newId } from './trace.mjs';

/** Only pictures, for build-scripts/screens.sh. */
const PICTURES_ONLY = process.env.FK_E2E_PICTURES_ONLY === '1';
/** A test takes one of each screen: three took more than a third of its time. */
const WIDTHS = PICTURES_ONLY ? [360, 768, 1280] : [360];

/** axe, reflow at 320 px and 400 % zoom, a picture, and a walk through the screen with the Tab key. */
export async function checkScreen(page, name) {
  if (!PICTURES_ONLY) {
    await page.setViewport(DESKTOP);
    await assertAxe(page, name);
    assert.ok((await new KeyboardDriver(page).walk()) > 0, `${name} has something to stop at`);
    await assertReflow(page, name);
  }
  for (const file of await takePictures(page, name, WIDTHS)) assert.ok(statSync(file).size > 1000, `${file} is a picture`);
  await page.setViewport(DESKTOP);
}

async function demand(page, command, request) {
  const answer = await coreCall(page, command, request);
  assert.ok(answer.ok, `${command}: ${JSON.stringify(answer.error)}`);
  return answer.reply;
}

/**
 * Starts the next version of each completed document, so that the screens of drafts have something to show.
 * Out: ids by what they are: caseId, and the newest record and draft of each type.
 */
export async function prepareRecords(page, caseId) {
  const { records } = await demand(page, 'case.get', { caseId });
  const newest = Object.fromEntries(records.map((record) => [record.type, record.recordId]));
  const drafts = {};
  for (const type of ['assessment', 'safety_plan', 'referral']) {
    assert.ok(newest[type], `the case holds a ${type}`);
    drafts[type] = newId();
    await demand(page, 'document.begin', { timeMs: Date.now(), caseId, recordId: drafts[type], type, previousId: newest[type] });
  }
  return { caseId, newest, drafts };
}

/** Which record stands behind a route: a draft or a kept record of a type. A new route belongs in here, or its test fails. */
const RECORD_OF = {
  conflict: ['newest', 'person'], 'record-history': ['newest', 'person'], person: ['newest', 'party'], contact: ['newest', 'safe_contact'], incident: ['newest', 'incident'], prior: ['newest', 'prior_marac'],
  discard: ['drafts', 'assessment'], remove: ['newest', 'incident'], assessment: ['newest', 'assessment'], 'new-version': ['newest', 'assessment'],
  'plan-header': ['drafts', 'safety_plan'], 'plan-sections': ['drafts', 'safety_plan'], 'plan-section': ['drafts', 'safety_plan'], 'plan-check': ['drafts', 'safety_plan'],
  plan: ['newest', 'safety_plan'], 'plan-copy': ['newest', 'safety_plan'],
  'referral-form': ['drafts', 'referral'], 'referral-check': ['drafts', 'referral'], referral: ['newest', 'referral'],
  ...Object.fromEntries(['dash-before', 'dash-item', 'dash-list', 'dash-professional', 'dash-after', 'dash-check'].map((name) => [name, ['drafts', 'assessment']])),
};

/** The address of a route over these records. */
export function addressOf(name, ids) {
  const spec = ROUTES.find((route) => route.name === name);
  const route = { name };
  if (spec.params.includes('caseId')) route.caseId = name === 'case-new' ? newId() : ids.caseId;
  if (spec.params.includes('recordId')) {
    const [from, type] = RECORD_OF[name] ?? [];
    assert.ok(type, `screens.mjs does not say which record the route ${name} shows`);
    route.recordId = ids[from][type];
  }
  if (spec.params.includes('inviteId')) route.inviteId = ids.inviteId ?? newId();
  if (spec.params.includes('step')) route.step = name === 'conflict' ? fieldStep(route.recordId, 'name') : stepId(route.recordId, 0);
  return hashOf(route);
}
