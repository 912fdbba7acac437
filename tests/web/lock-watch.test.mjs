// The heartbeat of the lock: changes are told once, and an ended watch says nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { LockWatch, HEARTBEAT_MS } = await importWebModules('web/src/worker/lock-watch.ts');

function watched() {
  const asked = [];
  const told = [];
  const timers = [];
  const watch = new LockWatch({
    every(ms, run) {
      const timer = { ms, run, isOn: true };
      timers.push(timer);
      return () => (timer.isOn = false);
    },
    ask: () => asked.push('asked'),
    onChange: ({ state }) => told.push(state),
  });
  return { watch, asked, told, timers };
}

test('every beat asks', () => {
  const { watch, asked, timers } = watched();
  watch.begin();
  assert.equal(timers[0].ms, HEARTBEAT_MS);
  for (let i = 0; i < 3; i += 1) timers[0].run();
  assert.equal(asked.length, 3);
});

test('a change is told once, each way', () => {
  const { watch, told } = watched();
  watch.begin();
  for (const state of ['open', 'warm', 'warm', 'open', 'open', 'cold', 'cold']) watch.heard({ state });
  assert.deepEqual(told, ['warm', 'open', 'cold']);
});

test('nothing is told before a vault is open and after it was closed, and its timer is off', () => {
  const { watch, told, timers } = watched();
  watch.heard({ state: 'warm' });
  watch.begin();
  watch.begin();
  assert.deepEqual(timers.map(({ isOn }) => isOn), [false, true]);
  watch.end();
  watch.heard({ state: 'cold' });
  assert.deepEqual([told, timers[1].isOn], [[], false]);
});
