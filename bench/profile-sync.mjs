// Our side of sync.apply in Node on files in memory, against a real hub, for profiling: no browser, no disk, little noise.
//
//   node [--cpu-prof] bench/profile-sync.mjs [notes] [rounds]
//
// It runs build/wasm/core.wasm. With a module linked with --profiling-funcs the profile names the functions of the core.
import { buildSyncPage, checklistChanges, noteChanges, write } from './sync.mjs';
import { Team } from './team.mjs';
import { median } from './workloads.mjs';

const OPERATION_COUNT = 10_000;
const isNotes = process.argv[2] === 'notes';
const rounds = Number(process.argv[isNotes ? 3 : 2] ?? 5);
const team = await Team.start(await buildSyncPage());
try {
  await write(team, isNotes ? noteChanges(OPERATION_COUNT) : checklistChanges(OPERATION_COUNT));
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    const device = await team.newcomer();
    const begun = performance.now();
    await device.sync();
    samples.push(performance.now() - begun);
  }
  console.log(`sync.apply: ${median(samples).toFixed(0)} ms, least ${Math.min(...samples).toFixed(0)}`);
} finally {
  await team.end();
}
