// Goal: what crosses between JavaScript and the modules is what build-scripts/wasm-border.txt says, no more, no less.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { importWebModules, root } from '../support/web-modules.mjs';
import { wasmBytes, wasmModule } from '../support/wasm-modules.mjs';

const { CORE_IMPORTS, KDF_IMPORTS } = await importWebModules('web/src/worker/loader.ts');
/** Gzipped, of what a phone loads. A growth beyond it is a decision, not an accident. */
const GZIP_BUDGET_BYTES = { core: 768 * 1024, kdf: 40 * 1024 };

const border = readFileSync(path.join(root, 'build-scripts/wasm-border.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const listed = (module, direction) =>
  border.map((line) => line.split(' ')).filter(([name, way]) => name === module && way === direction).map(([, , what]) => what);

for (const name of ['core', 'kdf']) {
  test(`${name}.wasm__imports_and_exports_equal_the_committed_list`, async () => {
    const module = await wasmModule(name);
    const actual = [
      ...WebAssembly.Module.imports(module).map((entry) => `${name} import ${entry.module}.${entry.name}`),
      ...WebAssembly.Module.exports(module).map((entry) => `${name} export ${entry.name}`),
    ];
    assert.deepEqual(actual.sort(), border.filter((line) => line.startsWith(`${name} `)).sort());
  });

  test(`${name}.wasm__gzipped_stays_within_its_budget`, (context) => {
    const sizeBytes = gzipSync(wasmBytes(name)).length;
    context.diagnostic(`${name}.wasm ${wasmBytes(name).length} bytes, ${sizeBytes} gzipped`);
    assert.ok(sizeBytes <= GZIP_BUDGET_BYTES[name], `${sizeBytes} bytes`);
  });
}

for (const name of ['core', 'kdf', 'core-test']) {
  test(`${name}.wasm__holds_no_load_splat_which_clang_14_miscompiles`, () => {
    wasmBytes(name);
    // Comes with emscripten. cmake/sodium_wasm/README.md tells what the instruction did.
    const code = execFileSync('llvm-objdump-14', ['-d', path.join(root, 'build/wasm', `${name}.wasm`)], { maxBuffer: 1 << 30, encoding: 'utf8' });
    assert.ok(code.includes('i32.load'), 'the disassembly can be read');
    assert.equal((code.match(/load(8|16|32|64)_splat/g) ?? []).length, 0);
  });
}

test('loader__its_lists_equal_the_committed_list', () => {
  assert.deepEqual([...CORE_IMPORTS].sort(), listed('core', 'import').sort());
  assert.deepEqual([...KDF_IMPORTS].sort(), listed('kdf', 'import').sort());
});

test('core.wasm__holds_no_path_of_the_machine_that_built_it', () => {
  for (const name of ['core', 'kdf']) {
    assert.ok(!wasmBytes(name).includes(root), name);
  }
});
