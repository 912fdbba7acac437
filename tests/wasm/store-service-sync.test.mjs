// Goal: a run of sync leaves the store worker's promises as they are: other commands are answered between its steps, one run
// at a time, one answer to each request, and lock, cancel and a trap end it at once. Method: the service with its real core
// over a real connection that stays open as long as the test likes; the steps of the run are the test's.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';

import { MemoryDisk, memoryPorts } from '../support/memory-host.mjs';
import { driverWithVault } from '../support/store-driver.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmModule } from '../support/wasm-modules.mjs';

const { Core, CoreCrashedError } = await importWebModules('web/src/worker/store-service.ts', 'web/src/worker/core.ts', 'web/src/worker/kdf.ts', 'web/src/protocol/passphrase.ts');
const PASSPHRASE = 'acid bacon cedar delta eagle';
const REQUEST = (path) => new Uint8Array([0, 1, 1, 0, 0, 0, 0, 0, path.length, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(path)]);
const DONE = new Uint8Array([0, 2, ...new Array(14).fill(0)]);
const codeOf = (answer) => (answer.ok ? 'ok' : answer.error.code);
const json = (reply) => JSON.stringify({ ok: true, reply });

const server = http.createServer((request, response) => server.onRequest(request, response));
after(() => { server.closeAllConnections(); server.close(); });
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const hub = `http://127.0.0.1:${server.address().port}`;
/** The next request arrives; its response stays open. */
const nextRequest = () => new Promise((resolve) => { server.onRequest = (request, response) => resolve(response); });

/** The real core, but for the commands of a run. */
function withSteps(core, steps, answers) {
  const replies = { 'sync.begin': () => json({}), 'team.status': () => json({ hub }), 'sync.status': () => json({ isRunning: true, phase: 'sending', done: answers.length, total: 9 }) };
  return {
    callJson: (command, request) => (replies[command] ?? (() => core.callJson(command, request)))(),
    callBytes: (id, bytes) => core.callBytes(id, bytes),
    callRaw: (_, bytes) => {
      answers.push(bytes[0]);
      const step = steps[answers.length - 1] ?? DONE;
      if (step instanceof Error) throw step;
      return step;
    },
  };
}

async function driverWith(steps) {
  const answers = [];
  const disk = new MemoryDisk();
  const driver = await driverWithVault(disk, PASSPHRASE, { loadCore: async (files) => withSteps(await Core.load(await wasmModule('core'), memoryPorts(disk, { files })), steps, answers) });
  return { driver, answers, disk };
}

test('sync__other_commands_are_answered_while_a_request_is_under_way', async () => {
  const { driver, answers } = await driverWith([REQUEST('/v1/x')]);
  const arrived = nextRequest();
  const running = driver.ask({ control: 'sync', timeMs: 1 });
  const response = await arrived;
  assert.equal(codeOf(await driver.command('case.list', { limit: 1 })), 'ok');
  assert.equal(codeOf(await driver.ask({ control: 'sync', timeMs: 1 })), 'wrong-state', 'one run at a time');
  response.end('reply');
  assert.deepEqual(await running, { ok: true, reply: { isRunning: true, phase: 'sending', done: 2, total: 9 } });
  assert.deepEqual(answers, [0, 1]);
  assert.ok(driver.events.every((event) => event.event === 'sync') && driver.events.length === 2);
  assert.equal(codeOf(await driver.ask({ control: 'sync', timeMs: 1 })), 'ok', 'and then the next');
});

test('sync__cancel_ends_the_request_and_tells_the_core', async () => {
  const { driver, answers } = await driverWith([REQUEST('/v1/x')]);
  const arrived = nextRequest();
  const running = driver.ask({ control: 'sync', timeMs: 1 });
  await arrived;
  assert.equal(codeOf(await driver.ask({ control: 'cancel-sync' })), 'ok');
  assert.equal(codeOf(await running), 'ok');
  assert.deepEqual(answers, [0, 5]);
  assert.equal(codeOf(await driver.ask({ control: 'cancel-sync' })), 'ok', 'without a run nothing happens');
});

test('sync__lock_does_not_wait_for_the_hub_and_every_request_is_answered_once', async () => {
  const { driver, answers, disk } = await driverWith([REQUEST('/v1/x')]);
  const arrived = nextRequest();
  const running = driver.ask({ control: 'sync', timeMs: 1 });
  await arrived;
  const before = driver.answerCount;
  const locking = driver.ask({ control: 'lock' });
  const late = driver.ask({ control: 'sync', timeMs: 1 });
  assert.deepEqual([codeOf(await running), codeOf(await locking), codeOf(await late)], ['stopped', 'ok', 'stopped']);
  assert.equal(driver.answerCount, before + 3);
  assert.deepEqual(answers, [0], 'no step after the lock was asked for');
  assert.equal(disk.isClosed, true);
  assert.equal(driver.hasEnded, true);
});

test('sync__lock_in_the_same_moment_as_its_begin', async () => {
  const { driver } = await driverWith([REQUEST('/v1/x')]);
  server.onRequest = () => assert.fail('nothing is sent');
  const running = driver.ask({ control: 'sync', timeMs: 1 });
  const locking = driver.ask({ control: 'lock' });
  assert.deepEqual([codeOf(await running), codeOf(await locking)], ['stopped', 'ok']);
  assert.equal(driver.hasEnded, true);
});

test('sync__a_trap_in_a_step_ends_the_worker_after_its_answer', async () => {
  const { driver } = await driverWith([new CoreCrashedError('crashed', 'sync.c:1 planted')]);
  assert.equal(codeOf(await driver.ask({ control: 'sync', timeMs: 1 })), 'crashed');
  assert.equal(codeOf(await driver.command('case.list', { limit: 1 })), 'stopped');
  assert.deepEqual(driver.events, [{ event: 'crashed', payload: { detail: 'sync.c:1 planted' } }]);
  assert.equal(driver.hasEnded, true);
});

test('sync__the_core_refuses_a_step_or_says_something_else', async () => {
  const refused = await driverWith([JSON.stringify({ ok: false, error: { code: 'full', detail: 'x' } })]);
  assert.equal(codeOf(await refused.driver.ask({ control: 'sync', timeMs: 1 })), 'full');
  const strange = await driverWith([new Uint8Array([0, 9])]);
  assert.equal(codeOf(await strange.driver.ask({ control: 'sync', timeMs: 1 })), 'bug');
  assert.equal(codeOf(await strange.driver.command('case.list', { limit: 1 })), 'ok', 'the vault stays open');
});

test('sync__a_vault_without_a_team_has_nobody_to_sync_with', async () => {
  const driver = await driverWithVault(new MemoryDisk(), PASSPHRASE);
  assert.equal(codeOf(await driver.ask({ control: 'sync', timeMs: 1 })), 'wrong-state');
  for (const command of ['sync.begin', 'sync.step', 'sync.cancel']) assert.equal(codeOf(await driver.command(command, {})), 'unknown-command');
});
