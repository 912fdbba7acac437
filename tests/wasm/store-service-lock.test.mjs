// The lock of the store worker: the shipped modules on a disk in memory, with clocks that the test sets. What the page sees of it
// is what it does: an event when the state is another one, and a worker that ends with its keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryDisk } from '../support/memory-host.mjs';
import { driverWithVault, StoreDriver } from '../support/store-driver.mjs';

const PASSPHRASE = 'acid bacon cedar delta eagle';
const MINUTE_MS = 60_000;
const codeOf = (answer) => (answer.ok ? 'ok' : answer.error.code);
const pinOf = (digits) => new TextEncoder().encode(digits).buffer;

async function withClocks(overrides = {}) {
  const at = { wall: 1_790_000_000_000, monotonic: 1_000 };
  const disk = new MemoryDisk();
  const driver = await driverWithVault(disk, PASSPHRASE, { ports: { nowMs: () => at.wall, monotonicMs: () => at.monotonic }, ...overrides });
  return {
    disk, driver, at,
    choose: (digits) => driver.ask({ control: 'choose-pin', pin: pinOf(digits) }),
    open: (digits) => driver.ask({ control: 'open-by-pin', pin: pinOf(digits) }),
    list: async () => codeOf(await driver.command('case.list', { limit: 1 })),
    states: () => driver.events.filter(({ event }) => event === 'lock').map(({ payload }) => payload.state),
    pass(ms) {
      at.wall += ms;
      at.monotonic += ms;
    },
    beat: () => driver.beat(),
  };
}

test('warm__is_told_once_by_the_heartbeat_and_opened_by_the_pin', async () => {
  const { choose, open, list, states, pass, beat } = await withClocks();
  assert.equal(codeOf(await choose('407193')), 'ok');
  await beat();
  assert.deepEqual(states(), []);
  pass(2 * MINUTE_MS);
  await beat();
  await beat();
  assert.deepEqual(states(), ['warm']);
  assert.equal(await list(), 'warm-locked');
  assert.deepEqual((await open('407190')).reply.lock.triesLeft, 2);
  assert.equal((await open('407193')).reply.lock.state, 'open');
  assert.deepEqual(states(), ['warm', 'open']);
  assert.equal(await list(), 'ok');
});

test('warm__is_told_with_the_first_command_that_meets_it_when_the_heartbeat_was_late', async () => {
  const { choose, list, states, pass } = await withClocks();
  await choose('407193');
  pass(2 * MINUTE_MS);
  assert.equal(await list(), 'warm-locked');
  assert.deepEqual(states(), ['warm']);
});

for (const [name, lead] of Object.entries({
  ten_minutes: async ({ pass, beat }) => { pass(10 * MINUTE_MS); await beat(); },
  a_clock_set_back: async ({ at, beat }) => { at.wall -= MINUTE_MS; await beat(); },
  a_command_after_ten_minutes: async ({ pass, list }) => { pass(10 * MINUTE_MS); assert.equal(await list(), 'wrong-state'); },
  three_wrong_pins: async ({ driver, open }) => {
    await driver.command('lock.now', {});
    for (const left of ['warm', 'warm', 'cold']) assert.equal((await open('111111')).reply.lock.state, left);
  },
})) {
  test(`cold__after_${name}_the_files_are_closed_the_worker_ended_and_only_the_passphrase_opens`, async () => {
    const world = await withClocks();
    const { disk, driver, choose, states } = world;
    await choose('407193');
    await lead(world);
    assert.equal(states().at(-1), 'cold');
    assert.deepEqual([disk.isClosed, driver.hasEnded, driver.beat], [true, true, undefined]);
    assert.equal(codeOf(await driver.command('case.list', { limit: 1 })), 'stopped');
    const second = new StoreDriver(disk);
    await second.open();
    assert.equal(codeOf(await second.ask({ control: 'open-by-pin', pin: pinOf('407193') })), 'ok');
    assert.equal(codeOf(await second.command('case.list', { limit: 1 })), 'wrong-state');
    assert.equal(codeOf(await second.unlock(PASSPHRASE)), 'ok');
    assert.equal(codeOf(await second.command('case.list', { limit: 1 })), 'ok');
  });
}

test('without_a_pin__the_lock_by_time_is_cold', async () => {
  const { driver, states, pass, beat } = await withClocks();
  pass(2 * MINUTE_MS);
  await beat();
  assert.deepEqual([states(), driver.hasEnded], [['cold'], true]);
});

test('pin__is_six_digits_and_the_bytes_are_wiped', async () => {
  const { choose, driver } = await withClocks();
  for (const [digits, code] of [['40719', 'invalid-input'], ['4071933', 'too-large'], ['', 'invalid-input'], ['40719x', 'invalid-input'], ['111111', 'pin-weak'], ['407193', 'ok']]) {
    const answer = await choose(digits);
    assert.ok(code === codeOf(answer) || (code === 'too-large' && codeOf(answer) === 'invalid-input'), `${digits} ${codeOf(answer)}`);
  }
  const pin = pinOf('407193');
  await driver.ask({ control: 'choose-pin', pin });
  assert.deepEqual([...new Uint8Array(pin)], [0, 0, 0, 0, 0, 0]);
});

test('pin__is_kept_in_no_file', async () => {
  const { choose, disk, driver } = await withClocks();
  await choose('407193');
  await driver.command('lock.limits', { idleS: 60, hiddenS: 10 });
  await driver.ask({ control: 'lock' });
  disk.files.forEach((file, index) => assert.equal(Buffer.from(file).includes('407193'), false, `file ${index}`));
});

test('heartbeat__only_runs_while_a_vault_is_open', async () => {
  const disk = new MemoryDisk();
  const driver = new StoreDriver(disk);
  await driver.open(true);
  assert.equal(driver.beat, undefined);
  await driver.create(PASSPHRASE);
  assert.equal(typeof driver.beat, 'function');
  await driver.ask({ control: 'lock' });
  assert.equal(driver.beat, undefined);
});

test('heartbeat__and_questions_about_the_lock_wait_for_nothing_that_is_under_way', async () => {
  /* The probe of the storage never ends and holds the queue. */
  const { driver, choose, states, pass } = await withClocks({ probe: () => new Promise(() => {}) });
  await choose('407193');
  void driver.ask({ control: 'probe' });
  assert.equal((await driver.command('lock.state', {})).reply.lock.state, 'open');
  pass(2 * MINUTE_MS);
  driver.beat();
  assert.deepEqual(states(), ['warm']);
});
