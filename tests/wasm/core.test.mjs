// Goal: the border of core.wasm answers hostile input by name, changes nothing by it, and ends cleanly on a fault.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';

import { MemoryDisk, memoryPorts } from '../support/memory-host.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmBytes, wasmModule, withMemoryMaximum } from '../support/wasm-modules.mjs';

const { Core, instantiateWithHost } = await importWebModules('web/src/worker/core.ts');
const { SECRETS_SIZE_BYTES, secretBytes } = await importWebModules('web/src/protocol/secrets.ts');
const { COMMAND_IDS, RAW_REQUEST_BYTES, REQUEST_BYTES_MAX, REQUEST_DEPTH_MAX, SCHEMA_HASH } = await importWebModules('web/src/protocol/protocol.gen.ts');

/** 6 MiB: enough to start and for a request, not for the tree of a large one. */
const PAGES_OF_A_SMALL_DEVICE = 96;

const load = async (ports = memoryPorts()) => Core.load(await wasmModule('core'), ports);
async function started(ports) {
  const core = await load(ports);
  assert.deepEqual(JSON.parse(core.callJson('core.start', {})).ok, true);
  return core;
}
const bytes = (text) => new TextEncoder().encode(text);
const passphraseSecrets = (key = new Uint8Array(32)) => secretBytes({ passphraseKey: key.slice().buffer });
const call = (core, command, request) => JSON.parse(core.callBytes(COMMAND_IDS[command] ?? command, request));
function writeTo(exports, memory, text) {
  const address = exports.fk_abi_alloc(text.length);
  memory.write(address, bytes(text));
  return address;
}
const codeOf = (answer) => (answer.ok ? 'ok' : answer.error.code);

test('core_start__says_what_this_build_is', async () => {
  const { ok, reply } = JSON.parse((await load()).callJson('core.start', {}));
  assert.equal(ok, true);
  assert.equal(reply.cipher, 'chacha20');
  assert.equal(reply.protocolVersion, 1);
  assert.match(reply.sqliteVersion, /^3\.\d+\.\d+/);
});

test('every_command__answers_wrong_state_before_core_start', async () => {
  for (const command of Object.keys(COMMAND_IDS).filter((name) => name !== 'core.start')) {
    const core = await load();
    assert.equal(codeOf(call(core, command, bytes('{}'))), 'wrong-state', command);
  }
});

const HOSTILE = [
  ['no bytes at all', 'case.list', new Uint8Array(0), 'bad-json'],
  ['text that is no JSON', 'case.list', bytes('{limit:1}'), 'bad-json'],
  ['bytes after the value', 'case.list', bytes('{"limit":1}{}'), 'bad-json'],
  ['a NUL', 'case.list', bytes('{"limit":1}\0'), 'bad-json'],
  ['invalid UTF-8', 'case.list', Uint8Array.of(0x22, 0xc3, 0x28, 0x22), 'bad-json'],
  ['a member twice', 'case.list', bytes('{"limit":1,"limit":2}'), 'bad-json'],
  ['an array for an object', 'case.list', bytes('[]'), 'invalid-input'],
  ['a missing field', 'case.list', bytes('{}'), 'invalid-input'],
  ['an unknown member', 'case.list', bytes('{"limit":1,"spy":true}'), 'invalid-input'],
  ['a number above its bound', 'case.list', bytes('{"limit":101}'), 'invalid-input'],
  ['a number for a string', 'case.list', bytes('{"limit":1,"search":5}'), 'invalid-input'],
  ['a string above its bound', 'content.get', bytes(JSON.stringify({ name: 'x'.repeat(61) })), 'too-large'],
  ['nesting beyond the bound', 'case.list', bytes('['.repeat(REQUEST_DEPTH_MAX + 1) + ']'.repeat(REQUEST_DEPTH_MAX + 1)), 'too-large'],
  ['a request above the bound', 'case.list', new Uint8Array(REQUEST_BYTES_MAX + 1).fill(0x20), 'too-large'],
  ['command 0', 0, bytes('{}'), 'unknown-command'],
  ['a command that is not there', 9999, bytes('{}'), 'unknown-command'],
  ['a command beyond 32 bits', 0xffffffff, bytes('{}'), 'unknown-command'],
  ['secrets a byte short', 'vault.unlock', new Uint8Array(SECRETS_SIZE_BYTES - 1), 'invalid-input'],
  ['secrets a byte long', 'vault.create', new Uint8Array(SECRETS_SIZE_BYTES + 1), 'invalid-input'],
  ['bytes where nothing is said to be', 'vault.unlock', new Uint8Array(SECRETS_SIZE_BYTES).fill(1, 40, 41), 'invalid-input'],
  ['a key where there is no vault', 'vault.unlock', passphraseSecrets(), 'wrong-state'],
  ['a vault without vault.prepare', 'vault.create', passphraseSecrets(), 'wrong-state'],
  ['a recovery key where there is no vault', 'keys.recovery.unlock', bytes('0'), 'mistyped'],
];
for (const [name, command, request, expected] of HOSTILE) {
  test(`call__${name.replaceAll(' ', '_')}__is_${expected}_and_changes_nothing`, async () => {
    const disk = new MemoryDisk();
    const core = await started(memoryPorts(disk));
    assert.equal(codeOf(call(core, command, request)), expected);
    assert.equal(disk.calls.write + disk.calls.truncate, 0);
    assert.equal(disk.usedBytes, 0);
    assert.equal(codeOf(call(core, 'vault.status', bytes('{}'))), 'ok', 'the core still answers');
  });
}

