// An agency with its hub and devices of three kinds that join and sync by the same commands: the worker's own code in Node on files in
// memory, which writes what others are to fetch; the native client; a page of a browser.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { HUB, Hub } from '../tests/e2e/support/hub.mjs';
import { StoreDriver } from '../tests/support/store-driver.mjs';
import { memoryFiles } from './memory-files.mjs';
import { demand } from './measure.mjs';

const run = promisify(execFile);
const FIELDKIT = path.join(path.dirname(HUB), '../core/host/posix/fieldkit');
const CODE = /(?:[0-9A-Z]{4}-){14}[0-9A-Z]{4}/;
const PASSPHRASE_FILE = 'passphrase';
export const PASSPHRASE = 'abacus abdomen abdominal acorn acid';

export const newId = () => randomBytes(16).toString('hex');

function replyOf(answer, what) {
  if (!answer.ok) throw new Error(`${what}: ${answer.error.code} ${answer.error.detail}`);
  return answer.reply;
}

function demandSynced({ problem, problemDetail }) {
  demand(problem === undefined, `a run of sync ended with ${problem} ${problemDetail}`);
}

/** The worker's own code in Node. */
class NodeDevice {
  static async make() {
    const device = new NodeDevice();
    device.driver = new StoreDriver(memoryFiles());
    replyOf(await device.driver.open(true), 'open');
    replyOf(await device.driver.create(PASSPHRASE), 'create');
    return device;
  }

  async call(command, request) {
    return replyOf(await this.driver.command(command, request), command);
  }

  /** A connection that the hub closed while much was written here is found dead by the first try. */
  async sync(tries = 3) {
    const status = replyOf(await this.driver.ask({ control: 'sync', timeMs: Date.now() }), 'sync');
    if (status.problem === 'unreachable' && tries > 1) return this.sync(tries - 1);
    demandSynced(status);
  }
}

/** Each command is a process of its own. */
class NativeDevice {
  static async make(folder) {
    const device = new NativeDevice();
    const vault = path.join(folder, newId());
    device.vault = ['--vault', vault, '--passphrase-file', path.join(folder, PASSPHRASE_FILE)];
    await device.call('vault.create', {});
    return device;
  }

  call(command, request) {
    return new Promise((resolve, reject) => {
      const child = execFile(FIELDKIT, ['call', ...this.vault, command], (error, stdout) => (error === null ? resolve(JSON.parse(stdout)) : reject(error)));
      child.stdin.end(JSON.stringify(request));
    });
  }

  async sync() {
    await this.startSync().ended;
  }

  /** begun: its key is derived and the hub has answered it once. */
  startSync() {
    const ended = run(FIELDKIT, ['sync', ...this.vault]);
    const begun = new Promise((resolve) => ended.child.stderr.once('data', resolve));
    return { begun, ended };
  }
}

/** A page of sync-page-entry.mjs, opened anew: another vault on the same profile. */
export class PageDevice {
  static async make(page, origin) {
    const device = new PageDevice();
    device.page = page;
    await page.goto(`${origin}/`);
    await page.waitForFunction(() => globalThis.bench !== undefined);
    await device.ask('makeVault', PASSPHRASE);
    return device;
  }

  ask(name, ...values) {
    return this.page.evaluate((method, list) => globalThis.bench[method](...list), name, values);
  }

  call(command, request) {
    return this.ask('call', command, request);
  }

  /** Out: milliseconds. */
  async sync() {
    const { ms, status } = await this.ask('sync');
    demandSynced(status);
    return ms;
  }
}

export class Team {
  /** With a first device, an administrator's. The hub serves appDir. */
  static async start(appDir) {
    const team = new Team();
    team.folder = mkdtempSync(path.join(os.tmpdir(), 'fieldkit-bench-'));
    try {
      await team.#start(appDir);
    } catch (error) {
      await team.end();
      throw error;
    }
    return team;
  }

  async #start(appDir) {
    const agency = path.join(this.folder, 'agency');
    writeFileSync(path.join(this.folder, PASSPHRASE_FILE), `${PASSPHRASE}\n`);
    const store = `sqlite:${this.folder}/hub/hub.sqlite`;
    const { stdout } = await run(FIELDKIT, ['agency', 'create', '--out', agency]);
    mkdirSync(path.join(this.folder, 'hub'));
    await run(HUB, ['found', '--store', store, path.join(agency, 'founding.bin')]);
    this.hub = await Hub.start(appDir, store);
    this.administrator = await NodeDevice.make();
    const code = CODE.exec(stdout)[0];
    await this.#enrol(this.administrator, code, { personName: 'Robin Office', teamName: 'Northern team' });
    await this.administrator.sync();
  }

  get origin() {
    return this.hub.origin;
  }

  #enrol(device, code, more = {}) {
    return device.call('enrol.begin', { timeMs: Date.now(), code, hub: this.origin, deviceLabel: 'Device', deviceKind: 'tablet', ...more });
  }

  /** A colleague in Node who has fetched nothing yet. */
  async newcomer() {
    const device = await NodeDevice.make();
    await this.admit([device]);
    return device;
  }

  natives(count) {
    return Promise.all(Array.from({ length: count }, () => NativeDevice.make(this.folder)));
  }

  /** All of them are in the team and have fetched nothing yet: the next run is their first. */
  async admit(devices) {
    const invites = [];
    for (const [index] of devices.entries()) {
      invites.push(await this.administrator.call('invite.begin', { timeMs: Date.now(), personName: `Person ${index}`, administrator: false }));
    }
    await this.administrator.sync();
    for (const [index, device] of devices.entries()) {
      await this.#enrol(device, invites[index].code);
      await device.sync();
    }
    await this.administrator.sync();
    for (const [index, device] of devices.entries()) {
      await this.administrator.call('invite.confirm', { timeMs: Date.now(), inviteId: invites[index].inviteId });
      await device.call('enrol.confirm', {});
    }
    await this.administrator.sync();
  }

  async end() {
    await this.hub?.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
