// Goal: every draw of libsodium and of SQLite's cipher reaches the host, and a source that cannot be trusted stops the start.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';

import { MemoryDisk, memoryPorts } from '../support/memory-host.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmModule } from '../support/wasm-modules.mjs';

const { instantiateWithHost } = await importWebModules('web/src/worker/core.ts');
const ERR_NO_RANDOM = 17;

async function startWith(fillRandom) {
  const hosted = await instantiateWithHost(await wasmModule('core-test'), memoryPorts(new MemoryDisk(), { fillRandom }));
  return { ...hosted, start: () => hosted.exports.fk_test_crypto_start() };
}

test('start__draws_from_the_host_by_both_ways_and_accepts_a_sound_source', async () => {
  let drawCount = 0;
  const { start } = await startWith((target) => {
    drawCount += 1;
    webcrypto.getRandomValues(target);
  });
  assert.equal(start(), 0);
  assert.ok(drawCount >= 4, `${drawCount} draws`);
});

for (const way of ['fk_test_random_bytes', 'fk_test_getentropy']) {
  test(`${way}__gives_what_the_host_gave_and_nothing_else`, async () => {
    let next = 1;
    const { start, exports, memory } = await startWith((target) => webcrypto.getRandomValues(target));
    assert.equal(start(), 0);
    const counted = await startWith((target) => target.forEach((_, i) => (target[i] = next++ & 0xff)));
    counted.start();
    for (const hosted of [{ exports, memory }]) {
      const address = hosted.exports.fk_test_alloc(64);
      hosted.exports[way](address, 32);
      const first = memory.copy(address, 32);
      hosted.exports[way](address, 32);
      assert.notDeepEqual(memory.copy(address, 32), first);
    }
    const address = counted.exports.fk_test_alloc(32);
    next = 100;
    counted.exports[way](address, 32);
    assert.deepEqual([...counted.memory.copy(address, 32)], Array.from({ length: 32 }, (_, i) => 100 + i));
  });
}

const UNSOUND = {
  zeros: () => (target) => target.fill(0),
  'leaves the buffer as it is': () => () => undefined,
  'the same bytes each time': () => (target) => target.forEach((_, i) => (target[i] = i + 1)),
  'alternating between two draws': () => {
    let turn = 0;
    return (target) => target.fill(1 + (turn++ % 2));
  },
  'good at first, then zeros': () => {
    let draw = 0;
    return (target) => (draw++ < 2 ? webcrypto.getRandomValues(target) : target.fill(0));
  },
};
for (const [name, makeSource] of Object.entries(UNSOUND)) {
  test(`start__refuses_a_source_with_${name.replaceAll(' ', '_')}`, async () => {
    const { start, exports } = await startWith(makeSource());
    assert.equal(start(), ERR_NO_RANDOM);
    assert.throws(() => exports.fk_test_random_bytes(exports.fk_test_alloc(16), 16), WebAssembly.RuntimeError);
  });
}

test('start__a_source_that_throws_ends_the_instance_and_the_fault_is_kept', async () => {
  const { start, faults } = await startWith(() => {
    throw new DOMException('gone', 'OperationError');
  });
  assert.throws(start, { name: 'OperationError' });
  assert.equal(faults.random, 'OperationError');
});

test('draws__larger_than_the_browsers_piece_come_in_pieces', async () => {
  const sizes = [];
  const { start, exports } = await startWith((target) => {
    sizes.push(target.length);
    webcrypto.getRandomValues(target); // refuses more than 65,536 bytes
  });
  assert.equal(start(), 0);
  sizes.length = 0;
  exports.fk_test_random_bytes(exports.fk_test_alloc(200_000), 200_000);
  assert.deepEqual(sizes, [65_536, 65_536, 65_536, 3_392]);
});
