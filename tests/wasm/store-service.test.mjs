// Goal: the store worker keeps its promises: a vault survives lock and death, keys come by port only, every request is
// answered once, and each fault has a name. Method: its service on a disk in memory, with the shipped modules.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryDisk } from '../support/memory-host.mjs';
import { DIRECTORY, driverWithVault, ENTRY, MEMORY_KIB, StoreDriver } from '../support/store-driver.mjs';
import { importWebModules } from '../support/web-modules.mjs';

const { WORKER_ONLY_COMMANDS } = await importWebModules('web/src/protocol/envelope.ts');
const { VAULT_FILE_NAMES } = await importWebModules('web/src/worker/opfs.ts');

const PASSPHRASE = 'acid bacon cedar delta eagle';
const CASE = 'c0000000000000000000000000000001';
const VICTIM = 'a0000000000000000000000000000001';
const TIME_MS = 1_790_000_000_000;
const PAGE_SIZE_BYTES = 4096;
const KEYFILE_HEADER_SIZE_BYTES = 128;
const codeOf = (answer) => (answer.ok ? 'ok' : answer.error.code);

const save = (driver, type, recordId, changes) =>
  driver.command('draft.save', {
    timeMs: TIME_MS, caseId: CASE, recordId, type,
    changes: Object.entries(changes).map(([field, value]) => ({ field, value })),
  });

const commitRequest = (mutation) => ({
  mutationId: mutation.toString(16).padStart(32, '9'), timeMs: TIME_MS,
  recordIds: [CASE, VICTIM, 'a1000000000000000000000000000001'],
});

