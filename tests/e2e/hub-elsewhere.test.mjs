// The app comes from one origin, the hub is another. Where the serving process names that hub, everything goes through; where it
// does not, the browser's own policy stops the app, and the person is told so and not that there is no network.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT, run, Server } from '../hub/support/server.mjs';
import { App, errors, words } from './support/app.mjs';
import { Browser, CHROMIUM, FIREFOX, makeHome, removeHome } from './support/browser.mjs';
import { PointerDriver } from './support/drivers.mjs';
import { APP_DIR, freePort } from './support/hub.mjs';
import { coreCall, keepStoreWorker } from './support/trace.mjs';
import { until } from './support/until.mjs';

const FIELDKIT = `${ROOT}build/release/core/host/posix/fieldkit`;

/** Runs `act` with a fresh vault in an app that is served apart from the hub of a new agency. */
async function apart({ kind, isNamed }, act) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fieldkit-elsewhere-'));
  const home = makeHome('elsewhere');
  const store = `sqlite:${folder}/hub.db`;
  const origin = `http://localhost:${await freePort()}`;
  const servers = [];
  let browser;
  try {
    const made = execFileSync(FIELDKIT, ['agency', 'create', '--out', `${folder}/agency`], { encoding: 'utf8' });
    assert.equal((await run(['found', '--store', store, `${folder}/agency/founding.bin`])).code, 0);
    const hub = await Server.start(['--store', store, '--app-origin', origin]);
    servers.push(hub);
    const hubOrigin = `http://localhost:${hub.port}`;
    servers.push(await Server.start(['--app', APP_DIR, ...(isNamed ? ['--hub-origin', hubOrigin] : [])], new URL(origin).port));
    browser = await Browser.launch({ kind, home, origin });
    await browser.page.evaluateOnNewDocument(keepStoreWorker);
    const app = new App({ page: browser.page, driver: new PointerDriver(browser.page), origin });
    await app.open();
    await app.makeVault();
    await app.visit('#/v6');
    await app.driver.fill(words.join.code, /((?:[0-9A-Z]{4}-){14}[0-9A-Z]{4})/.exec(made)[1]);
    await app.driver.choose(words.join.kind, words.team.kinds.tablet);
    await app.driver.fill(words.join.hub, hubOrigin);
    await app.driver.button(words.join.button);
    await app.shows(words.join.foundingTitle);
    await app.driver.fill(words.join.person, 'Robin Example');
    await app.driver.fill(words.join.team, 'Example team');
    await app.driver.button(words.join.button);
    await act({ app, browser, hub, hubOrigin });
  } finally {
    await browser?.kill();
    await Promise.all(servers.map((server) => server.stop()));
    removeHome(home);
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}: the hub that the app's server names is reached`, async () => {
    await apart({ kind, isNamed: true }, async ({ app, browser, hubOrigin }) => {
      await app.at(words.join.doneTitle);
      assert.deepEqual([browser.faults.violations, browser.faults.errors], [[], []]);
      assert.deepEqual(browser.faults.foreign.filter((url) => !url.startsWith(`${hubOrigin}/v1/`)), [], 'nothing but the hub is asked');
    });
  });

  test(`${kind}: another hub is stopped by the policy, and the person is told why`, async () => {
    await apart({ kind, isNamed: false }, async ({ app, hub }) => {
      await app.shows(errors.states.hub_forbidden.title, errors.states.hub_forbidden.wayOn);
      assert.doesNotMatch(hub.log, /\/v1\//, 'no request reached it');
      await app.driver.button(words.join.cancel);
      await app.at(words.join.title);
      await until(async () => (await coreCall(app.page, 'team.status', {})).reply.state === 'alone', 'the device works alone again');
    });
  });
}
