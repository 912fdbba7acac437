// What can stand in place of the hub, and what can be wrong with a code or a clock: each time a sentence a worker understands and a
// way on, and what was not sent is still there and counted. Then the hub is back, and everything goes through.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { errors, words } from './support/app.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { inSteps } from './support/run.mjs';
import { checkScreen } from './support/screens.mjs';
import { makeStory, readable } from './support/story.mjs';
import { compareAndConfirm, counts, found, invite, sync, syncFails, typeCode, withTeam } from './support/team.mjs';
import { assertNoFault } from './support/trace.mjs';

const story = makeStory(readable);
const { name } = story.case;
const names = { person: 'Ines', team: 'East', colleague: 'Tomas' };
const YEAR_S = 365 * 24 * 3600;

/** What answers, and the code of the sentence. */
const FAULTS = [
  ['down', 'unreachable'], ['html', 'not-a-hub'], ['garbage', 'not-a-hub'], ['half', 'not-a-hub'], ['otherVersion', 'other-protocol'],
  ['quota', 'quota'], ['busy', 'busy'], ['silent', 'timed-out'],
];

/** One sign of a code typed wrong. */
const mistyped = (code) => `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`;

/** The code is refused with its sentence and a way on, and the screen has this heading. */
async function refusesCode(app, error, code, heading) {
  await typeCode(app, { code, kind: 'office' });
  await app.at(heading);
  const { text, wayOn } = errors.errors[error];
  await app.shows(text, wayOn);
}

test('what can go wrong between a device and the hub', async (t) => {
  await withTeam('faults', async (team) => {
    const first = team.device({ kind: CHROMIUM, name: 'first' });
    const second = team.device({ kind: CHROMIUM, name: 'second' });
    const { proxy } = team;
    await inSteps(t, [
      ['a mistyped code is said before anything is sent', async () => {
        await first.launch();
        await first.app.open();
        await first.app.makeVault();
        await first.app.startCase(story.case);
        await refusesCode(first.app, 'code-wrong', mistyped(team.code), words.join.title);
        await first.app.shows(errors.errors['code-wrong'].title);
        await checkScreen(first.app.page, 'join-mistyped');
        assert.doesNotMatch(proxy.bytes().toString('latin1'), /(GET|POST) \/v1\//, 'nothing was sent');
      }],
      ['the team is founded over a slow network', async () => {
        proxy.isSlow = true;
        await found(first.app, { code: team.code, kind: 'tablet', names });
        await sync(first.app);
        proxy.isSlow = false;
      }],
      ...FAULTS.map(([fault, code]) => [`${fault}: a sentence and a way on, unsent work counted, sent when the hub is back`, async () => {
        first.browser.isOffline = true;
        proxy.fail(fault);
        await first.app.openCase(name);
        await first.app.changeFacts(name, { ...story.facts, reference: `NM ${fault}` });
        const { sentCount, confirmedCount } = await counts(first.app);
        await syncFails(first.app, code, { deviceCount: 1, sentCount, confirmedCount, draftCount: 0 });
        if (fault === 'html') await checkScreen(first.app.page, 'sync-problem');
        proxy.fail(undefined);
        await sync(first.app);
        assert.equal((await counts(first.app)).deviceCount, 0);
        await first.app.openCase(name);
        await first.app.shows(`NM ${fault}`);
      }]),
      ['a code is used once', async () => {
        const code = await invite(first.app, names.colleague);
        await second.launch();
        await second.app.open();
        await second.app.makeVault();
        await typeCode(second.app, { code, kind: 'office' });
        await compareAndConfirm(first.app, second.app, names.colleague);
        const third = team.device({ kind: CHROMIUM, name: 'third' });
        await third.launch();
        await third.app.open();
        await third.app.makeVault();
        await refusesCode(third.app, 'code-used', code, words.join.problemTitle);
        await checkScreen(third.app.page, 'join-used');
        await third.app.driver.button(words.join.cancel);
        await third.app.at(words.join.title);
        await third.browser.kill();
      }],
      ['a clock a year off is said and refuses nothing', async () => {
        const shim = path.join(team.folder, 'clock_shift.so');
        execFileSync('cc', ['-shared', '-fPIC', '-o', shim, fileURLToPath(new URL('../support/clock_shift.c', import.meta.url)), '-ldl']);
        await team.goOffline();
        team.hub.environment = { LD_PRELOAD: shim, CLOCK_SHIFT_S: String(YEAR_S) };
        await first.app.openCase(name);
        await first.app.changeFacts(name, { ...story.facts, reference: 'NM year' });
        await team.goOnline();
        await sync(first.app);
        await first.app.shows(words.sync.clockTitle, words.sync.clockWayOn);
        await checkScreen(first.app.page, 'sync-clock');
        assert.equal((await counts(first.app)).deviceCount, 0);
        await sync(second.app);
        await second.app.openCase(name);
        await second.app.shows('NM year');
      }],
      ['no violation of the policy, no error of the app, no foreign request', () => {
        assertNoFault(first.browser.faults);
        assertNoFault(second.browser.faults);
      }],
    ]);
  });
});
