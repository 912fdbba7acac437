// Our side of the store workloads in Node on files in memory, for profiling: no browser, no disk, little noise.
//
//   node [--cpu-prof] bench/profile.mjs [core.wasm] [rounds]
//
// With a module linked with --profiling-funcs the profile names the functions of the core.
import { readFileSync } from 'node:fs';

import { importWebModules } from '../tests/support/web-modules.mjs';
import { memoryFiles } from './memory-files.mjs';
import { median } from './workloads.mjs';

const SIZES = { recordCount: 10_000, commitCount: 200, readCount: 5000 };

const [path = 'build/wasm/core.wasm', rounds = '3'] = process.argv.slice(2);
const module = await WebAssembly.compile(readFileSync(path));
const { runStore } = await importWebModules('bench/store-side.mjs');
const all = {};
for (let round = 0; round < Number(rounds); round++) {
  const disk = memoryFiles();
  const { samples, memoryMib } = await runStore({ ...SIZES, module }, { openFiles: async () => disk });
  for (const [name, values] of Object.entries({ ...samples, memory: [memoryMib] })) (all[name] ??= []).push(...values);
}
for (const [name, values] of Object.entries(all)) console.log(`${name}: ${median(values).toPrecision(3)}, least ${Math.min(...values).toPrecision(3)}`);