test('call__any_size_above_the_bound_is_too_large_and_the_core_goes_on', async () => {
  const core = await started();
  for (const sizeBytes of [REQUEST_BYTES_MAX + 2, 5 * 1024 * 1024, 64 * 1024 * 1024]) {
    const request = new Uint8Array(sizeBytes).fill(0x20);
    assert.equal(codeOf(call(core, 'case.list', request)), 'too-large');
    assert.equal(request.every((byte) => byte === 0), true, 'all of it is wiped');
  }
  assert.equal(codeOf(call(core, 'vault.status', bytes('{}'))), 'ok');
});

test('call__without_memory_for_the_request_is_a_named_error_and_the_core_goes_on', async () => {
  const core = await Core.load(await WebAssembly.compile(withMemoryMaximum(wasmBytes('core'), PAGES_OF_A_SMALL_DEVICE)), memoryPorts());
  assert.equal(codeOf(call(core, 'core.start', bytes('{}'))), 'ok');
  const values = bytes(`[${`"${'a'.repeat(22)}",`.repeat(65_000)}0]`);
  for (let i = 0; i < 3; i++) {
    assert.equal(codeOf(call(core, 'case.list', values.slice())), 'no-memory');
  }
  assert.equal(codeOf(call(core, 'vault.status', bytes('{}'))), 'ok');
});

test('call__wipes_the_request_it_was_given', async () => {
  const core = await started();
  const secrets = passphraseSecrets(new Uint8Array(32).fill(7));
  call(core, 'vault.unlock', secrets);
  assert.deepEqual([...secrets], new Array(SECRETS_SIZE_BYTES).fill(0));
});

test('key__of_a_vault_is_nowhere_in_memory_once_the_call_has_answered', async () => {
  const { exports, memory } = await instantiateWithHost(await wasmModule('core'), memoryPorts());
  const run = (command, address, sizeBytes) => {
    assert.equal(exports.fk_abi_call(COMMAND_IDS[command], address, sizeBytes), 0);
    return memory.text(exports.fk_abi_reply_ptr(), exports.fk_abi_reply_size_bytes());
  };
  const runJson = (command, text) => run(command, writeTo(exports, memory, text), text.length);
  const key = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 11) & 255);
  const isInMemory = () => Buffer.from(memory.copy(0, memory.sizeBytes)).includes(key.subarray(0, 16));
  runJson('core.start', '{}');
  runJson('vault.prepare', '{"memoryKib":65536}');
  for (const command of ['vault.create', 'vault.unlock']) {
    const address = exports.fk_abi_alloc(SECRETS_SIZE_BYTES);
    memory.write(address, passphraseSecrets(key));
    assert.equal(isInMemory(), true, 'the search finds it where it was put');
    assert.match(run(command, address, SECRETS_SIZE_BYTES), /"ok":true/);
    exports.fk_abi_free(address, SECRETS_SIZE_BYTES);
    assert.equal(isInMemory(), false, command);
    runJson('vault.lock', '{}');
  }
});

test('callRaw__an_error_comes_as_json_and_the_bounds_of_the_request_hold', async () => {
  const core = await started();
  const { min, max } = RAW_REQUEST_BYTES['sync.step'];
  for (const [sizeBytes, expected] of [[0, 'invalid-input'], [min - 1, 'invalid-input'], [min, 'wrong-state'], [max, 'wrong-state'], [max + 1, 'invalid-input']]) {
    const request = new Uint8Array(sizeBytes).fill(1);
    const answer = core.callRaw('sync.step', request);
    assert.equal(typeof answer, 'string');
    assert.equal(codeOf(JSON.parse(answer)), expected, `${sizeBytes} bytes`);
    assert.equal(request.every((byte) => byte === 0), true, 'the request is wiped');
  }
});

