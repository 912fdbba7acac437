// Saving while typing: nothing is lost, nothing is said to be saved before it is, one request at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { createSaver } = await importWebModules('web/src/app/saver.ts');
const TARGET = { caseId: 'c', recordId: 'r', type: 'person' };

/** A saver over answers that the test gives, with a timer that the test fires. */
function harness() {
  const calls = [];
  const states = [];
  const refused = [];
  const timers = [];
  const saver = createSaver({
    save: (target, changes) => new Promise((resolve) => calls.push({ target, changes, resolve })),
    onState: (state) => states.push(state.kind),
    onRefused: (target, field) => refused.push(field),
    nowMs: () => 5,
    setTimer: (ms, run) => {
      const timer = { ms, run, isStopped: false };
      timers.push(timer);
      return () => {
        timer.isStopped = true;
      };
    },
  });
  return { saver, calls, states, refused, timers };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const put = (saver, field, value) => saver.put(TARGET, [{ field, value }]);

test('put: waits at most 400 ms, counted from the first key', () => {
  const { saver, timers, calls } = harness();
  put(saver, 'name', 'A');
  put(saver, 'name', 'Am');
  assert.equal(timers.length, 1);
  assert.ok(timers[0].ms <= 400);
  assert.equal(calls.length, 0);
});

test('flush: sends the newest value of each field once, and says saved only after the answer', async () => {
  const { saver, calls, states } = harness();
  put(saver, 'name', 'A');
  put(saver, 'phone', '1');
  put(saver, 'name', 'Amara');
  const done = saver.flush();
  await settled();
  assert.deepEqual(calls[0].changes, [{ field: 'phone', value: '1' }, { field: 'name', value: 'Amara' }]);
  assert.equal(states.at(-1), 'saving');
  calls[0].resolve(undefined);
  assert.equal(await done, undefined);
  assert.equal(states.at(-1), 'saved');
});

test('flush: what is typed meanwhile goes in the next request, never beside it', async () => {
  const { saver, calls, states } = harness();
  put(saver, 'name', 'A');
  const first = saver.flush();
  await settled();
  put(saver, 'name', 'AB');
  const second = saver.flush();
  await settled();
  assert.equal(calls.length, 1);
  calls[0].resolve(undefined);
  await settled();
  assert.deepEqual(calls[1].changes, [{ field: 'name', value: 'AB' }]);
  assert.equal(states.at(-1), 'saving');
  calls[1].resolve(undefined);
  await Promise.all([first, second]);
  assert.equal(states.at(-1), 'saved');
});

test('flush: an error keeps everything for the next try, newer text first', async () => {
  const { saver, calls, states } = harness();
  put(saver, 'name', 'A');
  put(saver, 'phone', '1');
  const failed = saver.flush();
  await settled();
  put(saver, 'name', 'AB');
  calls[0].resolve({ code: 'full' });
  assert.deepEqual(await failed, { code: 'full' });
  assert.equal(states.at(-1), 'failed');
  const again = saver.flush();
  await settled();
  assert.deepEqual(new Map(calls[1].changes.map(({ field, value }) => [field, value])), new Map([['name', 'AB'], ['phone', '1']]));
  calls[1].resolve(undefined);
  assert.equal(await again, undefined);
  assert.equal(states.at(-1), 'saved');
});

test('flush: one value the core refuses does not keep the others from being saved', async () => {
  const { saver, calls, refused } = harness();
  put(saver, 'name', 'A');
  put(saver, 'birth', { date: '2026-02-31' });
  const done = saver.flush();
  for (const answer of [{ code: 'invalid-input' }, undefined, { code: 'invalid-input' }]) {
    await settled();
    calls.at(-1).resolve(answer);
  }
  assert.equal(await done, undefined);
  assert.deepEqual(calls.slice(1).map((call) => call.changes.map(({ field }) => field)), [['name'], ['birth']]);
  assert.deepEqual(refused, ['birth']);
});

test('flush: more than 64 fields go in several requests', async () => {
  const { saver, calls } = harness();
  saver.put(TARGET, Array.from({ length: 70 }, (_, i) => ({ field: `item/sp.A${i}`, value: i })));
  const done = saver.flush();
  await settled();
  calls[0].resolve(undefined);
  await settled();
  calls[1].resolve(undefined);
  await done;
  assert.deepEqual(calls.map((call) => call.changes.length), [64, 6]);
});

test('clear: what waits is forgotten and the timer stopped', async () => {
  const { saver, calls, timers } = harness();
  put(saver, 'name', 'A');
  saver.clear();
  assert.equal(await saver.flush(), undefined);
  assert.equal(calls.length, 0);
  assert.ok(timers[0].isStopped);
});
