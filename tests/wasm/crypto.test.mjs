// Goal: the SIMD build of libsodium computes the published algorithms.
import assert from 'node:assert/strict';
import { createCipheriv, randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { memoryPorts } from '../support/memory-host.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmModule } from '../support/wasm-modules.mjs';

const { instantiateWithHost } = await importWebModules('web/src/worker/core.ts');
const { exports, memory } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());
assert.equal(exports.fk_test_crypto_start(), 0);

const TAG_SIZE_BYTES = 16;
const unhex = (text) => Buffer.from(text, 'hex');

/** Runs action with the buffers placed in memory; always frees them. */
function placed(buffers, action) {
  const addresses = buffers.map((bytes) => {
    const address = exports.fk_test_alloc(Math.max(1, bytes.length));
    memory.write(address, bytes);
    return address;
  });
  try {
    return action(...addresses);
  } finally {
    addresses.forEach((address, i) => exports.fk_test_free(address, Math.max(1, buffers[i].length)));
  }
}

const seal = (key, nonce, associated, plain) =>
  placed([Buffer.concat([key, nonce]), associated, plain, Buffer.alloc(plain.length + TAG_SIZE_BYTES)], (k, a, p, out) => {
    exports.fk_test_aead_seal(k, a, associated.length, p, plain.length, out);
    return Buffer.from(memory.copy(out, plain.length + TAG_SIZE_BYTES));
  });

/** null when it does not authenticate */
const open = (key, nonce, associated, sealed) =>
  placed([Buffer.concat([key, nonce]), associated, sealed, Buffer.alloc(sealed.length)], (k, a, s, out) =>
    exports.fk_test_aead_open(k, a, associated.length, s, sealed.length, out) === 0
      ? Buffer.from(memory.copy(out, Math.max(0, sealed.length - TAG_SIZE_BYTES)))
      : null,
  );

const hash = (bytes) =>
  placed([bytes, Buffer.alloc(32)], (source, out) => {
    exports.fk_test_hash(source, bytes.length, out);
    return Buffer.from(memory.copy(out, 32)).toString('hex');
  });

test('blake2b_256__published_answers', () => {
  assert.equal(hash(Buffer.from('abc')), 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319');
  assert.equal(hash(Buffer.alloc(0)), '0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8');
});

/** HChaCha20 turns the first 16 nonce bytes into a key; the rest is what Node's ChaCha20-Poly1305 does. */
function hchacha20(key, nonce) {
  const rotate = (value, bits) => ((value << bits) | (value >>> (32 - bits))) >>> 0;
  const words = new Uint32Array(16);
  const input = Buffer.concat([Buffer.from('expand 32-byte k'), key, nonce]);
  words.forEach((_, i) => (words[i] = input.readUInt32LE(4 * i)));
  const quarter = (a, b, c, d) => {
    for (const [x, y, z, bits] of [[a, b, d, 16], [c, d, b, 12], [a, b, d, 8], [c, d, b, 7]]) {
      words[x] += words[y];
      words[z] = rotate(words[z] ^ words[x], bits);
    }
  };
  for (let round = 0; round < 10; round++) {
    [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]].forEach((row) => quarter(...row));
    [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]].forEach((row) => quarter(...row));
  }
  const output = Buffer.alloc(32);
  [0, 1, 2, 3, 12, 13, 14, 15].forEach((word, i) => output.writeUInt32LE(words[word], 4 * i));
  return output;
}

test('xchacha20_poly1305__equals_node_for_every_length_around_the_simd_blocks', () => {
  for (const sizeBytes of [0, 1, 15, 16, 17, 63, 64, 65, 127, 255, 256, 257, 511, 512, 513, 1023, 1025, 4096, 8160, 65_537]) {
    const [key, nonce, associated, plain] = [randomBytes(32), randomBytes(24), randomBytes(sizeBytes % 70), randomBytes(sizeBytes)];
    const cipher = createCipheriv('chacha20-poly1305', hchacha20(key, nonce.subarray(0, 16)),
      Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]), { authTagLength: TAG_SIZE_BYTES });
    cipher.setAAD(associated, { plaintextLength: sizeBytes });
    const expected = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    assert.deepEqual(seal(key, nonce, associated, plain), expected, `${sizeBytes} bytes`);
  }
});

test('xchacha20_poly1305__any_flipped_bit_or_missing_byte_is_refused', () => {
  const [key, nonce, associated, plain] = [randomBytes(32), randomBytes(24), randomBytes(20), randomBytes(100)];
  const sealed = seal(key, nonce, associated, plain);
  assert.deepEqual(open(key, nonce, associated, sealed), plain);
  const flipped = (bytes, bit) => bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
  for (let bit = 0; bit < sealed.length * 8; bit += 7) {
    assert.equal(open(key, nonce, associated, flipped(sealed, bit)), null, `bit ${bit}`);
  }
  assert.equal(open(flipped(key, 3), nonce, associated, sealed), null);
  assert.equal(open(key, flipped(nonce, 190), associated, sealed), null);
  assert.equal(open(key, nonce, flipped(associated, 0), sealed), null);
  for (const sizeBytes of [0, 15, 16, sealed.length - 1]) {
    assert.equal(open(key, nonce, associated, sealed.subarray(0, sizeBytes)), null, `${sizeBytes} bytes`);
  }
});

test('signatures__verify_and_are_bound_to_content_purpose_and_agency', () => {
  for (const sizeBytes of [1, 64, 1000]) {
    placed([randomBytes(sizeBytes)], (content) => assert.equal(exports.fk_test_sign_and_verify(content, sizeBytes), 0));
  }
});