test('vault_prepare__below_the_floor_is_refused', async () => {
  const core = await started();
  assert.equal(codeOf(call(core, 'vault.prepare', bytes('{"memoryKib":65535}'))), 'invalid-input');
});

for (const [name, fillRandom] of Object.entries({
  zeros: (target) => target.fill(0),
  repeats: (target) => target.forEach((_, i) => (target[i] = i + 1)),
})) {
  test(`core_start__a_random_source_that_gives_${name}_is_no_random_and_nothing_works_after`, async () => {
    const core = await load(memoryPorts(new MemoryDisk(), { fillRandom }));
    assert.equal(codeOf(call(core, 'core.start', bytes('{}'))), 'no-random');
    assert.equal(codeOf(call(core, 'vault.prepare', bytes('{"memoryKib":65536}'))), 'wrong-state');
  });
}

test('core_start__a_random_source_that_throws_is_no_random_and_the_instance_is_never_called_again', async () => {
  const core = await load(
    memoryPorts(new MemoryDisk(), {
      fillRandom: () => {
        throw new Error('gone');
      },
    }),
  );
  assert.throws(() => core.callJson('core.start', {}), { name: 'CoreCrashedError', code: 'no-random' });
  assert.equal(core.crashed, true);
  assert.throws(() => core.callJson('vault.status', {}), { name: 'CoreCrashedError' });
});

test('call__a_trap_is_a_crash_and_the_instance_is_never_called_again', async () => {
  let isBroken = false;
  const fillRandom = (target) => {
    if (isBroken) throw new WebAssembly.RuntimeError('unreachable');
    webcrypto.getRandomValues(target);
  };
  const core = await started(memoryPorts(new MemoryDisk(), { fillRandom }));
  isBroken = true;
  assert.throws(() => core.callJson('vault.prepare', { memoryKib: 65_536 }), { name: 'CoreCrashedError' });
  isBroken = false;
  assert.throws(() => core.callJson('vault.status', {}), { name: 'CoreCrashedError' });
});

test('call__into_an_instance_that_trapped_traps_again_and_says_where', async () => {
  const { exports, faults, memory } = await instantiateWithHost(await wasmModule('core'), memoryPorts());
  const beyondMemory = memory.sizeBytes + 4096;
  assert.equal(exports.fk_abi_call(COMMAND_IDS['core.start'], writeTo(exports, memory, '{}'), 2), 0);
  assert.throws(() => exports.fk_abi_call(COMMAND_IDS['case.list'], beyondMemory, 64), WebAssembly.RuntimeError);
  assert.equal(faults.panic, null, 'a trap of the engine, not of ours');
  assert.throws(() => exports.fk_abi_call(COMMAND_IDS['vault.status'], 0, 0), WebAssembly.RuntimeError);
  assert.match(faults.panic, /core\/host\/wasm\/host\.c:\d+ !is_in_call$/);
});

test('content_get__large_replies_survive_memory_growth', async () => {
  const core = await started();
  const before = core.memorySizeBytes;
  for (const name of ['dash-adult', 'areas', 'emergency']) {
    const answer = call(core, 'content.get', bytes(JSON.stringify({ name })));
    assert.ok(answer.ok || answer.error.code === 'not-found');
  }
  assert.equal(codeOf(call(core, 'content.get', bytes('{"name":"dash-adult"}'))), 'ok');
  assert.ok(core.memorySizeBytes >= before);
});

/** The module with another schema hash: the constant of fk_abi_schema_hash, replaced by one of the same length. */
function withSchemaHash(source, from, to) {
  const at = source.indexOf(Buffer.from([0x41, ...signedLeb(from)]));
  assert.ok(at > 0, 'the constant is found');
  const changed = Buffer.from(source);
  changed.set(signedLeb(to), at + 1);
  return changed;
}

function signedLeb(value) {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signedLeb(rest)];
}

test('core__refuses_a_module_of_another_protocol', async () => {
  const changed = withSchemaHash(wasmBytes('core'), SCHEMA_HASH | 0, (SCHEMA_HASH ^ 1) | 0);
  await assert.rejects(Core.load(await WebAssembly.compile(changed), memoryPorts()), {
    name: 'RefusedModuleError',
    message: /is not of this build/,
  });
  await assert.rejects(Core.load(await wasmModule('core-test'), memoryPorts()), { name: 'RefusedModuleError', message: /no export fk_abi/ });
});
