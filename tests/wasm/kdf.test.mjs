// Goal: kdf.wasm is Argon2id with its floor and ceiling, and fails by name, never by weakness.
import assert from 'node:assert/strict';
import * as nodeCrypto from 'node:crypto';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';
import { wasmBytes, wasmModule, withMemoryMaximum } from '../support/wasm-modules.mjs';

const { derive, normalPassphrase } = await importWebModules('web/src/worker/kdf.ts', 'web/src/protocol/passphrase.ts');
const module = await wasmModule('kdf');
const SALT_HEX = Buffer.from('somesaltsomesalt').toString('hex');
const MEMORY_KIB = 65_536;
const encode = (text) => new TextEncoder().encode(text);
const parameters = (overrides = {}) => ({ saltHex: SALT_HEX, memoryKib: MEMORY_KIB, passes: 3, ...overrides });

test('derive__equals_the_answers_of_the_native_library', async () => {
  // crypto_pwhash_argon2id of libsodium 1.0.18 on x86-64: salt "somesaltsomesalt", p = 1.
  const answers = [
    ['password', 65_536, 3, '7664ad4ba1a3c999fcdd0991ffc2270f78302d2383233db5e7befc85d1bb1819'],
    ['correct horse battery staple acid', 65_536, 4, 'bfe5e72a95336b09351e1ff20e37ae474a1e8806a49d5b76d289e4559d240cbe'],
    ['élan', 131_072, 3, '520199350f00e27046c93eeb63c1f83ff16125e511d096e8d33af59631b75e27'],
  ];
  for (const [passphrase, memoryKib, passes, expected] of answers) {
    const result = await derive(module, encode(passphrase), parameters({ memoryKib, passes }));
    assert.equal(result.ok && Buffer.from(result.key).toString('hex'), expected, passphrase);
  }
});

test('derive__equals_node_where_node_has_argon2', async (context) => {
  if (typeof nodeCrypto.argon2Sync !== 'function') {
    context.skip('this Node has no Argon2');
    return;
  }
  const result = await derive(module, encode('password'), parameters());
  const expected = nodeCrypto.argon2Sync('argon2id', {
    message: Buffer.from('password'), nonce: Buffer.from(SALT_HEX, 'hex'), parallelism: 1, tagLength: 32, memory: MEMORY_KIB, passes: 3,
  });
  assert.deepEqual(Buffer.from(result.key), expected);
});

test('derive__any_other_passphrase_or_salt_gives_another_key', async () => {
  const keys = new Set();
  for (const [passphrase, saltHex] of [['a', SALT_HEX], ['b', SALT_HEX], ['a', `00${SALT_HEX.slice(2)}`]]) {
    const result = await derive(module, encode(passphrase), parameters({ saltHex }));
    keys.add(Buffer.from(result.key).toString('hex'));
  }
  assert.equal(keys.size, 3);
});

const REFUSED = {
  'memory below the floor': [encode('a'), parameters({ memoryKib: MEMORY_KIB - 1 })],
  'memory above the ceiling': [encode('a'), parameters({ memoryKib: 1_048_577 })],
  'passes below the floor': [encode('a'), parameters({ passes: 2 })],
  'passes above the ceiling': [encode('a'), parameters({ passes: 17 })],
  'memory of zero': [encode('a'), parameters({ memoryKib: 0 })],
  'an empty passphrase': [encode(''), parameters()],
  'a passphrase above 1,024 bytes': [new Uint8Array(1025).fill(97), parameters()],
  'a short salt': [encode('a'), parameters({ saltHex: 'abcd' })],
  'a salt that is no hex': [encode('a'), parameters({ saltHex: 'x'.repeat(32) })],
};
for (const [name, [passphrase, settings]] of Object.entries(REFUSED)) {
  test(`derive__refuses_${name.replaceAll(/[ ,]+/g, '_')}`, async () => {
    const result = await derive(module, passphrase, settings);
    assert.equal(result.ok, false);
    assert.equal(result.error.code, 'kdf-failed');
  });
}

test('derive__a_device_without_the_memory_is_a_named_error', async () => {
  // The same module with a maximum of 512 pages (32 MiB), so that growing to 64 MiB fails as on a small device.
  const small = withMemoryMaximum(wasmBytes('kdf'), 512);
  const result = await derive(await WebAssembly.compile(small), encode('a'), parameters());
  assert.deepEqual(result, { ok: false, error: { code: 'kdf-no-memory', detail: 'status 2' } });
});

test('normalise__capitals_spaces_and_composition_do_not_matter', () => {
  const expected = 'caf\u00e9 noir acid';
  for (const typed of ['caf\u00e9 noir acid', '  Cafe\u0301 \t Noir\nACID ', 'CAF\u00c9\u00a0noir\u2003acid']) {
    assert.equal(normalPassphrase(typed), expected);
  }
  assert.equal(normalPassphrase('a-b_c 1'), 'a-b_c 1');
});
