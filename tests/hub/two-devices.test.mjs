// Goal: what the browser runs (store worker, core.wasm, fetch) brings a case from one device to another through the real hub,
// and keeps its promises when the hub goes away in between. Method: two store workers on disks in memory, the program itself.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

import { MemoryDisk } from '../support/memory-host.mjs';
import { driverWithVault } from '../support/store-driver.mjs';
import { ROOT, run, Server } from './support/server.mjs';

const FIELDKIT = process.env.FIELDKIT ?? `${ROOT}build/release/core/host/posix/fieldkit`;
const CASE = 'c0000000000000000000000000000001';
const VICTIM = 'a0000000000000000000000000000001';
const PARTY = 'a1000000000000000000000000000001';

const folder = mkdtempSync(path.join(tmpdir(), 'fieldkit-two-devices-'));
const store = `sqlite:${path.join(folder, 'hub.db')}`;
let server;
after(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A device: commands that must go through, and runs of sync. */
class Device {
  static async make(passphrase) {
    const device = new Device();
    device.driver = await driverWithVault(new MemoryDisk(), passphrase);
    return device;
  }

  async ask(command, request = {}) {
    const answer = await this.driver.command(command, request);
    assert.ok(answer.ok, `${command}: ${JSON.stringify(answer.error)}`);
    return answer.reply;
  }

  async sync() {
    const answer = await this.driver.ask({ control: 'sync', timeMs: Date.now() });
    assert.ok(answer.ok, JSON.stringify(answer.error));
    return answer.reply;
  }

  /** A run that goes through. */
  async syncs() {
    const status = await this.sync();
    assert.equal(status.problem, undefined, `${status.problem} ${status.problemDetail}`);
    return status;
  }

  draft(type, recordId, fields) {
    return this.ask('draft.save', { timeMs: Date.now(), caseId: CASE, recordId, type, changes: Object.entries(fields).map(([field, value]) => ({ field, value })) });
  }

  commit(...recordIds) {
    return this.ask('draft.commit', { mutationId: randomBytes(16).toString('hex'), timeMs: Date.now(), recordIds });
  }
}

const listen = (port) => Server.start(['--store', store], port);
let tablet;
let office;

test('an agency is made and its hub started', async () => {
  const made = spawnSync(FIELDKIT, ['agency', 'create', '--out', path.join(folder, 'agency'), '--name', 'Fictional Refuge Network'], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const founded = await run(['found', '--store', store, path.join(folder, 'agency/founding.bin')]);
  assert.equal(founded.code, 0, founded.output);
  server = await listen(0);
  tablet = await Device.make('acid bacon cedar delta eagle');
  office = await Device.make('fancy gecko hotel igloo jelly');
  tablet.code = /((?:[0-9A-HJKMNP-TV-Z]{4}-){14}[0-9A-HJKMNP-TV-Z]{4})/.exec(made.stdout)[1];
});

test('what was recorded before joining is sent to the team', async () => {
  await tablet.draft('case', CASE, { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH', reference: 'NM-7' });
  await tablet.draft('person', VICTIM, { name: 'Siân Alder' });
  await tablet.draft('party', PARTY, { person: VICTIM, role: 'victim' });
  await tablet.commit(CASE, VICTIM, PARTY);
  assert.equal((await tablet.ask('sync.status')).deviceCount, 3);
  await tablet.ask('enrol.begin', { timeMs: Date.now(), code: tablet.code, hub: server.origin, personName: 'Gwen Abara', teamName: 'Outreach', deviceLabel: 'Tablet', deviceKind: 'tablet' });
  const status = await tablet.syncs();
  assert.equal((await tablet.ask('team.status')).state, 'member');
  assert.deepEqual([status.deviceCount, status.sentCount, status.confirmedCount], [0, 3, 0]);
  assert.ok(tablet.driver.events.some((event) => event.event === 'sync' && event.payload.phase === 'sending'), 'the page heard of it');
});

test('a second device joins by its code and the same eight words', async () => {
  const { inviteId, code } = await tablet.ask('invite.begin', { timeMs: Date.now(), personName: 'Priya Nair', administrator: false });
  await tablet.syncs();
  const { words } = await office.ask('enrol.begin', { timeMs: Date.now(), code, hub: server.origin, deviceLabel: 'Office', deviceKind: 'office' });
  await office.syncs();
  await tablet.syncs();
  const [asked] = (await tablet.ask('invite.list')).invites;
  assert.deepEqual([asked.inviteId, asked.state, asked.words], [inviteId, 'asked', words]);
  await office.ask('enrol.confirm');
  await tablet.ask('invite.confirm', { inviteId, timeMs: Date.now() });
  await tablet.syncs();
  await office.syncs();
  const { people, devices } = await office.ask('team.members');
  assert.deepEqual(people.map((person) => [person.name, person.isYou]), [['Gwen Abara', false], ['Priya Nair', true]]);
  assert.deepEqual(devices.map((device) => device.kind), ['tablet', 'office']);
  assert.equal((await office.ask('team.status')).isAdministrator, false);
  assert.deepEqual((await office.ask('invite.list')).invites, [], 'the page about the team asks for it on every device');
});

test('the office sees the case, and the tablet sees that it is confirmed', async () => {
  await office.syncs();
  const { cases } = await office.ask('case.list', { limit: 10, search: 'sian' });
  assert.deepEqual(cases.map((row) => [row.victimName, row.reference]), [['Siân Alder', 'NM-7']]);
  assert.deepEqual((await office.ask('case.get', { caseId: CASE })).records.map((record) => [record.authorName, record.authorIsYou]), Array(3).fill(['Gwen Abara', false]));
  const status = await tablet.syncs();
  assert.deepEqual([status.deviceCount, status.sentCount, status.confirmedCount], [0, 0, 3]);
});

test('the hub is gone: said so, nothing lost, and sent when it is back', async () => {
  const { port } = server;
  await server.stop();
  await office.draft('person', VICTIM, { phone: '07700 900123' });
  await office.commit(VICTIM);
  const failed = await office.sync();
  assert.deepEqual([failed.problem, failed.deviceCount], ['unreachable', 1]);
  server = await listen(port);
  assert.equal((await office.syncs()).deviceCount, 0);
  await tablet.syncs();
  const { records } = await tablet.ask('case.get', { caseId: CASE });
  const victim = records.find((record) => record.recordId === VICTIM);
  assert.deepEqual([victim.fields.name, victim.fields.phone, victim.authorName], ['Siân Alder', '07700 900123', 'Priya Nair']);
});

test('both vaults and the hub check out', async () => {
  for (const device of [tablet, office]) {
    const check = await device.ask('vault.check');
    assert.deepEqual([check.pagesGood, check.rebuiltEqual], [true, true]);
  }
  await server.stop();
  server = undefined;
  const checked = await run(['check', '--store', store]);
  assert.equal(checked.code, 0, checked.output);
});
