// Goal: the SIMD build of libsodium gives the library's own known answers and agrees with Wycheproof. Method: its own tests
// (test/default/*.c of its source), compiled into known-answers.wasm; what each prints is what its .exp file says. The
// vectors of Wycheproof through the same module.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryPorts } from '../support/memory-host.mjs';
import { SODIUM_TESTS, publishedAnswers } from '../support/published-answers.mjs';
import { assertWycheproof, sodiumSays } from '../support/published-files.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmModule } from '../support/wasm-modules.mjs';

const { instantiateWithHost } = await importWebModules('web/src/worker/core.ts');
const module = await wasmModule('known-answers');
const answers = async () => publishedAnswers(await instantiateWithHost(module, memoryPorts()));

for (const name of SODIUM_TESTS) {
  test(`${name}__gives_the_known_answers`, async () => {
    assert.deepEqual((await answers()).sodium(name), { code: 0, printed: sodiumSays(name) });
  });
}

test('wycheproof__agrees_with_every_vector_and_finds_a_changed_one', async (context) => {
  await assertWycheproof(context, (await answers()).wycheproof);
});
