// Goal: the wasm build makes and reads the same bytes as the native one: golden body of a segment, sealed box.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { memoryPorts } from '../support/memory-host.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmModule } from '../support/wasm-modules.mjs';

const { instantiateWithHost } = await importWebModules('web/src/worker/core.ts');
const { exports, memory } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());
assert.equal(exports.fk_test_crypto_start(), 0);

const TARGET_SIZE_BYTES = 288 * 1024;
const INVALID_INPUT = 3;
const golden = Buffer.from(readFileSync(new URL('../vectors/wire/body.hex', import.meta.url), 'utf8').replaceAll('\n', ''), 'hex');

function placed(bytes) {
  const address = exports.fk_test_alloc(bytes.length);
  memory.write(address, bytes);
  return address;
}

function rewrite(plain, operationCount) {
  const [source, target] = [placed(plain), exports.fk_test_alloc(TARGET_SIZE_BYTES)];
  try {
    const size = exports.fk_test_body_rewrite(source, plain.length, operationCount, target, TARGET_SIZE_BYTES);
    return size < 0 ? size : Buffer.from(memory.copy(target, size));
  } finally {
    exports.fk_test_free(source, plain.length);
    exports.fk_test_free(target, TARGET_SIZE_BYTES);
  }
}

test('body__is_the_same_in_both_builds', () => {
  assert.equal(rewrite(golden, 3).toString('hex'), golden.toString('hex'));
});

test('body__refuses_the_same_in_both_builds', () => {
  assert.equal(rewrite(golden, 2), -INVALID_INPUT);
  assert.equal(rewrite(golden.subarray(0, 511), 3), -INVALID_INPUT);
  const padded = Buffer.from(golden);
  padded[511] = 1;
  assert.equal(rewrite(padded, 3), -INVALID_INPUT);
});

// The vector of tests/unit/sealing_test.c, from there, so that it stands in one place.
test('box__opens_what_other_implementations_sealed', () => {
  const source = readFileSync(new URL('../unit/sealing_test.c', import.meta.url), 'utf8');
  const hexOf = (name) => Buffer.from(new RegExp(`${name}\\[\\] =([^;]*);`).exec(source)[1].replace(/[^0-9a-f]/g, ''), 'hex');
  const [sealed, boxPublic] = [hexOf('SEALED_HEX'), hexOf('BOX_PUBLIC_HEX')];
  const secret = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
  const [keys, box, plain] = [placed(Buffer.concat([boxPublic, secret])), placed(sealed), placed(Buffer.alloc(84))];
  assert.equal(exports.fk_test_box_open(keys, box, sealed.length, plain), 0);
  assert.deepEqual([...memory.copy(plain, 84)], Array.from({ length: 84 }, (_, index) => index));
  memory.write(box, Buffer.from([sealed[0] ^ 1]));
  assert.notEqual(exports.fk_test_box_open(keys, box, sealed.length, plain), 0);
});
