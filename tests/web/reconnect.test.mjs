// When the network is back: what the page hears, what the browser is asked for, what the service worker passes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { watchReconnect } = await importWebModules('web/src/platform/reconnect.ts');
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** sync: what a registration has under that name; undefined as in a browser without Background Sync. */
function setUp({ sync, isOnline = true, hasWorker = true } = {}) {
  const window = new EventTarget();
  const worker = Object.assign(new EventTarget(), { ready: Promise.resolve({ sync }) });
  const world = { count: 0, window, worker };
  watchReconnect({ window, isOnline: () => isOnline, worker: hasWorker ? worker : undefined }, () => { world.count += 1; });
  return world;
}

function recorder() {
  const tags = [];
  return { tags, register: async (tag) => { tags.push(tag); } };
}

test('a browser without a service worker, without Background Sync, or that refuses it: the page hears it itself', async () => {
  const refuse = { register: async () => { throw new DOMException('no permission'); } };
  for (const options of [{ hasWorker: false }, {}, { sync: refuse }]) {
    const world = setUp(options);
    world.window.dispatchEvent(new Event('offline'));
    await settled();
    assert.equal(world.count, 0);
    world.window.dispatchEvent(new Event('online'));
    assert.equal(world.count, 1);
  }
});

test('the network goes: the browser is asked, each time by the same word', async () => {
  const sync = recorder();
  const world = setUp({ sync });
  await settled();
  assert.deepEqual(sync.tags, [], 'not while there is one');
  world.window.dispatchEvent(new Event('offline'));
  world.window.dispatchEvent(new Event('offline'));
  await settled();
  assert.deepEqual(sync.tags, ['reconnect', 'reconnect']);
});

test('begun without a network: asked at once', async () => {
  const sync = recorder();
  setUp({ sync, isOnline: false });
  await settled();
  assert.deepEqual(sync.tags, ['reconnect']);
});

test('the service worker says so: as if the page had heard it; its other messages are not taken for that', () => {
  const world = setUp();
  for (const data of [undefined, null, 'reconnected', {}, { type: 'description', buildHash: 'x' }]) {
    world.worker.dispatchEvent(new MessageEvent('message', { data }));
  }
  assert.equal(world.count, 0);
  world.worker.dispatchEvent(new MessageEvent('message', { data: { type: 'reconnected' } }));
  assert.equal(world.count, 1);
});
