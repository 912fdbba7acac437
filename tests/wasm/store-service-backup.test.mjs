// Goal: an export through the store worker is sealed, tested before it is answered, and restores to the same cases on
// another device; whatever goes wrong has a name and leaves no vault. Method: the worker's service on disks in memory,
// with the shipped modules.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryDisk } from '../support/memory-host.mjs';
import { driverWithVault, ENTRY, StoreDriver } from '../support/store-driver.mjs';

const PASSPHRASE = 'acid bacon cedar delta eagle';
const CASE = 'c0000000000000000000000000000001';
const VICTIM = 'a0000000000000000000000000000001';
const TIME_MS = 1_790_000_000_000;
const LIST = { limit: 100, closedToo: true };
const codeOf = (answer) => (answer.ok ? 'ok' : answer.error.code);

const save = (driver, type, recordId, changes) =>
  driver.command('draft.save', {
    timeMs: TIME_MS, caseId: CASE, recordId, type,
    changes: Object.entries(changes).map(([field, value]) => ({ field, value })),
  });

async function fill(driver, incidentCount = 0) {
  await save(driver, 'case', CASE, { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH', reference: 'NM-7' });
  await save(driver, 'person', VICTIM, { name: 'Siân Canary' });
  await save(driver, 'party', 'a1000000000000000000000000000001', { person: VICTIM, role: 'victim' });
  const committed = await driver.command('draft.commit', {
    mutationId: '9'.repeat(32), timeMs: TIME_MS, recordIds: [CASE, VICTIM, 'a1000000000000000000000000000001'],
  });
  assert.equal(codeOf(committed), 'ok');
  for (let i = 0; i < incidentCount; i++) {
    await save(driver, 'incident', `1${String(i).padStart(31, '0')}`, { description: `Canary ${'x'.repeat(9000)}` });
  }
}

const restoring = (driver, file, phrase = PASSPHRASE) => driver.withPassphrase({ control: 'restore-export', file, entry: ENTRY }, phrase);

test('an export is tested, and restores to the same cases as a new device', async () => {
  const driver = await driverWithVault(new MemoryDisk(), PASSPHRASE);
  await fill(driver, 40);
  const before = await driver.command('case.list', LIST);
  const answer = await driver.ask({ control: 'export' });
  assert.equal(codeOf(answer), 'ok', JSON.stringify(answer));
  const { file, rowCount } = answer.reply;
  assert.ok(file.size > 300_000 && rowCount > 40);
  const phases = driver.events.filter(({ event }) => event === 'backup').map(({ payload }) => payload.phase);
  assert.deepEqual([...new Set(phases)], ['writing', 'testing']);
  assert.equal(driver.scratch, undefined, 'the test restore is removed');
  const bytes = Buffer.from(await file.arrayBuffer());
  for (const canary of ['Canary', 'NM-7', 'xxxxxxxx', 'vault_meta']) {
    assert.equal(bytes.includes(Buffer.from(canary)), false, canary);
  }

  const other = new StoreDriver(new MemoryDisk());
  await other.open(true);
  const restored = await restoring(other, file);
  assert.equal(codeOf(restored), 'ok', JSON.stringify(restored));
  assert.equal(restored.reply.rowCount, rowCount);
  assert.equal(codeOf(await other.unlock(PASSPHRASE)), 'ok');
  assert.deepEqual(await other.command('case.list', LIST), before);
  const [here, there] = [await driver.command('vault.storage', {}), await other.command('vault.storage', {})];
  assert.notEqual(here.reply.deviceId, there.reply.deviceId);
  assert.equal(here.reply.unsentCount, there.reply.unsentCount);
  assert.equal(restored.reply.unsentCount, Number(there.reply.unsentCount));
});

test('a file is verified by passphrase, locked or open, and by the open vault\'s own key', async () => {
  const driver = await driverWithVault(new MemoryDisk(), PASSPHRASE);
  await fill(driver);
  const { file } = (await driver.ask({ control: 'export' })).reply;
  assert.equal(codeOf(await driver.ask({ control: 'verify-export', file, secrets: null })), 'ok');
  assert.equal(codeOf(await driver.withPassphrase({ control: 'verify-export', file }, PASSPHRASE)), 'ok');
  assert.equal(codeOf(await driver.withPassphrase({ control: 'verify-export', file }, 'acid bacon cedar delta fable')), 'auth');
  const locked = new StoreDriver(driver.disk.open());
  await locked.open();
  assert.equal(codeOf(await locked.withPassphrase({ control: 'verify-export', file }, PASSPHRASE)), 'ok');
  assert.equal(codeOf(await locked.ask({ control: 'verify-export', file, secrets: null })), 'auth');
  assert.equal(locked.scratch, undefined);
});

test('a wrong, cut or changed file is refused by name and leaves no vault', async () => {
  const driver = await driverWithVault(new MemoryDisk(), PASSPHRASE);
  await fill(driver);
  const { file } = (await driver.ask({ control: 'export' })).reply;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const changed = bytes.slice();
  changed[bytes.length - 20] ^= 1;
  for (const [what, blob, phrase, expected] of [
    ['another passphrase', file, 'acid bacon cedar delta fable', 'auth'],
    ['nothing', new Blob([]), PASSPHRASE, 'damaged'],
    ['another kind of file', new Blob(['x'.repeat(100_000)]), PASSPHRASE, 'damaged'],
    ['cut off', new Blob([bytes.subarray(0, bytes.length - 100)]), PASSPHRASE, 'damaged'],
    ['head only', new Blob([bytes.subarray(0, 2192)]), PASSPHRASE, 'damaged'],
    ['changed', new Blob([changed]), PASSPHRASE, 'damaged'],
    ['longer', new Blob([bytes, 'more']), PASSPHRASE, 'damaged'],
  ]) {
    const other = new StoreDriver(new MemoryDisk());
    await other.open(true);
    assert.equal(codeOf(await restoring(other, blob, phrase)), expected, what);
    const status = await other.command('vault.status', {});
    assert.ok(['none', 'unfinished'].includes(status.reply.state), what);
    assert.equal(codeOf(await other.ask({ control: 'remove-unfinished' })), 'ok', what);
  }
  // Never over a vault.
  assert.equal(codeOf(await restoring(driver, file)), 'wrong-state');
});

test('an export is cancelled between its pieces, and a lock ends it', async () => {
  for (const ending of ['cancel-export', 'lock']) {
    const driver = await driverWithVault(new MemoryDisk(), PASSPHRASE);
    await fill(driver, 60);
    const exporting = driver.ask({ control: 'export' });
    const ended = driver.ask({ control: ending });
    assert.equal(codeOf(await exporting), 'cancelled', ending);
    assert.equal(codeOf(await ended), 'ok', ending);
    assert.equal(driver.hasEnded, ending === 'lock');
    if (ending !== 'lock') {
      assert.equal(codeOf(await driver.ask({ control: 'export' })), 'ok');
    }
  }
});

test('no room for the test restore is said, and the vault goes on', async () => {
  const driver = await driverWithVault(new MemoryDisk(), PASSPHRASE, {
    openScratch: async () => new MemoryDisk({ quotaBytes: 100_000 }),
    removeScratch: async () => undefined,
  });
  await fill(driver);
  assert.equal(codeOf(await driver.ask({ control: 'export' })), 'full');
  assert.equal(codeOf(await driver.command('case.list', LIST)), 'ok');
});

test('the worker stays within its memory while it exports and tests', async () => {
  let core;
  const driver = await driverWithVault(new MemoryDisk(), PASSPHRASE, {
    onCore: (loaded) => (core = loaded),
  });
  await fill(driver, 1000);
  const answer = await driver.ask({ control: 'export' });
  assert.ok(answer.reply.file.size > 8 * 1024 * 1024);
  console.log(`memory ${core.memorySizeBytes / 1048576} MiB for an export of ${answer.reply.file.size} bytes`);
  assert.ok(core.memorySizeBytes <= 48 * 1024 * 1024, `${core.memorySizeBytes} bytes`);
});
