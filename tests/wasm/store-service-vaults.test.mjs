// Goal: several vaults on one device keep apart, a label is all that is in plain, and taking one away takes its keys first.
// Method: the store worker's service on disks in memory, one for each directory, with the shipped modules.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryDisk } from '../support/memory-host.mjs';
import { DIRECTORY, driverWithVault, ENTRY, StoreDriver } from '../support/store-driver.mjs';

const PASSPHRASE = 'acid bacon cedar delta eagle';
const OTHER = 'fable grape honey index jolly';
const CASE = 'c0000000000000000000000000000001';
const KEYS = 5;
const codeOf = (answer) => (answer.ok ? 'ok' : answer.error.code);
const bytesOf = (disk) => disk.files.map((file) => Buffer.from(file).toString('base64'));

const saveReference = (driver, value) =>
  driver.command('draft.save', { timeMs: 1, caseId: CASE, recordId: CASE, type: 'case', changes: [{ field: 'reference', value }] });

const unsentOf = async (driver) => (await driver.command('vault.storage', {})).reply.unsentCount;

test('vaults__a_session_in_one_changes_no_byte_of_another_and_opens_nothing_of_it', async () => {
  const [one, other] = [new MemoryDisk(), new MemoryDisk()];
  const first = await driverWithVault(one, PASSPHRASE);
  assert.equal(codeOf(await saveReference(first, 'NM-7')), 'ok');
  await first.ask({ control: 'lock' });
  const before = bytesOf(one);

  const second = await driverWithVault(other, OTHER);
  assert.equal(codeOf(await saveReference(second, 'NM-8')), 'ok');
  assert.equal(codeOf(await second.command('vault.check', {})), 'ok');
  await second.ask({ control: 'lock' });
  assert.deepEqual(bytesOf(one), before);

  const wrong = new StoreDriver(other);
  await wrong.open();
  assert.equal(codeOf(await wrong.unlock(PASSPHRASE)), 'auth', 'the passphrase of the one opens nothing of the other');
  assert.deepEqual(bytesOf(one), before);
});

test('vaults__files_of_one_put_into_the_directory_of_another_are_damage', async () => {
  const [one, other] = [new MemoryDisk(), new MemoryDisk()];
  await (await driverWithVault(one, PASSPHRASE)).ask({ control: 'lock' });
  await (await driverWithVault(other, OTHER)).ask({ control: 'lock' });
  for (let file = 0; file < KEYS; file += 1) one.files[file] = other.files[file];
  const driver = new StoreDriver(one);
  await driver.open();
  assert.equal(codeOf(await driver.unlock(PASSPHRASE)), 'damaged');
});

test('label__is_written_before_the_vault_and_changed_only_while_it_is_open', async () => {
  const disk = new MemoryDisk();
  const driver = new StoreDriver(disk);
  await driver.open(true);
  assert.equal(codeOf(await driver.ask({ control: 'label', entry: ENTRY })), 'wrong-state');
  let bytesAtLabel;
  const labelled = new StoreDriver(disk, { writeLabel: async () => { bytesAtLabel = disk.usedBytes; } });
  await labelled.open(true);
  assert.equal(codeOf(await labelled.create(PASSPHRASE)), 'ok');
  assert.equal(bytesAtLabel, 0, 'nothing of the vault was there yet');
  await labelled.ask({ control: 'lock' });

  const again = new StoreDriver(disk);
  await again.open();
  assert.equal(codeOf(await again.ask({ control: 'label', entry: ENTRY })), 'wrong-state');
  await again.unlock(PASSPHRASE);
  const before = bytesOf(disk);
  assert.equal(codeOf(await again.ask({ control: 'label', entry: { ...ENTRY, label: 'Blue', isPractice: true } })), 'ok');
  assert.deepEqual(again.labels, [{ directory: DIRECTORY, label: 'Blue', isPractice: false, isWiped: false }], 'what the vault is stays as it is');
  assert.deepEqual(bytesOf(disk), before, 'and the vault does not hold its label');
});

test('label__that_cannot_be_written_makes_no_vault', async () => {
  const disk = new MemoryDisk();
  const driver = new StoreDriver(disk, { writeLabel: async () => { throw new Error('QuotaExceededError'); } });
  await driver.open(true);
  assert.notEqual(codeOf(await driver.create(PASSPHRASE)), 'ok');
  assert.equal(disk.usedBytes, 0);
});

