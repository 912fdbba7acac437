// The screens that no journey stays on: without an open vault (starting, working, unfinished, newer version, broken, storage refused ...)
// and those of team, sync and differences that need another device or a fault (words to compare, a code used up, no network, a wrong clock ...).
// Drawn by the app's own views and styles under its own policy from the example states, each through the same checks as a route.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Browser, CHROMIUM, makeHome, removeHome } from './support/browser.mjs';
import { buildGatesPage } from './support/gates-page.mjs';
import { Hub } from './support/hub.mjs';
import { checkScreen } from './support/screens.mjs';
import { assertNoFault } from './support/trace.mjs';
import { until } from './support/until.mjs';

/** Checked where a journey reaches them in the real app: routes.test.mjs and faults.test.mjs. */
const REACHED = new Set(['choose-pin', 'warm-wrong', 'welcome', 'words', 'confirm', 'locked', 'locked-wrong', 'hidden', 'other-window', 'refused-private', 'damaged']);

test('every screen without an open vault, and every state of team, sync and differences', async (t) => {
  const hub = await Hub.start(await buildGatesPage('gates-page'));
  const home = makeHome('gates');
  const browser = await Browser.launch({ kind: CHROMIUM, home, origin: hub.origin });
  try {
    const { page } = browser;
    await page.goto(`${hub.origin}/`, { waitUntil: 'domcontentloaded' });
    const { gates, team } = await until(() => page.evaluate(() => globalThis.fkExamples), 'the examples are loaded');
    assert.deepEqual([...REACHED].filter((name) => !gates.includes(name)), [], 'what a journey reaches is an example');
    const gateNames = gates.filter((each) => !REACHED.has(each)).map((name) => [name, `gate-${name}`]);
    for (const [name, picture] of [...gateNames, ...team.map((each) => [each, each])]) {
      await t.test(`screen ${picture}`, async () => {
        await page.evaluate((to) => { location.hash = to; }, name);
        await until(() => page.evaluate((to) => document.documentElement.dataset.example === to && document.querySelector('h1') !== null, name), `${name} is drawn`);
        await checkScreen(page, picture);
      });
    }
    await t.test('no violation of the policy, no error, no foreign request', () => assertNoFault(browser.faults));
  } finally {
    await browser.kill();
    await hub.stop();
    removeHome(home);
  }
});
