// Goal: the store worker tidies up when nobody waits, keeps the room it promised, and opens a damaged vault for reading.
// Method: its service on a disk in memory, with the shipped modules; time passes when the test says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryDisk } from '../support/memory-host.mjs';
import { driverWithVault, StoreDriver } from '../support/store-driver.mjs';
import { importWebModules } from '../support/web-modules.mjs';

const { TIDY_PAUSE_MS } = await importWebModules('web/src/worker/idle-tidying.ts');
const PASSPHRASE = 'acid bacon cedar delta eagle';
const CASE = 'c0000000000000000000000000000001';
const LOG_FILES = [1, 2];
const LOG_HEADER_SIZE_BYTES = 512;
const codeOf = (answer) => (answer.ok ? 'ok' : answer.error.code);

/** Timers that only the test lets pass. */
class Timers {
  open = new Set();
  setTimer = (ms, run) => {
    const timer = { ms, run };
    this.open.add(timer);
    return () => this.open.delete(timer);
  };
  pass() {
    const due = [...this.open];
    this.open.clear();
    due.forEach(({ run }) => run());
  }
}

const syncPorts = (timers) => ({
  fetch: () => Promise.reject(new TypeError('no network')), setTimer: timers.setTimer, monotonicMs: () => 0, wasForbidden: async () => false,
});

const save = (driver, text) =>
  driver.command('draft.save', {
    timeMs: 1_790_000_000_000, caseId: CASE, recordId: CASE, type: 'case', changes: [{ field: 'reference', value: text }],
  });

const logBytes = async (driver) => Number((await driver.command('vault.storage', {})).reply.logBytes);

async function fillLog(driver) {
  for (let i = 0; (await logBytes(driver)) < 300_000; i += 1) assert.equal(codeOf(await save(driver, `NM-${i}`)), 'ok');
}

async function quietDriver(disk = new MemoryDisk()) {
  const timers = new Timers();
  return { disk, timers, driver: await driverWithVault(disk, PASSPHRASE, { sync: syncPorts(timers) }) };
}

test('idle__the_log_is_moved_some_seconds_after_the_last_command', async () => {
  const { driver, timers } = await quietDriver();
  await fillLog(driver);
  assert.deepEqual([...timers.open].map(({ ms }) => ms), [TIDY_PAUSE_MS]);
  timers.pass();
  await driver.ask({ control: 'probe' });
  assert.equal(timers.open.size, 0);
  assert.equal(await logBytes(driver), LOG_HEADER_SIZE_BYTES);
});

test('idle__a_small_log_is_left_alone', async () => {
  const { driver, timers, disk } = await quietDriver();
  await save(driver, 'NM-1');
  const writes = disk.calls.write;
  timers.pass();
  await driver.ask({ control: 'probe' });
  assert.equal(disk.calls.write, writes);
});

test('hidden__the_log_is_moved_at_once', async () => {
  const { driver } = await quietDriver();
  await fillLog(driver);
  assert.equal(codeOf(await driver.ask({ control: 'tidy' })), 'ok');
  assert.equal(await logBytes(driver), LOG_HEADER_SIZE_BYTES);
});

test('hidden__a_locked_vault_and_a_full_disk_are_no_fault', async () => {
  const { driver, disk } = await quietDriver();
  await fillLog(driver);
  disk.quotaBytes = 0;
  assert.equal(codeOf(await driver.ask({ control: 'tidy' })), 'ok');
  assert.ok((await logBytes(driver)) > 300_000);
  assert.equal(codeOf(await driver.ask({ control: 'lock' })), 'ok');
  const locked = new StoreDriver(disk);
  assert.equal(codeOf(await locked.ask({ control: 'tidy' })), 'ok');
  await locked.open();
  assert.equal(codeOf(await locked.ask({ control: 'tidy' })), 'ok');
});

test('lock__stops_the_waiting', async () => {
  const { driver, timers } = await quietDriver();
  await save(driver, 'NM-1');
  assert.equal(timers.open.size, 1);
  await driver.ask({ control: 'lock' });
  assert.equal(timers.open.size, 0);
});

test('reserve__what_is_typed_afterwards_fits_a_disk_that_is_full', async () => {
  const { driver, disk } = await quietDriver();
  assert.equal(codeOf(await driver.command('vault.reserve', {})), 'ok');
  disk.quotaBytes = disk.usedBytes;
  for (let i = 0; i < 30; i += 1) assert.equal(codeOf(await save(driver, `NM-${i}`)), 'ok', String(i));
  disk.quotaBytes = 0;
  await driver.ask({ control: 'lock' });
  const again = new StoreDriver(disk);
  await again.open();
  const unlocked = await again.unlock(PASSPHRASE);
  assert.equal(unlocked.reply.rewritePending, true);
  assert.equal(codeOf(await again.command('vault.reserve', {})), 'full');
  assert.equal(codeOf(await save(again, 'NM-31')), 'full');
});

test('inspect__a_damaged_vault_is_read_and_not_written', async () => {
  const { driver, disk } = await quietDriver();
  await save(driver, 'NM-1');
  const kept = await logBytes(driver);
  await save(driver, 'NM-2');
  await save(driver, 'NM-3');
  await driver.ask({ control: 'lock' });
  const log = LOG_FILES.find((file) => disk.files[file].length > kept);
  disk.files[log][kept + 700] ^= 1;
  const reader = new StoreDriver(disk);
  await reader.open();
  assert.equal(codeOf(await reader.unlock(PASSPHRASE)), 'damaged');
  assert.equal(codeOf(await reader.withPassphrase({ control: 'inspect' }, 'not these five words here')), 'auth');
  assert.equal(codeOf(await reader.withPassphrase({ control: 'inspect' }, PASSPHRASE)), 'ok');
  const { reply } = await reader.command('vault.damage', {});
  assert.deepEqual([reply.what, reply.missingSaves], ['log-record', 2]);
  const shown = await reader.command('case.get', { caseId: CASE });
  assert.equal(shown.reply.drafts[0].fields.reference, 'NM-1');
  assert.equal(codeOf(await save(reader, 'NM-4')), 'read-only');
  assert.equal(codeOf(await reader.command('vault.reserve', {})), 'read-only');
  assert.equal(codeOf(await reader.ask({ control: 'tidy' })), 'ok');
});
