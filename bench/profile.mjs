// Our side of the store workloads in Node on files in memory, for profiling: no browser, no disk, little noise.
//
//   node [--cpu-prof] bench/profile.mjs [core.wasm] [rounds]
//
// With a module linked with --profiling-funcs the profile names the functions of the core.
import { readFileSync } from 'node:fs';

import { importWebModules } from '../tests/support/web-modules.mjs';
import { median } from './workloads.mjs';

const SIZES = { recordCount: 10_000, commitCount: 200, readCount: 5000 };

/** A file that grows by doubling. */
class GrowingFile {
  #bytes = new Uint8Array(1 << 16);
  #size = 0;

  read(target, at) {
    const piece = this.#bytes.subarray(at, Math.min(this.#size, at + target.length));
    target.set(piece);
    return piece.length;
  }

  write(source, at) {
    const end = at + source.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(2 * end);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(source, at);
    this.#size = Math.max(this.#size, end);
    return source.length;
  }

  truncate(size) {
    this.#size = size;
    return 0;
  }

  get size() {
    return this.#size;
  }
}

const [path = 'build/wasm/core.wasm', rounds = '3'] = process.argv.slice(2);
const module = await WebAssembly.compile(readFileSync(path));
const { runStore } = await importWebModules('bench/store-side.mjs');
const all = {};
for (let round = 0; round < Number(rounds); round++) {
  const files = [];
  const file = (index) => (files[index] ??= new GrowingFile());
  const disk = {
    read: (index, target, at) => file(index).read(target, at), write: (index, source, at) => file(index).write(source, at),
    flush: () => 0, truncate: (index, size) => file(index).truncate(size), size: (index) => file(index).size, close: () => undefined,
  };
  const { samples, memoryMib } = await runStore({ ...SIZES, module }, { openFiles: async () => disk });
  for (const [name, values] of Object.entries({ ...samples, memory: [memoryMib] })) (all[name] ??= []).push(...values);
}
for (const [name, values] of Object.entries(all)) console.log(`${name}: ${median(values).toPrecision(3)}, least ${Math.min(...values).toPrecision(3)}`);
