// What is reported of a person and what is covered first: clocks and events are the test's, the curtain is looked at.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { createPresence, GAP_MS, TOUCH_PAUSE_MS } = await importWebModules('web/src/platform/presence.ts');

function page() {
  const at = { wall: 1_790_000_000_000, monotonic: 0 };
  const log = [];
  const answers = [];
  let isCovered = false;
  const watch = createPresence(
    { wallMs: () => at.wall, monotonicMs: () => at.monotonic },
    { draw: () => (isCovered = true), lift: () => (isCovered = false) },
    {
      touched: () => log.push('touched'),
      wentOutOfSight: () => log.push(`hidden ${isCovered ? 'covered' : 'bare'}`),
      seenAgain() {
        log.push(`seen ${isCovered ? 'covered' : 'bare'}`);
        return new Promise((resolve) => answers.push(resolve));
      },
    },
  );
  const pass = (ms, { wall = ms, monotonic = ms } = {}) => {
    at.wall += wall;
    at.monotonic += monotonic;
  };
  const answer = async () => {
    answers.shift()();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { watch, log, pass, answer, isCovered: () => isCovered, at };
}

test('touches: many keys are one report, and the next second has its own', () => {
  const { watch, log, pass } = page();
  for (let i = 0; i < 10; i += 1) {
    watch.activity();
    pass(TOUCH_PAUSE_MS / 10);
  }
  assert.deepEqual(log, ['touched']);
  watch.activity();
  assert.deepEqual(log, ['touched', 'touched']);
});

test('out of sight: covered at once, and uncovered only when the core has answered', async () => {
  const { watch, log, pass, answer, isCovered } = page();
  watch.hidden();
  assert.deepEqual(log, ['hidden covered']);
  pass(60_000);
  watch.shown();
  assert.deepEqual(log, ['hidden covered', 'seen covered']);
  assert.equal(isCovered(), true);
  await answer();
  assert.equal(isCovered(), false);
});

test('an answer that comes when the page is out of sight again lifts nothing', async () => {
  const { watch, answer, isCovered } = page();
  watch.hidden();
  watch.shown();
  watch.hidden();
  await answer();
  assert.equal(isCovered(), true);
  watch.shown();
  await answer();
  assert.equal(isCovered(), false);
});

const GAPS = {
  'a stopped process: both clocks went on': { wall: GAP_MS + 1, monotonic: GAP_MS + 1 },
  'a sleep that stops the monotonic clock': { wall: 60_000, monotonic: 5 },
  'a wall clock that stood still': { wall: 0, monotonic: GAP_MS + 1 },
  'a wall clock set back': { wall: -3_600_000, monotonic: 1_000 },
};
for (const [name, clocks] of Object.entries(GAPS)) {
  for (const event of ['tick', 'activity']) {
    test(`${name}: covered at the first ${event}, before anything else is told`, async () => {
      const { watch, log, pass, answer, isCovered } = page();
      watch.tick();
      pass(0, clocks);
      watch[event]();
      assert.equal(log[0], 'seen covered');
      assert.equal(isCovered(), true);
      await answer();
      assert.equal(isCovered(), false);
    });
  }
}

test('ordinary ticks, and a busy page, cover nothing', () => {
  const { watch, log, pass, isCovered } = page();
  for (let i = 0; i < 100; i += 1) {
    pass(i % 7 === 0 ? GAP_MS : 1_000);
    watch.tick();
  }
  assert.deepEqual([log, isCovered()], [[], false]);
});