async function draftCase(driver) {
  for (const [type, id, changes] of [
    ['case', CASE, { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH', reference: 'NM-7' }],
    ['person', VICTIM, { name: 'Siân Alder', birth: { date: '1991-04-03', precision: 'exact' } }],
    ['party', 'a1000000000000000000000000000001', { person: VICTIM, role: 'victim' }],
  ]) {
    assert.equal(codeOf(await save(driver, type, id, changes)), 'ok', type);
  }
}

async function addCase(driver) {
  await draftCase(driver);
  const committed = await driver.command('draft.commit', commitRequest(1));
  assert.equal(codeOf(committed), 'ok', JSON.stringify(committed));
  return committed;
}

const opened = async (disk, overrides) => {
  const driver = new StoreDriver(disk, overrides);
  const answer = await driver.open();
  assert.equal(codeOf(answer), 'ok', JSON.stringify(answer));
  return { driver, answer };
};

test('whole_cycle__create_write_lock_unlock_and_everything_is_there', async () => {
  const disk = new MemoryDisk();
  const first = new StoreDriver(disk);
  const { reply } = await first.open(true);
  assert.equal(reply.status.state, 'none');
  assert.equal(reply.start.cipher, 'chacha20');
  const created = await first.create(PASSPHRASE);
  assert.equal(codeOf(created), 'ok', JSON.stringify(created));
  await addCase(first);
  const before = await first.command('case.get', { caseId: CASE });
  assert.equal(before.reply.records.length, 3);
  assert.equal(codeOf(await first.ask({ control: 'lock' })), 'ok');
  assert.equal(first.hasEnded, true);
  assert.equal(disk.isClosed, true);
  assert.equal(codeOf(await first.command('case.list', { limit: 1 })), 'stopped');

  const { driver: second, answer } = await opened(disk);
  assert.equal(answer.reply.status.state, 'locked');
  assert.equal(answer.reply.status.memoryKib, MEMORY_KIB);
  assert.equal(answer.reply.status.vaultId, created.reply.vaultId);
  assert.equal(codeOf(await second.command('case.list', { limit: 1 })), 'wrong-state');
  const unlocked = await second.unlock(`  ${PASSPHRASE.toUpperCase().replaceAll(' ', '\t ')} `);
  assert.deepEqual(unlocked, {
    ok: true,
    reply: {
      vaultId: created.reply.vaultId, tornTail: false, finishedCheckpoint: false, rewritePending: false, isReadOnly: false,
      openedWith: 'passphrase', profile: 'own', isPractice: false,
    },
  });
  assert.deepEqual(await second.command('case.get', { caseId: CASE }), before);
  const found = await second.command('case.list', { limit: 10, search: 'sian' });
  assert.equal(found.reply.cases[0].victimName, 'Siân Alder');
  const { reply: check } = await second.command('vault.check', {});
  assert.deepEqual([check.pagesGood, check.rebuiltEqual], [true, true]);
});

test('files__hold_nothing_a_person_typed', async () => {
  const disk = new MemoryDisk();
  const driver = await driverWithVault(disk, PASSPHRASE);
  await addCase(driver);
  await driver.ask({ control: 'lock' });
  for (const canary of ['Alder', 'NM-7', 'acid bacon', 'SQLite format', 'CREATE TABLE', 'operations']) {
    for (const encoding of ['utf8', 'utf16le']) {
      const bytes = Buffer.from(canary, encoding);
      disk.files.forEach((file, index) => assert.equal(Buffer.from(file).includes(bytes), false, `${canary} in file ${index}`));
    }
  }
});

test('unlock__a_wrong_passphrase_is_auth_and_changes_nothing_but_the_count', async () => {
  const disk = new MemoryDisk();
  const counted = VAULT_FILE_NAMES.indexOf('tries');
  const contents = () => disk.files.map((file, index) => (index === counted ? '' : Buffer.from(file).toString('hex')));
  const first = await driverWithVault(disk, PASSPHRASE);
  await first.ask({ control: 'lock' });
  const before = contents();
  const { driver } = await opened(disk);
  assert.equal(codeOf(await driver.unlock('acid bacon cedar delta eaglet')), 'auth');
  assert.equal(codeOf(await driver.unlock('')), 'kdf-failed');
  assert.deepEqual(contents(), before);
  assert.equal((await driver.command('vault.status', {})).reply.wrongCount, 1);
  assert.equal(codeOf(await driver.unlock(PASSPHRASE)), 'ok', 'the same worker then takes the right one');
});

/** Page images in the log, by page number: the last 32 bytes are the cipher's nonce and tag. */
function pagesInLogs(disk) {
  const pages = [];
  for (const log of [disk.files[1], disk.files[2]].map((file) => Buffer.from(file))) {
    for (let at = 512; at + 136 <= log.length; at += 512) {
      const recordBytes = Number(log.readBigUInt64LE(at + 24));
      const pageCount = log.readUInt32LE(at + 96);
      if (pageCount === 0 || recordBytes !== 136 + pageCount * (PAGE_SIZE_BYTES + 4) || at + recordBytes > log.length) continue;
      for (let i = 0; i < pageCount; i++) {
        const start = at + 136 + i * PAGE_SIZE_BYTES;
        pages.push({
          number: log.readUInt32LE(at + 136 + pageCount * PAGE_SIZE_BYTES + 4 * i),
          nonce: log.subarray(start + PAGE_SIZE_BYTES - 32, start + PAGE_SIZE_BYTES - 16).toString('hex'),
        });
      }
    }
  }
  return pages;
}

test('pages__nonces_of_two_sessions_writing_the_same_thing_all_differ', async () => {
  const origin = new MemoryDisk();
  await (await driverWithVault(origin, PASSPHRASE)).ask({ control: 'lock' });
  const written = [];
  for (let session = 0; session < 2; session++) {
    const disk = new MemoryDisk();
    disk.files = origin.files.map((file) => file.slice());
    const { driver } = await opened(disk);
    assert.equal(codeOf(await driver.unlock(PASSPHRASE)), 'ok');
    const before = new Set(pagesInLogs(disk).map(({ nonce }) => nonce));
    await addCase(driver);
    written.push(pagesInLogs(disk).filter(({ nonce }) => !before.has(nonce)));
  }
  const numbers = written.map((pages) => new Set(pages.map(({ number }) => number)));
  assert.ok(written[0].length >= 8, `${written[0].length} pages`);
  assert.ok([...numbers[0]].some((number) => numbers[1].has(number)), 'both wrote some page');
  const nonces = written.flat().map(({ nonce }) => nonce);
  assert.equal(new Set(nonces).size, nonces.length);
  assert.ok(nonces.every((nonce) => nonce !== '0'.repeat(32)));
});

test('mutation__repeated_after_the_worker_died_returns_the_first_reply_and_happens_once', async () => {
  const disk = new MemoryDisk();
  const first = await driverWithVault(disk, PASSPHRASE);
  await draftCase(first);
  const reply = await first.command('draft.commit', commitRequest(1));
  // The worker dies here without a lock; its answer is taken as lost.
  const { driver: second } = await opened(disk);
  assert.equal(codeOf(await second.unlock(PASSPHRASE)), 'ok');
  const countBefore = (await second.command('vault.storage', {})).reply.operationCount;
  assert.deepEqual(await second.command('draft.commit', commitRequest(1)), reply);
  assert.equal((await second.command('vault.storage', {})).reply.operationCount, countBefore);
});

test('commands_of_the_worker__are_refused_when_the_page_sends_them', async () => {
  const driver = new StoreDriver(new MemoryDisk());
  await driver.open(true);
  for (const command of [...WORKER_ONLY_COMMANDS, 'no.such', 'toString', '__proto__']) {
    assert.equal(codeOf(await driver.command(command, { raw: 'x' })), 'unknown-command', command);
  }
});

test('queue__answers_in_order_and_each_request_once', async () => {
  const driver = await driverWithVault(new MemoryDisk(), PASSPHRASE);
  await draftCase(driver);
  const order = [];
  const before = driver.answerCount;
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      driver.command(i % 3 === 0 ? 'no.such' : 'case.list', { limit: 1 }).then(() => order.push(i)),
    ),
  );
  assert.deepEqual(order, Array.from({ length: 20 }, (_, i) => i));
  assert.equal(driver.answerCount - before, 20);
});

