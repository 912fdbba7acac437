// The built modules of preset wasm. A missing one fails the test that asks for it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { root } from './web-modules.mjs';

const compiled = new Map();

export function wasmBytes(name) {
  const file = path.join(root, 'build/wasm', `${name}.wasm`);
  if (!existsSync(file)) {
    throw new Error(`${file} is missing. Run cmake --preset wasm && cmake --build --preset wasm.`);
  }
  return readFileSync(file);
}

/** @returns {Promise<WebAssembly.Module>} compiled once for each test process */
export function wasmModule(name) {
  if (!compiled.has(name)) {
    compiled.set(name, WebAssembly.compile(wasmBytes(name)));
  }
  return compiled.get(name);
}
