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

/** The same module on a smaller device: the limits of its one memory (section 5) rewritten, in pages of 64 KiB. */
export function withMemoryMaximum(source, pages) {
  let at = 8;
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = source[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const encode = (value) => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...encode(value >>> 7)]);
  while (at < source.length) {
    const start = at;
    const id = source[at++];
    const sizeBytes = number();
    const end = at + sizeBytes;
    if (id === 5) {
      const [count, flags, initial] = [number(), number(), number()];
      if (count !== 1 || flags !== 1) throw new Error('one memory with a maximum was expected');
      const body = [1, 1, ...encode(Math.min(initial, pages)), ...encode(pages)];
      return Buffer.concat([source.subarray(0, start), Buffer.from([5, ...encode(body.length), ...body]), source.subarray(end)]);
    }
    at = end;
  }
  throw new Error('no memory section');
}
