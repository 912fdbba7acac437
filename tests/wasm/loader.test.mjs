// Goal: the loader runs nothing of a module it does not know, and no view outlives a growth of memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryDisk, memoryPorts } from '../support/memory-host.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmModule } from '../support/wasm-modules.mjs';

const loader = await importWebModules('web/src/worker/loader.ts');
const { instantiateWithHost } = await importWebModules('web/src/worker/core.ts');
const MIB = 1024 * 1024;

const text = (value) => [value.length, ...Buffer.from(value)];
const section = (id, bytes) => [id, bytes.length, ...bytes];
const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const TYPE_VOID = section(1, [1, 0x60, 0, 0]);

/** A module that imports one function and starts by calling it. */
const importing = (module, name) =>
  WebAssembly.compile(
    Uint8Array.from([...HEADER, ...TYPE_VOID, ...section(2, [1, ...text(module), ...text(name), 0, 0]), ...section(8, [0])]),
  );

test('instantiate__refuses_an_import_outside_the_list_before_anything_runs', async () => {
  let hasRun = false;
  const module = await importing('host', 'spy');
  await assert.rejects(loader.instantiate(module, loader.CORE_IMPORTS, { spy: () => (hasRun = true) }), {
    name: 'RefusedModuleError',
    message: 'import host.spy is not on the list',
  });
  assert.equal(hasRun, false);
});

test('instantiate__refuses_a_listed_name_from_another_module', async () => {
  await assert.rejects(loader.instantiate(await importing('env', 'now_ms'), loader.CORE_IMPORTS, {}), /env\.now_ms/);
});

test('instantiate__refuses_an_imported_memory_under_a_listed_name', async () => {
  const memory = Uint8Array.from([...HEADER, ...section(2, [1, ...text('host'), ...text('now_ms'), 2, 0, 1])]);
  await assert.rejects(loader.instantiate(await WebAssembly.compile(memory), loader.CORE_IMPORTS, {}), /host\.now_ms/);
});

test('instantiate__refuses_a_module_without_initialize', async () => {
  await assert.rejects(loader.instantiate(await WebAssembly.compile(Uint8Array.from(HEADER)), [], {}), /_initialize/);
});

test('kdf.wasm__is_refused_by_a_shorter_list_and_core_test_by_the_list_of_kdf', async () => {
  await assert.rejects(loader.instantiate(await wasmModule('kdf'), [], {}), { name: 'RefusedModuleError' });
  await assert.rejects(loader.instantiate(await wasmModule('core-test'), loader.KDF_IMPORTS, {}), { name: 'RefusedModuleError' });
});

test('memory__views_made_before_a_growth_are_dead_and_bytes_gives_live_ones', async () => {
  const { exports, memory } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());
  const address = exports.fk_test_alloc(16);
  const old = memory.bytes(address, 16);
  old.fill(7);
  const sizeBefore = memory.sizeBytes;
  const large = exports.fk_test_alloc(64 * MIB);
  assert.notEqual(large, 0);
  assert.ok(memory.sizeBytes >= sizeBefore + 40 * MIB);
  assert.equal(old.length, 0, 'the old view died, which is what this test is about');
  assert.deepEqual([...memory.bytes(address, 16)], new Array(16).fill(7));
  memory.write(large + 64 * MIB - 4, Uint8Array.of(1, 2, 3, 4));
  assert.deepEqual([...memory.copy(large + 64 * MIB - 4, 4)], [1, 2, 3, 4]);
});

test('memory__the_core_uses_the_random_import_after_a_growth', async () => {
  const { exports, memory } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());
  assert.equal(exports.fk_test_crypto_start(), 0);
  const sizeBytes = 40 * MIB;
  const address = exports.fk_test_alloc(sizeBytes);
  exports.fk_test_random_bytes(address, sizeBytes);
  const pieces = [0, 65_536, sizeBytes - 32].map((offset) => memory.copy(address + offset, 32));
  pieces.forEach((piece) => assert.ok(piece.some((byte) => byte !== 0)));
  assert.notDeepEqual(pieces[0], pieces[1]);
});

test('memory__beyond_the_maximum_an_allocation_answers_null', async () => {
  const { exports, memory } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());
  assert.equal(exports.fk_test_alloc(200 * MIB), 0);
  assert.ok(memory.sizeBytes <= 192 * MIB);
});

test('stack__an_overflow_traps_and_the_depth_of_the_core_fits', async () => {
  const { exports } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());
  exports.fk_test_use_stack(900);
  assert.throws(() => exports.fk_test_use_stack(2000), WebAssembly.RuntimeError);
});

test('panic__tells_the_place_and_the_condition_then_traps', async () => {
  const { exports, faults } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());
  assert.throws(() => exports.fk_test_panic(), WebAssembly.RuntimeError);
  assert.match(faults.panic, /(^|\/)core\/host\/wasm\/test_exports\.c:\d+ !is_broken$/);
});

test('free__wipes_what_it_releases', async () => {
  const { exports, memory } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());
  const address = exports.fk_test_alloc(64);
  memory.bytes(address, 64).fill(0x5a);
  exports.fk_test_free(address, 64);
  assert.equal(memory.copy(address, 64).includes(0x5a), false);
});

test('disk_port__a_count_no_disk_can_give_is_a_full_disk_and_a_negative_one_a_failed_handle', async () => {
  const answers = new Map([[4294967288, -1], [17, 0], [16, 16], [5, 5], [0, 0], [-5, -1], [NaN, 0]]);
  for (const [answer, expected] of answers) {
    const disk = new MemoryDisk();
    disk.write = () => answer;
    const { exports } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts(disk));
    assert.equal(exports.fk_test_write(0, exports.fk_test_alloc(16), 16, 0), expected, String(answer));
  }
});

test('clock_port__a_time_that_is_none_is_zero', async () => {
  for (const [answer, expected] of [[NaN, 0], [-1, 0], [Infinity, 0], [1_800_000_000_123, 1_800_000_000_123]]) {
    const { exports } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts(new MemoryDisk(), { nowMs: () => answer }));
    assert.equal(exports.fk_test_now_ms(), expected);
  }
});
