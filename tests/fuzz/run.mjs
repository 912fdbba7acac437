#!/usr/bin/env node
// Runs the fuzzers: each for some seconds from its seeds, then its planted twin until the deliberate fault is found; one on each core.
//   node tests/fuzz/run.mjs [--build build/dev] [--seconds 20] [--planted-seconds 120] [target ..]
// Prints executions and the line coverage of the reader under test; exit code 1 when a fuzzer found something or a
// planted fault was not found. What crashed a fuzzer is kept in <build>/fuzz/<target>/.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    build: { type: 'string', default: 'build/dev' },
    seconds: { type: 'string', default: '20' },
    'planted-seconds': { type: 'string', default: '120' },
  },
});
const build = resolve(root, options.build);
const binaries = join(build, 'tests/fuzz');

/** Runs a program to its end. Out: its exit status and what it wrote to standard error. */
function toEnd(program, args, env) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (piece) => (stderr += piece));
    child.on('error', fail).on('close', (status) => done({ status, stderr }));
  });
}

async function run(binary, target, work, seconds) {
  const found = join(work, 'found');
  mkdirSync(found, { recursive: true });
  const dictionary = join(here, `${target}.dict`);
  const seeds = join(here, 'corpus', target);
  const result = await toEnd(binary, [
    `-max_total_time=${seconds}`, '-print_final_stats=1', '-timeout=10', '-rss_limit_mb=1024',
    `-artifact_prefix=${work}/`, ...(existsSync(dictionary) ? [`-dict=${dictionary}`] : []), found, seeds,
  ], { ...process.env, LLVM_PROFILE_FILE: join(work, 'run.profraw') });
  const executions = Number(/stat::number_of_executed_units:\s+(\d+)/.exec(result.stderr)?.[1] ?? 0);
  return { isClean: result.status === 0, executions, log: result.stderr };
}

// Line coverage of the files of the reader, from the run just made. 'unknown' without LLVM's tools.
function coverage(binary, target, work) {
  const tool = (name) => [name, `${name}-14`].find((candidate) => spawnSync(candidate, ['--help']).error === undefined);
  const [profdata, cov] = [tool('llvm-profdata'), tool('llvm-cov')];
  if (!profdata || !cov) return 'unknown';
  const merged = join(work, 'run.profdata');
  spawnSync(profdata, ['merge', '-sparse', join(work, 'run.profraw'), '-o', merged]);
  const sources = readFileSync(join(binaries, `fuzz_${target}.sources`), 'utf8').trim().split(';');
  const report = spawnSync(cov, ['export', '-summary-only', `-instr-profile=${merged}`, binary, ...sources], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (report.status !== 0) return 'unknown';
  return JSON.parse(report.stdout).data[0].files
    .map((file) => ({ ...file, filename: resolve(file.filename) }))
    .filter((file) => sources.includes(file.filename))
    .map((file) => `${file.filename.slice(root.length + 1)} ${file.summary.lines.percent.toFixed(1)} %`).join(', ');
}

async function fuzz(target) {
  const work = join(build, 'fuzz', target);
  rmSync(work, { recursive: true, force: true });
  const binary = join(binaries, `fuzz_${target}`);
  const plain = await run(binary, target, join(work, 'plain'), options.seconds);
  console.log(`fuzz ${target}: ${plain.executions} executions; lines reached: ${coverage(binary, target, join(work, 'plain'))}`);
  if (!plain.isClean) console.error(`${plain.log.slice(-4000)}\nfuzz ${target}: FAILED, see ${join(work, 'plain')}`);
  const planted = await run(`${binary}_planted`, target, join(work, 'planted'), options['planted-seconds']);
  const isFound = !planted.isClean && readdirSync(join(work, 'planted')).some((name) => name.startsWith('crash-'));
  console.log(`fuzz ${target}: planted fault ${isFound ? 'found' : 'NOT FOUND'}`);
  return plain.isClean && isFound;
}

const all = readdirSync(binaries).map((name) => /^fuzz_(\w+)\.sources$/.exec(name)?.[1]).filter((name) => name !== undefined);
const targets = positionals.length > 0 ? positionals : all;
const waiting = [...targets];
const failed = [];
await Promise.all(cpus().map(async () => {
  for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
    if (!(await fuzz(target))) failed.push(target);
  }
}));
console.log(`fuzz: ${targets.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 || targets.length === 0 ? 1 : 0;
