// The screens without an open vault that no journey stays on: starting, working, unfinished, newer version, broken, storage refused ...
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
const REACHED = new Set(['welcome', 'words', 'confirm', 'locked', 'locked-wrong', 'hidden', 'other-window', 'refused-private', 'damaged']);

test('every screen without an open vault', async (t) => {
  const hub = await Hub.start(await buildGatesPage('gates-page'));
  const home = makeHome('gates');
  const browser = await Browser.launch({ kind: CHROMIUM, home, origin: hub.origin });
  try {
    const { page } = browser;
    await page.goto(`${hub.origin}/`, { waitUntil: 'domcontentloaded' });
    const names = await until(() => page.evaluate(() => globalThis.fkExamples), 'the examples are loaded');
    assert.deepEqual([...REACHED].filter((name) => !names.includes(name)), [], 'what a journey reaches is an example');
    for (const name of names.filter((each) => !REACHED.has(each))) {
      await t.test(`gate ${name}`, async () => {
        await page.evaluate((to) => { location.hash = to; }, name);
        await until(() => page.evaluate((to) => document.documentElement.dataset.example === to && document.querySelector('h1') !== null, name), `${name} is drawn`);
        await checkScreen(page, `gate-${name}`);
      });
    }
    await t.test('no violation of the policy, no error, no foreign request', () => assertNoFault(browser.faults));
  } finally {
    await browser.kill();
    await hub.stop();
    removeHome(home);
  }
});
