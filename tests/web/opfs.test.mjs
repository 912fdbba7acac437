// Goal: a handle that another window still holds is asked for again with growing pauses, and given up with a name; what handles
// answer at a quota or after they were taken back reaches the core as a number. The file system is a double: no browser can be
// made to refuse at will.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { filesOver, openVaultFiles, removeVaultDirectory, VAULT_FILE_NAMES } = await importWebModules('web/src/worker/opfs.ts');
const DIRECTORY = '0123456789abcdef0123456789abcdef';
const FILE_COUNT = VAULT_FILE_NAMES.length;
const named = (name) => Object.assign(new Error(name), { name });
const settled = async () => {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A private file system whose handles are refused as often as `refusals` says, with `reason`. */
function fileSystem(t, { refusals = 0, reason = 'NoModificationAllowedError' } = {}) {
  const world = { opened: 0, closed: 0, removed: 0, left: refusals };
  const refuse = () => {
    if (world.left > 0) {
      world.left -= 1;
      throw named(reason);
    }
  };
  const file = {
    createSyncAccessHandle: async () => {
      if (world.opened === FILE_COUNT - 1) refuse();
      world.opened += 1;
      return { close: () => void (world.closed += 1) };
    },
  };
  const folder = { getDirectoryHandle: async () => folder, getFileHandle: async () => file, removeEntry: async () => (refuse(), void (world.removed += 1)) };
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { storage: { getDirectory: async () => folder } } });
  t.after(() => (before === undefined ? delete globalThis.navigator : Object.defineProperty(globalThis, 'navigator', before)));
  return world;
}

/** Lets each pause pass at once and notes how long it was. */
function pauses(t) {
  const all = [];
  t.mock.method(globalThis, 'setTimeout', (run, ms) => {
    all.push(ms);
    setImmediate(run);
  });
  return all;
}

test('a handle held elsewhere for a while is got, after growing pauses', async (t) => {
  const world = fileSystem(t, { refusals: 4 });
  const all = pauses(t);
  await openVaultFiles(DIRECTORY, false);
  assert.deepEqual([world.opened, world.closed], [FILE_COUNT, 0]);
  assert.equal(all.length, 4);
  assert.ok(all.every((ms, i) => i === 0 || ms > all[i - 1]), String(all));
});

test('a handle held for good is given up after about ten seconds; the others are let go', async (t) => {
  const world = fileSystem(t, { refusals: Infinity });
  const all = pauses(t);
  await assert.rejects(openVaultFiles(DIRECTORY, false), { code: 'held-elsewhere' });
  const waitedMs = all.reduce((sum, ms) => sum + ms, 0);
  assert.ok(waitedMs > 8_000 && waitedMs < 15_000, String(waitedMs));
  assert.deepEqual([world.opened, world.closed], [FILE_COUNT - 1, FILE_COUNT - 1]);
});

test('any other refusal is not asked again', async (t) => {
  const world = fileSystem(t, { refusals: 1, reason: 'SecurityError' });
  const all = pauses(t);
  await assert.rejects(openVaultFiles(DIRECTORY, false), { code: 'storage-refused', detail: 'SecurityError' });
  assert.deepEqual([all.length, world.closed], [0, FILE_COUNT - 1]);
});

test('removing waits for a handle as well', async (t) => {
  const world = fileSystem(t, { refusals: 2 });
  const all = pauses(t);
  await removeVaultDirectory(DIRECTORY);
  await settled();
  assert.deepEqual([world.removed, all.length], [1, 2]);
});

test('a full disk is a short count, whatever the browser makes of it', () => {
  const writes = [() => 4_294_967_288, () => 3, () => { throw named('QuotaExceededError'); }];
  assert.deepEqual(writes.map((write) => filesOver([{ write }]).write(0, new Uint8Array(8), 0)), [0, 3, 0]);
});

test('a handle that was taken back fails and throws nothing, also when it is closed', () => {
  const gone = () => { throw named('InvalidStateError'); };
  const files = filesOver([{ read: gone, write: gone, flush: gone, truncate: gone, getSize: gone, close: gone }]);
  const bytes = new Uint8Array(8);
  assert.deepEqual([files.read(0, bytes, 0), files.write(0, bytes, 0), files.flush(0), files.truncate(0, 0), files.size(0), files.size(7)], Array(6).fill(-1));
  files.close();
});
