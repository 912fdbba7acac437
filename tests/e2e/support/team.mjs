// A team: an agency made as an agency makes it, the hub that keeps its sealed records, what stands between, and its devices.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { errors, fill, hashOf, words } from './app.mjs';
import { HUB, Hub, APP_DIR } from './hub.mjs';
import { Proxy } from './proxy.mjs';
import { makeDevice, pictureOf } from './run.mjs';
import { coreCall } from './trace.mjs';
import { until } from './until.mjs';

const run = promisify(execFile);
const FIELDKIT = process.env.FK_E2E_FIELDKIT ?? path.join(path.dirname(HUB), '../core/host/posix/fieldkit');
const CODE = /(?:[0-9A-Z]{4}[- ]){14}[0-9A-Z]{4}/;

/** Runs `act` with { hub, proxy, code, folder, device }; every device it made is removed in the end. */
export async function withTeam(name, act) {
  const folder = mkdtempSync(path.join(os.tmpdir(), `fieldkit-team-${name}-`));
  const store = `sqlite:${folder}/hub/hub.sqlite`;
  const devices = [];
  let hub;
  let proxy;
  try {
    const { stdout } = await run(FIELDKIT, ['agency', 'create', '--out', `${folder}/agency`]);
    const code = CODE.exec(stdout)?.[0];
    assert.ok(code, `fieldkit agency create prints a code: ${stdout}`);
    await run('mkdir', ['-p', `${folder}/hub`]);
    await run(HUB, ['found', '--store', store, `${folder}/agency/founding.bin`]);
    hub = await Hub.start(APP_DIR, store);
    proxy = await Proxy.start(hub.port);
    const team = { folder, hub, proxy, code };
    team.device = (options) => {
      const device = makeDevice({ ...options, name: `${name}-${options.name}`, origin: proxy.origin, isDown: () => hub.isDown });
      devices.push(device);
      return device;
    };
    /** The hub goes or comes back; what browsers say about failed loads meanwhile is no fault of the app. */
    team.goOffline = async () => {
      for (const { browser } of devices) if (browser !== undefined) browser.isOffline = true;
      await hub.stop();
    };
    team.goOnline = async () => {
      await hub.start();
    };
    return await act(team);
  } catch (error) {
    await Promise.all(devices.map(pictureOf));
    throw error;
  } finally {
    await Promise.all(devices.map((device) => device.remove()));
    await proxy?.stop();
    await hub?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/* --- what people do -------------------------------------------------------------------------------- */

const eightWords = (app) => app.page.evaluate(() => [...document.querySelectorAll('.app-words--eight li')].map((item) => item.textContent.trim()));

/** Types a code on the screen for joining; does not wait for what comes of it. */
export async function typeCode(app, { code, kind, names }) {
  const { driver } = app;
  await app.visit(hashOf({ name: 'join' }));
  await app.at(words.join.title);
  await driver.fill(words.join.code, code);
  await driver.choose(words.join.kind, words.team.kinds[kind]);
  await driver.button(words.join.button);
  if (names === undefined) return;
  await app.shows(words.join.foundingTitle); // the code itself says so
  await driver.fill(words.join.person, names.person);
  await driver.fill(words.join.team, names.team);
  await driver.button(words.join.button);
}

/** The first device of an agency, by the code that `fieldkit agency create` printed. */
export async function found(app, { code, kind, names }) {
  await typeCode(app, { code, kind, names });
  await app.at(words.join.doneTitle);
  await app.shows(fill(words.join.doneTeam, { team: names.team, name: names.person }));
}

/** An administrator makes a code for a new colleague. Out: the code as shown. */
export async function invite(app, name) {
  const { driver } = app;
  await app.visit(hashOf({ name: 'invite' }));
  await app.at(words.invite.title);
  await driver.choose(words.invite.who, words.invite.whoNew);
  await driver.fill(words.invite.name, name);
  await driver.button(words.invite.make);
  await app.at(fill(words.invite.codeTitle, { name }));
  await app.shows(words.invite.stateOffered);
  return app.page.evaluate(() => document.querySelector('.app-code').textContent.trim().replace(/\s+/g, ' '));
}

/** Both screens show the same eight words, both persons say so, and the device is in. */
export async function compareAndConfirm(administrator, newcomer, name) {
  await newcomer.at(words.join.wordsTitle);
  await administrator.at(words.invite.wordsTitle);
  const [there, here] = [await eightWords(administrator), await eightWords(newcomer)];
  assert.equal(here.length, 8);
  assert.deepEqual(here, there, 'both screens show the same words');
  await newcomer.driver.button(words.join.wordsYes);
  await administrator.driver.button(words.invite.wordsYes);
  await newcomer.at(words.join.doneTitle);
  await administrator.at(words.invite.doneTitle);
  await administrator.shows(fill(words.invite.doneText, { name }));
}

/** One run by a press of the button, to its end. */
export async function startSync(app) {
  await app.visit(hashOf({ name: 'sync' }));
  await app.at(words.sync.title);
  await until(async () => !(await isRunning(app)), 'no run is under way');
  const before = await lastRun(app);
  await app.driver.press({ role: 'button', name: (await hasFailed(app)) ? words.sync.again : words.sync.now });
  return before;
}

export async function sync(app) {
  const before = await startSync(app);
  await until(async () => !(await isRunning(app)) && (await lastRun(app)) !== before, 'the run went through', 60_000).catch(async (error) => {
    throw new Error(`${error.message}: ${await app.text()}`);
  });
  await app.shows(words.sync.done);
}

const isRunning = (app) => app.page.evaluate((stop) => document.getElementById('sync-button')?.textContent.trim() === stop, words.sync.stop);
const hasFailed = (app) => app.page.evaluate(() => document.getElementById('sync-problem') !== null);
/** When the last run that went through ended, by the core. */
async function lastRun(app) {
  const { reply } = await coreCall(app.page, 'sync.status', {});
  return reply.lastSyncedMs;
}

/** A run that cannot go through: the sentence of that error is on screen with its way on, and what is unsent is still counted. */
export async function syncFails(app, code, unsent) {
  await startSync(app);
  await until(async () => !(await isRunning(app)), 'the run is over', 60_000); // a hub that says nothing is given up after 30 s
  const notice = errors.errors[code];
  await app.shows(notice.title, notice.text, notice.wayOn);
  assert.deepEqual(await counts(app), unsent, 'what is not sent is there and counted');
}

/** Numbers of the sync screen: records on this device, sent, confirmed, drafts. */
export async function counts(app) {
  const { reply } = await coreCall(app.page, 'sync.status', {});
  const { deviceCount, sentCount, confirmedCount, draftCount } = reply;
  return { deviceCount, sentCount, confirmedCount, draftCount };
}

/** Digest over the derived tables, after they were rebuilt from the log and found equal. */
export async function digestOf(app) {
  const { reply } = await coreCall(app.page, 'vault.check', {});
  assert.ok(reply.pagesGood && reply.rebuiltEqual, 'rebuilt from the log alone, every table is the same');
  return reply.digestHex;
}

/** From the case to what differs in it. */
export async function openDifferences(app, caseName) {
  await app.openCase(caseName);
  await app.driver.link(words.conflicts.see);
  await app.at(words.conflicts.title);
}

/** On the page of a case: the newest version of a document, by the title of its row. */
export async function openCompleted(app, title) {
  await app.page.evaluate((wanted) => {
    const row = [...document.querySelectorAll('.govuk-summary-list__row')].find((each) => each.querySelector('dt').textContent.trim() === wanted);
    row.querySelector('.app-versions a').click();
  }, title);
  await app.at(title);
}

/** On the list of what differs, with one entry: takes that value, with the reason. */
export async function decide(app, value, reason) {
  const { driver } = app;
  await driver.link(words.conflicts.decide, { isPart: true });
  await app.shows(words.conflicts.question);
  await driver.choose(words.conflicts.question, value);
  await driver.fill(words.conflicts.reason, reason);
  await driver.button(words.conflicts.save);
  await app.shows(words.conflicts.decidedLast);
}

/* --- a camera that looks at a screen ---------------------------------------------------------------- */

const PIXELS = 480;

/** The code drawn on the screen as a film of one picture (YUV4MPEG2), for a browser to take for its camera. */
export async function filmOfCode(app) {
  const { side, runs } = await app.page.evaluate(() => {
    const picture = document.querySelector('svg.app-qr');
    return { side: picture.viewBox.baseVal.width, runs: picture.querySelector('path').getAttribute('d') };
  });
  const luma = Buffer.alloc(PIXELS * PIXELS, 235);
  const scale = Math.floor(PIXELS / side);
  const edge = Math.floor((PIXELS - scale * side) / 2);
  for (const [, x, y, width] of runs.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = 0; row < scale; row++) {
      const from = (edge + Number(y) * scale + row) * PIXELS + edge + Number(x) * scale;
      luma.fill(16, from, from + Number(width) * scale);
    }
  }
  const chroma = Buffer.alloc((PIXELS * PIXELS) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, chroma]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${PIXELS} H${PIXELS} F10:1 Ip A1:1 C420jpeg\n`), ...Array.from({ length: 10 }, () => frame)]);
}
