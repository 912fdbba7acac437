// Goal: the SIMD build of libsodium gives the library's own known answers. Method: its own tests (test/default/*.c of its
// source), compiled into known-answers.wasm; what each prints is what its .exp file says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

import { memoryPorts } from '../support/memory-host.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmModule } from '../support/wasm-modules.mjs';

const ANSWERS = fileURLToPath(new URL('../../build/deps/libsodium/test/default/', import.meta.url));
const { instantiateWithHost } = await importWebModules('web/src/worker/core.ts');
const module = await wasmModule('known-answers');

for (const name of ['pwhash_argon2id', 'generichash', 'generichash2', 'generichash3', 'box_seal', 'secretstream', 'aead_xchacha20poly1305']) {
  test(`${name}__gives_the_known_answers`, async () => {
    const { exports, memory } = await instantiateWithHost(module, memoryPorts());
    assert.equal(exports.fk_known_answers_start(), 0);
    memory.write(exports.fk_known_answers_name(), new TextEncoder().encode(`${name}\0`));
    assert.equal(exports.fk_known_answers_run(), 0);
    const printed = memory.text(exports.fk_known_answers_output(), exports.fk_known_answers_output_size());
    assert.equal(printed, readFileSync(path.join(ANSWERS, `${name}.exp`), 'utf8'));
  });
}