test('practice__the_vault_is_one_and_refuses_to_sync', async () => {
  const driver = await driverWithVault(new MemoryDisk(), PASSPHRASE, {});
  assert.equal((await driver.command('vault.status', {})).reply.isPractice, false);
  const practice = new StoreDriver(new MemoryDisk());
  await practice.open(true);
  assert.equal(codeOf(await practice.create(PASSPHRASE, { ...ENTRY, isPractice: true })), 'ok');
  assert.equal((await practice.command('vault.status', {})).reply.isPractice, true);
  assert.equal(codeOf(await practice.ask({ control: 'sync', timeMs: 1 })), 'practice');
  assert.equal(codeOf(await practice.command('team.status', {})), 'practice');
});

/** The keys at the moment the directory is removed, as one who copies the disk would find them. */
function removalOf(disk, act = {}) {
  const seen = {};
  return { seen, overrides: { removeDirectory: async (directory) => Object.assign(seen, { directory, keys: Buffer.from(disk.files[KEYS]), isClosed: disk.isClosed }), ...act } };
}

test('removal__overwrites_the_keys_before_the_directory_goes', async () => {
  const disk = new MemoryDisk();
  const { seen, overrides } = removalOf(disk);
  const driver = await driverWithVault(disk, PASSPHRASE, overrides);
  const written = [];
  const write = disk.write.bind(disk);
  disk.write = (file, source, at) => {
    if (file === KEYS) written.push({ at, isZero: source.every((byte) => byte === 0), size: source.length });
    return write(file, source, at);
  };
  const size = disk.files[KEYS].length;
  assert.equal(codeOf(await driver.ask({ control: 'remove-vault', unsentCount: await unsentOf(driver) })), 'ok');
  assert.deepEqual(written, [{ at: 0, isZero: true, size }]);
  assert.deepEqual([seen.directory, seen.keys.length, seen.isClosed, driver.hasEnded], [DIRECTORY, 0, true, true]);
});

test('removal__of_other_work_than_was_agreed_to_is_refused_and_nothing_changes', async () => {
  const disk = new MemoryDisk();
  const { seen, overrides } = removalOf(disk);
  const driver = await driverWithVault(disk, PASSPHRASE, overrides);
  const shown = await unsentOf(driver);
  await saveReference(driver, 'typed since');
  const keys = Buffer.from(disk.files[KEYS]);
  for (const unsentCount of [shown, null, '99']) {
    assert.equal(codeOf(await driver.ask({ control: 'remove-vault', unsentCount })), 'wrong-state', String(unsentCount));
  }
  assert.deepEqual(seen, {});
  assert.deepEqual(Buffer.from(disk.files[KEYS]), keys);
  assert.equal(codeOf(await saveReference(driver, 'goes on')), 'ok');
  assert.equal(codeOf(await driver.ask({ control: 'remove-vault', unsentCount: await unsentOf(driver) })), 'ok');
});

test('removal__of_a_locked_vault_does_not_pretend_to_know_what_is_in_it', async () => {
  const disk = new MemoryDisk();
  await (await driverWithVault(disk, PASSPHRASE)).ask({ control: 'lock' });
  const { seen, overrides } = removalOf(disk);
  const driver = new StoreDriver(disk, overrides);
  await driver.open();
  assert.equal(codeOf(await driver.ask({ control: 'remove-vault', unsentCount: '0' })), 'wrong-state');
  assert.deepEqual(seen, {});
  assert.equal(codeOf(await driver.ask({ control: 'remove-vault', unsentCount: null })), 'ok');
  assert.equal(seen.keys.length, 0);
});

test('removal__cut_off_after_the_keys_leaves_a_folder_that_is_offered_for_removal', async () => {
  const disk = new MemoryDisk();
  const driver = await driverWithVault(disk, PASSPHRASE, { removeDirectory: async () => { throw new Error('NoModificationAllowedError'); } });
  assert.notEqual(codeOf(await driver.ask({ control: 'remove-vault', unsentCount: await unsentOf(driver) })), 'ok');
  const again = new StoreDriver(disk);
  assert.equal((await again.open()).reply.status.state, 'unfinished');
  assert.equal(codeOf(await again.unlock(PASSPHRASE)), 'wrong-state');
  assert.equal(codeOf(await again.ask({ control: 'remove-unfinished' })), 'ok');
  assert.deepEqual(again.removed, [DIRECTORY]);
});

for (const call of ['write', 'flush', 'truncate', 'size']) {
  test(`removal__when_${call}_fails_is_io_and_the_directory_stays`, async () => {
    const disk = new MemoryDisk();
    await (await driverWithVault(disk, PASSPHRASE)).ask({ control: 'lock' });
    const { seen, overrides } = removalOf(disk);
    const driver = new StoreDriver(disk, overrides);
    await driver.open();
    disk.failing.add(call);
    assert.equal(codeOf(await driver.ask({ control: 'remove-vault', unsentCount: null })), 'io');
    assert.deepEqual(seen, {});
  });
}
