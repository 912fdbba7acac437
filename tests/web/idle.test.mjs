// The idle lock: by the larger of two clocks, and never undone by whoever touches the screen next.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { IDLE_LIMIT_MS, watchIdle } = await importWebModules('web/src/platform/idle.ts');
const MINUTE = 60_000;

function clocks() {
  const at = { wall: 1_000_000, monotonic: 0 };
  const heard = {};
  let locks = 0;
  watchIdle(
    {
      wallMs: () => at.wall,
      monotonicMs: () => at.monotonic,
      onActivity: (listener) => {
        heard.touch = listener;
      },
      onCheck: (listener) => {
        heard.check = listener;
      },
    },
    () => {
      locks += 1;
    },
  );
  const pass = (ms, { wall = ms, monotonic = ms } = {}) => {
    at.wall += wall;
    at.monotonic += monotonic;
  };
  return { pass, check: () => heard.check(), touch: () => heard.touch(), locks: () => locks };
}

test('idle: locks at the limit, not before', () => {
  const { pass, check, locks } = clocks();
  pass(IDLE_LIMIT_MS - 1);
  check();
  assert.equal(locks(), 0);
  pass(1);
  check();
  assert.equal(locks(), 1);
});

test('idle: a touch starts the time anew', () => {
  const { pass, check, touch, locks } = clocks();
  for (let i = 0; i < 5; i += 1) {
    pass(9 * MINUTE);
    touch();
  }
  pass(9 * MINUTE);
  check();
  assert.equal(locks(), 0);
});

test('idle: the first touch after the time is over locks', () => {
  const { pass, touch, locks } = clocks();
  pass(11 * MINUTE);
  touch();
  assert.equal(locks(), 1);
});

test('idle: a sleep that stops the monotonic clock counts by the wall clock', () => {
  const { pass, check, locks } = clocks();
  pass(0, { wall: 11 * MINUTE, monotonic: 0 });
  check();
  assert.equal(locks(), 1);
});

test('idle: a wall clock that was set back locks; a small correction does not', () => {
  const small = clocks();
  small.pass(0, { wall: 4 * MINUTE, monotonic: 4 * MINUTE + 30_000 });
  small.check();
  assert.equal(small.locks(), 0);
  const back = clocks();
  back.pass(0, { wall: -60 * MINUTE, monotonic: 2 * MINUTE });
  back.check();
  assert.equal(back.locks(), 1);
});
