// Our side of sync.apply in Node on files in memory, against a real hub, for profiling: no browser, no disk, and
// processor time instead of the clock's, so that other work on the machine tells little.
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
    const begun = process.cpuUsage();
    await device.sync();
    samples.push(process.cpuUsage(begun).user / 1000);
  }
  console.log(`sync.apply: ${median(samples).toFixed(0)} ms of processor time, least ${Math.min(...samples).toFixed(0)}`);
} finally {
  await team.end();
}
