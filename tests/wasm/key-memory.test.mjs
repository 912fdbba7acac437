// Goal: after a lock the core's memory holds no byte of a key: not the master key, nothing derived from it, not the
// device's secret keys, not the passphrase key, not a recovery key. Method: core.wasm on a random source that is noted
// down, so that the keys are known; the whole memory is searched. Each search finds them before the lock, so it can.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';

import { MemoryDisk, memoryPorts } from '../support/memory-host.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmModule } from '../support/wasm-modules.mjs';

const { instantiateWithHost } = await importWebModules('web/src/worker/core.ts');
const { COMMAND_IDS } = await importWebModules('web/src/protocol/protocol.gen.ts');
const { SECRETS_SIZE_BYTES, secretBytes } = await importWebModules('web/src/protocol/secrets.ts');

const KEY_SIZE_BYTES = 32;
const VAULT_KEYS_SIZE_BYTES = 4 * KEY_SIZE_BYTES;
/** A piece this long is no accident, and finds a key that was moved or partly overwritten. */
const PIECE_SIZE_BYTES = 12;
const CASE = 'c0000000000000000000000000000001';

/** One core whose random bytes are known. */
async function noted() {
  const draws = [];
  const disk = new MemoryDisk();
  const ports = memoryPorts(disk, {
    fillRandom: (target) => {
      webcrypto.getRandomValues(target);
      draws.push(Buffer.from(target));
    },
  });
  const { exports, memory } = await instantiateWithHost(await wasmModule('core'), ports);
  const runBytes = (command, request) => {
    const address = exports.fk_abi_alloc(request.length);
    memory.write(address, request);
    assert.equal(exports.fk_abi_call(COMMAND_IDS[command], address, request.length), 0);
    exports.fk_abi_free(address, request.length);
    return Buffer.from(memory.copy(exports.fk_abi_reply_ptr(), exports.fk_abi_reply_size_bytes()));
  };
  const run = (command, request) => {
    const reply = JSON.parse(runBytes(command, Buffer.from(JSON.stringify(request))).toString());
    assert.equal(reply.ok, true, `${command}: ${JSON.stringify(reply)}`);
    return reply.reply;
  };
  return { draws, memory, run, runBytes };
}

async function derivedFrom(master) {
  const { exports, memory } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());
  const source = exports.fk_test_alloc(KEY_SIZE_BYTES);
  const target = exports.fk_test_alloc(VAULT_KEYS_SIZE_BYTES);
  memory.write(source, master);
  exports.fk_test_vault_keys(source, target);
  const keys = Buffer.from(memory.copy(target, VAULT_KEYS_SIZE_BYTES));
  return ['page key', 'MAC key', 'identity wrap', 'export key'].map((name, i) => [name, keys.subarray(i * KEY_SIZE_BYTES, (i + 1) * KEY_SIZE_BYTES)]);
}

/** Names of the keys of which any piece is somewhere in memory. */
function found(memory, keys) {
  const everything = Buffer.from(memory.copy(0, memory.sizeBytes));
  const isThere = (key) => {
    for (let at = 0; at + PIECE_SIZE_BYTES <= key.length; at += 4) {
      if (everything.includes(key.subarray(at, at + PIECE_SIZE_BYTES))) return true;
    }
    return false;
  };
  return keys.filter(([, key]) => isThere(key)).map(([name]) => name);
}

test('lock__leaves_no_byte_of_any_key_in_memory', async () => {
  const core = await noted();
  const passphraseKey = Buffer.from(webcrypto.getRandomValues(new Uint8Array(KEY_SIZE_BYTES)));
  const secrets = () => secretBytes({ passphraseKey: new Uint8Array(passphraseKey).buffer });
  core.run('core.start', {});
  core.run('vault.prepare', { memoryKib: 65_536 });
  const before = core.draws.length;
  assert.match(core.runBytes('vault.create', secrets()).toString(), /"ok":true/);
  const drawn = core.draws.slice(before).filter((bytes) => bytes.length === KEY_SIZE_BYTES);
  // The second is the state from which the cipher of SQLite draws nonces, which stand in the files: no key.
  assert.equal(drawn.length, 4);
  const [master, , signingSeed, boxSecret] = drawn;
  const always = [
    ['master key', master], ['signing seed', signingSeed], ['box secret', boxSecret], ...(await derivedFrom(master)),
  ];
  const keys = [...always, ['passphrase key', passphraseKey]];

  const work = () => {
    core.run('draft.save', {
      timeMs: 1, caseId: CASE, recordId: CASE, type: 'case', changes: [{ field: 'reference', value: 'NM-7' }],
    });
    core.run('case.get', { caseId: CASE });
    core.run('vault.check', {});
  };
  work();
  const printed = core.runBytes('keys.recovery.make', Buffer.from('{}')).subarray(1);
  const recovery = core.draws.at(-1);
  assert.equal(recovery.length, 20);
  keys.push(['recovery key', recovery]);
  const open = found(core.memory, keys);
  for (const name of [...always.map(([keyName]) => keyName), 'recovery key']) {
    assert.ok(open.includes(name), `the search finds the ${name} while the vault is open: ${open}`);
  }
  assert.ok(!open.includes('passphrase key'), 'of the passphrase nothing is kept, even while the vault is open');
  const nextKey = Buffer.from(webcrypto.getRandomValues(new Uint8Array(KEY_SIZE_BYTES)));
  keys.push(['next passphrase key', nextKey]);
  const change = new Uint8Array(2 * SECRETS_SIZE_BYTES);
  change.set(secretBytes({ passphraseKey: new Uint8Array(nextKey).buffer }), SECRETS_SIZE_BYTES);
  assert.match(core.runBytes('keys.recovery.confirm', printed).toString(), /"ok":true/);
  assert.match(core.runBytes('keys.change', change).toString(), /"ok":true/);
  core.run('vault.lock', {});
  assert.deepEqual(found(core.memory, keys), [], 'after the lock');

  for (const [command, request] of [
    ['vault.unlock', secretBytes({ passphraseKey: new Uint8Array(nextKey).buffer })],
    ['keys.recovery.unlock', printed],
  ]) {
    assert.match(core.runBytes(command, request).toString(), /"ok":true/, command);
    work();
    assert.ok(found(core.memory, keys).includes('master key'));
    core.run('vault.lock', {});
    assert.deepEqual(found(core.memory, keys), [], `after ${command} and the next lock`);
  }
  assert.match(core.runBytes('vault.unlock', secrets()).toString(), /"code":"auth"/);
  assert.deepEqual(found(core.memory, keys), [], 'after a passphrase that opened nothing');
});