test('queue__commands_wait_while_a_key_is_derived', async () => {
  const disk = new MemoryDisk();
  await (await driverWithVault(disk, PASSPHRASE)).ask({ control: 'lock' });
  const { driver } = await opened(disk);
  const [unlocked, listed] = await Promise.all([driver.unlock(PASSPHRASE), driver.command('case.list', { limit: 1 })]);
  assert.deepEqual([codeOf(unlocked), codeOf(listed)], ['ok', 'ok']);
});

test('derivation__a_device_without_memory_is_named_and_a_lost_kdf_worker_is_not_waited_for', async () => {
  const driver = new StoreDriver(new MemoryDisk());
  await driver.open(true);
  const noMemory = { ok: false, error: { code: 'kdf-no-memory', detail: 'status 2' } };
  const control = { control: 'create', memoryKib: MEMORY_KIB, entry: ENTRY };
  assert.deepEqual(await driver.withPassphrase(control, PASSPHRASE, async () => noMemory), noMemory);
  // Told before the request has reached its derivation, and while it waits for the key; of another request, it waits on.
  const early = driver.withPassphrase(control, PASSPHRASE, () => new Promise(() => {}));
  await driver.ask({ control: 'abandon-derivation', of: driver.lastId });
  assert.equal(codeOf(await early), 'kdf-failed');
  let begun;
  const isWaiting = new Promise((resolve) => (begun = resolve));
  const lost = driver.withPassphrase(control, PASSPHRASE, () => new Promise(() => begun()));
  const of = driver.lastId;
  await isWaiting;
  await driver.ask({ control: 'abandon-derivation', of: of - 1 });
  await driver.ask({ control: 'abandon-derivation', of });
  await driver.ask({ control: 'abandon-derivation', of });
  assert.equal(codeOf(await lost), 'kdf-failed');
  assert.equal(driver.disk.usedBytes, 0);
  assert.equal(codeOf(await driver.create(PASSPHRASE)), 'ok', 'and the vault can still be made');
});

