// When sync begins by itself. The clock and the runs are the test's: nothing sleeps.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { createAutoSync, BACK_OFF_MS, SAVE_PAUSE_MS, SAVE_PAUSE_MS_MAX, SPREAD_SHARE, WATCH_PAUSE_MS } = await importWebModules('web/src/app/auto-sync.ts');

function setUp({ isOnline = true, isBegun = true } = {}) {
  const world = {
    nowMs: 0, timers: [], runs: [], isOnline, random: 0,
    /** Lets time pass; timers run in their order. */
    pass(ms) {
      const until = world.nowMs + ms;
      for (;;) {
        const [next] = world.timers.filter((timer) => timer.atMs <= until).sort((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        world.timers.splice(world.timers.indexOf(next), 1);
        world.nowMs = Math.max(world.nowMs, next.atMs);
        next.run();
      }
      world.nowMs = until;
    },
    /** Ends the run under way. */
    async finish(end = 'done', waitMs = 0) {
      const finish = world.finishRun;
      world.finishRun = undefined;
      assert.ok(finish, 'a run is under way');
      if (end === 'thrown') finish(Promise.reject(new Error('a bug')));
      else finish({ end, waitMs });
      for (let i = 0; i < 5; i += 1) await Promise.resolve();
    },
  };
  const auto = createAutoSync({
    nowMs: () => world.nowMs,
    setTimer(ms, run) {
      const timer = { atMs: world.nowMs + ms, run };
      world.timers.push(timer);
      return () => { world.timers = world.timers.filter((each) => each !== timer); };
    },
    isOnline: () => world.isOnline,
    random: () => world.random,
    run() {
      assert.equal(world.finishRun, undefined, 'one run at a time');
      world.runs.push(world.nowMs);
      return new Promise((resolve) => { world.finishRun = resolve; });
    },
  });
  if (isBegun) auto.begin();
  return { auto, world };
}

async function begun() {
  const both = setUp();
  both.world.pass(0);
  await both.world.finish();
  both.world.runs.length = 0;
  return both;
}

test('after unlocking: at once, and then nothing without a reason', async () => {
  const { world } = setUp();
  world.pass(0);
  assert.deepEqual(world.runs, [0]);
  await world.finish();
  world.pass(86_400_000);
  assert.deepEqual(world.runs, [0]);
});

test('before the vault is open and after it is locked: never', async () => {
  const { auto, world } = setUp({ isBegun: false });
  auto.changed();
  auto.cameOnline();
  auto.press();
  auto.watch(true);
  world.pass(1_000_000);
  assert.deepEqual(world.runs, []);
  auto.begin();
  auto.end();
  world.pass(1_000_000);
  assert.deepEqual(world.runs, []);
});

test('locked in the middle of a run: its end plans nothing', async () => {
  const { auto, world } = setUp();
  world.pass(0);
  auto.changed();
  auto.end();
  await world.finish('failed');
  world.pass(1_000_000);
  assert.equal(world.runs.length, 1);
});

test('saves: a little after the last one', async () => {
  const { auto, world } = await begun();
  auto.changed();
  world.pass(SAVE_PAUSE_MS - 1);
  auto.changed();
  world.pass(SAVE_PAUSE_MS - 1);
  assert.deepEqual(world.runs, []);
  world.pass(1);
  assert.deepEqual(world.runs, [2 * SAVE_PAUSE_MS - 1]);
});

test('saves without a pause: not put off for ever', async () => {
  const { auto, world } = await begun();
  for (let at = 0; at < SAVE_PAUSE_MS_MAX; at += 1000) {
    auto.changed();
    world.pass(1000);
  }
  assert.deepEqual(world.runs, [SAVE_PAUSE_MS_MAX]);
});

test('a save during a run: one more run after it', async () => {
  const { auto, world } = await begun();
  auto.press();
  auto.changed();
  auto.changed();
  world.pass(60_000);
  await world.finish();
  world.pass(SAVE_PAUSE_MS);
  assert.deepEqual(world.runs, [0, 60_000 + SAVE_PAUSE_MS]);
  await world.finish();
  world.pass(1_000_000);
  assert.equal(world.runs.length, 2);
});

test('failures: 10 s, 30 s, 2 min, then every 10 min; a success begins anew', async () => {
  const { auto, world } = await begun();
  assert.deepEqual(BACK_OFF_MS, [10_000, 30_000, 120_000, 600_000]);
  auto.press();
  const waits = [];
  for (let i = 0; i < 6; i += 1) {
    const before = world.nowMs;
    await world.finish('failed');
    auto.changed(); /* a save does not shorten it */
    world.pass(600_000 - 1);
    if (world.finishRun === undefined) world.pass(1);
    waits.push(world.runs.at(-1) - before);
    world.nowMs = world.runs.at(-1);
  }
  assert.deepEqual(waits, [10_000, 30_000, 120_000, 600_000, 600_000, 600_000]);
  await world.finish('done');
  auto.press();
  await world.finish('failed');
  const before = world.nowMs;
  world.pass(10_000);
  assert.equal(world.runs.at(-1), before + 10_000);
});

test('the network is back: at once, whatever the wait was', async () => {
  const { auto, world } = await begun();
  auto.press();
  await world.finish('failed');
  auto.cameOnline();
  assert.equal(world.runs.length, 2);
  await world.finish('failed');
  world.pass(10_000);
  assert.equal(world.runs.length, 3, 'and the wait begins anew');
});

test('no network: nothing begins by itself, a press tries', async () => {
  const { auto, world } = setUp({ isOnline: false });
  world.pass(1000);
  auto.changed();
  world.pass(1_000_000);
  assert.deepEqual(world.runs, []);
  auto.press();
  assert.equal(world.runs.length, 1);
});

test('cancelled: nothing by itself until there is a reason', async () => {
  const { auto, world } = await begun();
  auto.press();
  auto.changed();
  await world.finish('cancelled');
  world.pass(1_000_000);
  assert.equal(world.runs.length, 1);
  auto.changed();
  world.pass(SAVE_PAUSE_MS);
  assert.equal(world.runs.length, 2);
});

test('somebody waits: every few seconds, after a failure a little later, and no more when nobody waits', async () => {
  const { auto, world } = await begun();
  auto.watch(true);
  auto.watch(true);
  world.pass(0);
  await world.finish();
  world.pass(WATCH_PAUSE_MS);
  for (let i = 0; i < 4; i += 1) {
    await world.finish('failed');
    world.pass(10_000);
  }
  assert.deepEqual(world.runs, [0, 4000, 14_000, 24_000, 34_000, 44_000]);
  auto.watch(false);
  await world.finish();
  world.pass(1_000_000);
  assert.equal(world.runs.length, 6);
});

test('devices that lost the hub together come back apart: up to half of a wait on top, never less', async () => {
  const { auto, world } = await begun();
  auto.press();
  for (const [random, expected] of [[0, 10_000], [0.5, 37_500], [0.999, 179_940]]) {
    world.random = random;
    const before = world.nowMs;
    await world.finish('failed');
    world.pass(expected - 1);
    assert.equal(world.finishRun, undefined);
    world.pass(1);
    assert.equal(world.runs.at(-1), before + expected);
  }
  assert.equal(SPREAD_SHARE, 0.5);
});

test('the hub says how long to wait: nothing begins by itself sooner, whatever the reason; a press does', async () => {
  const { auto, world } = await begun();
  auto.press();
  await world.finish('failed', 60_000);
  auto.cameOnline();
  auto.changed();
  auto.watch(true);
  world.pass(59_999);
  assert.equal(world.runs.length, 1);
  world.pass(1);
  assert.equal(world.runs.length, 2);
  await world.finish('failed', 60_000);
  auto.press();
  assert.equal(world.runs.length, 3);
  await world.finish('done');
  world.pass(WATCH_PAUSE_MS);
  assert.equal(world.runs.length, 4, 'a run that went through ends the wait');
});

test('a clock that was set back makes no wait longer', async () => {
  const { auto, world } = await begun();
  auto.press();
  await world.finish('failed', 60_000);
  world.timers.length = 0;
  world.nowMs -= 86_400_000;
  const before = world.nowMs;
  auto.cameOnline();
  world.pass(60_000);
  assert.equal(world.runs.at(-1), before + 60_000);
});

test('locked and opened again while a run goes on: the next begins when that one has ended, however it ended', async () => {
  for (const end of ['done', 'failed', 'cancelled']) {
    const { auto, world } = setUp();
    world.pass(0);
    auto.end();
    auto.begin();
    world.pass(60_000);
    assert.equal(world.runs.length, 1);
    await world.finish(end);
    world.pass(0);
    assert.equal(world.runs.length, 2, end);
  }
});

test('a run that breaks with a bug is not taken for one that goes on', async () => {
  const { auto, world } = await begun();
  const bugs = [];
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (bug) => bugs.push(bug.message));
  auto.press();
  await world.finish('thrown');
  await new Promise((resolve) => setImmediate(resolve));
  process.removeAllListeners('unhandledRejection');
  listeners.forEach((listener) => process.on('unhandledRejection', listener));
  assert.deepEqual(bugs, ['a bug'], 'told where all bugs are told');
  world.pass(10_000);
  assert.equal(world.runs.length, 2);
});

test('told twice that the network is back: one run', async () => {
  const { auto, world } = await begun();
  auto.cameOnline();
  auto.cameOnline();
  await world.finish();
  world.pass(1_000_000);
  assert.equal(world.runs.length, 1);
});