test('derivation__a_lock_does_not_wait_for_it', async () => {
  const disk = new MemoryDisk();
  await (await driverWithVault(disk, PASSPHRASE)).ask({ control: 'lock' });
  const { driver } = await opened(disk);
  let hasBegun;
  const begun = new Promise((resolve) => (hasBegun = resolve));
  const unlocking = driver.withPassphrase({ control: 'unlock' }, PASSPHRASE, () => {
    hasBegun();
    return new Promise(() => {});
  });
  await begun;
  assert.equal(codeOf(await driver.ask({ control: 'lock' })), 'ok');
  assert.equal(codeOf(await unlocking), 'kdf-failed');
  assert.deepEqual([driver.hasEnded, disk.isClosed], [true, true]);
});

test('derivation__a_key_of_the_wrong_size_is_refused', async () => {
  const driver = new StoreDriver(new MemoryDisk());
  await driver.open(true);
  const short = async () => ({ ok: true, key: new ArrayBuffer(31) });
  assert.equal(codeOf(await driver.withPassphrase({ control: 'create', memoryKib: MEMORY_KIB, entry: ENTRY }, PASSPHRASE, short)), 'invalid-input');
  assert.equal(driver.disk.usedBytes, 0);
});

test('unlock__without_a_vault_and_create_over_one_are_refused', async () => {
  const disk = new MemoryDisk();
  const driver = new StoreDriver(disk);
  await driver.open(true);
  assert.equal(codeOf(await driver.unlock(PASSPHRASE)), 'wrong-state');
  assert.equal(codeOf(await driver.create(PASSPHRASE)), 'ok');
  await driver.ask({ control: 'lock' });
  const { driver: again } = await opened(disk);
  assert.equal(codeOf(await again.create('another one')), 'exists');
  assert.equal(codeOf(await again.unlock(PASSPHRASE)), 'ok');
});

test('crash__answers_everything_closes_the_files_and_ends', async () => {
  const disk = new MemoryDisk();
  const driver = await driverWithVault(disk, PASSPHRASE);
  await draftCase(driver);
  const write = disk.write;
  disk.write = () => {
    throw new WebAssembly.RuntimeError('unreachable');
  };
  const answers = await Promise.all([
    driver.command('draft.commit', commitRequest(1)),
    driver.command('case.list', { limit: 1 }),
    driver.ask({ control: 'lock' }),
  ]);
  assert.deepEqual(answers.map(codeOf), ['crashed', 'stopped', 'stopped']);
  assert.deepEqual(driver.events, [{ event: 'crashed', payload: { detail: 'unreachable' } }]);
  assert.deepEqual([driver.hasEnded, disk.isClosed], [true, true]);
  disk.write = write;
  const { driver: second } = await opened(disk);
  assert.equal(codeOf(await second.unlock(PASSPHRASE)), 'ok');
  assert.equal(codeOf(await second.command('draft.commit', commitRequest(1))), 'ok', 'the drafts are there');
});

test('open__a_random_source_of_zeros_does_not_start', async () => {
  const driver = new StoreDriver(new MemoryDisk(), { ports: { fillRandom: (target) => target.fill(0) } });
  assert.equal(codeOf(await driver.open(true)), 'no-random');
  assert.equal(driver.hasEnded, true);
  assert.equal(driver.disk.isClosed, true);
});

test('open__without_a_directory_serves_content_and_takes_no_vault', async () => {
  const driver = new StoreDriver(new MemoryDisk());
  const { reply } = await driver.ask({ control: 'open', directory: null, create: false });
  assert.equal(reply.status.state, 'none');
  assert.equal(codeOf(await driver.command('content.get', { name: 'dash-adult' })), 'ok');
  assert.notEqual(codeOf(await driver.create(PASSPHRASE)), 'ok');
});

for (const quotaBytes of [0, 4096, 20_000, 80_000]) {
  test(`create__on_a_disk_with_room_for_${quotaBytes}_bytes_is_full_and_leaves_no_vault`, async () => {
    const disk = new MemoryDisk({ quotaBytes });
    const driver = new StoreDriver(disk);
    await driver.open(true);
    assert.equal(codeOf(await driver.create(PASSPHRASE)), 'full');
    const { reply } = await driver.command('vault.status', {});
    assert.ok(reply.state === 'none' || reply.state === 'unfinished', reply.state);
    assert.equal(codeOf(await driver.ask({ control: 'remove-unfinished' })), 'ok');
    assert.deepEqual(driver.removed, [DIRECTORY]);
    assert.deepEqual([driver.hasEnded, disk.isClosed], [true, true]);
  });
}

test('save__on_a_full_disk_is_full_keeps_what_was_saved_and_goes_on_when_there_is_room', async () => {
  const disk = new MemoryDisk();
  const driver = await driverWithVault(disk, PASSPHRASE);
  await addCase(driver);
  disk.quotaBytes = disk.usedBytes;
  assert.equal(codeOf(await save(driver, 'person', VICTIM, { name: 'Other Name' })), 'full');
  assert.equal((await driver.command('case.list', { limit: 1 })).reply.cases[0].victimName, 'Siân Alder');
  disk.quotaBytes = Infinity;
  assert.equal(codeOf(await save(driver, 'person', VICTIM, { name: 'Other Name' })), 'ok');
});

test('save__when_the_flush_fails_is_io_and_what_was_acknowledged_is_there_after_reopening', async () => {
  const disk = new MemoryDisk();
  const driver = await driverWithVault(disk, PASSPHRASE);
  await addCase(driver);
  disk.failing.add('flush');
  assert.equal(codeOf(await save(driver, 'person', VICTIM, { name: 'Other Name' })), 'io');
  disk.failing.clear();
  await driver.ask({ control: 'lock' });
  const { driver: second } = await opened(disk);
  assert.equal(codeOf(await second.unlock(PASSPHRASE)), 'ok');
  assert.equal((await second.command('case.list', { limit: 1 })).reply.cases[0].victimName, 'Siân Alder');
});

test('remove_unfinished__takes_a_folder_whose_key_file_got_no_header_and_nothing_opens_it', async () => {
  const disk = new MemoryDisk();
  const made = await driverWithVault(disk, PASSPHRASE);
  await made.ask({ control: 'lock' });
  disk.files[5].fill(0, 0, KEYFILE_HEADER_SIZE_BYTES);
  const driver = new StoreDriver(disk);
  assert.equal((await driver.open()).reply.status.state, 'unfinished');
  assert.equal((await driver.unlock(PASSPHRASE)).ok, false);
  assert.equal(codeOf(await driver.ask({ control: 'remove-unfinished' })), 'ok');
  assert.deepEqual(driver.removed, [DIRECTORY]);
});

test('remove_unfinished__refuses_a_directory_that_holds_a_vault', async () => {
  const disk = new MemoryDisk();
  const driver = await driverWithVault(disk, PASSPHRASE);
  assert.equal(codeOf(await driver.ask({ control: 'remove-unfinished' })), 'wrong-state');
  await driver.ask({ control: 'lock' });
  const { driver: second } = await opened(disk);
  assert.equal(codeOf(await second.ask({ control: 'remove-unfinished' })), 'wrong-state');
  assert.deepEqual(second.removed, []);
});

test('storage__a_file_that_shrank_is_damage_not_a_fresh_vault', async () => {
  const disk = new MemoryDisk();
  await (await driverWithVault(disk, PASSPHRASE)).ask({ control: 'lock' });
  disk.files[0] = disk.files[0].slice(0, 100);
  const { driver } = await opened(disk);
  assert.equal(codeOf(await driver.unlock(PASSPHRASE)), 'damaged');
});
