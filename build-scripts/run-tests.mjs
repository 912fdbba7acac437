// Build everything and run the test suites; ./build-scripts/test.sh calls it once the machine is ready.
//
//   node build-scripts/run-tests.mjs [--quick] [SUITE..]
//   node build-scripts/run-tests.mjs --long --minutes N [--seed-from S] [SUITE..]     see long-run.mjs
//
// Each suite prints its counts; one that fails does not hide the others. Counts are those of the test
// programs themselves (cmocka, node:test), read from their output; a program that dies, runs out of time
// or reports no test at all is a failure. Logs are kept in build/logs. Last line: "N passed, N failed".
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { longRun } from './long-run.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const logs = path.join(root, 'build/logs');
const MINUTE_MS = 60_000;

/**
 * parts: what build-scripts/build.sh has to build first. files: node:test files, by folder or name.
 * steps: programs, each one test that passes with exit 0. minutes: for any one program of the suite. first: of the files,
 * the longest, so that at the end no core waits for one. isWaiting: its programs wait for times to pass more than they
 * compute, so one more runs than there are cores.
 */
const SUITES = {
  unit: { parts: ['dev'], run: runUnitTests, minutes: 5 },
  sim: { parts: ['dev'], files: ['tests/sim/'], run: runSimulation, minutes: 20 },
  disk: { parts: ['dev'], run: runDisk, minutes: 10 },
  wasm: { parts: ['wasm'], files: ['tests/wasm/'], minutes: 5 },
  web: { parts: ['wasm', 'web'], steps: ['page', 'worker', 'service-worker'].map(typeCheck), files: ['tests/web/'], minutes: 5 },
  hub: { parts: ['dev', 'release', 'wasm', 'web'], files: ['tests/hub/'], minutes: 5 },
  scenarios: { parts: ['dev', 'release', 'wasm'], files: ['tests/scenarios/', 'tests/cli/'], minutes: 10 },
  content: { parts: [], files: ['tests/content.test.mjs'], minutes: 2 },
  check: { parts: ['dev', 'release', 'wasm'], steps: [{ name: 'check.mjs', command: ['node', 'build-scripts/check.mjs'] }],
    files: ['tests/'], minutes: 5 },
  kill: { parts: ['release', 'wasm'], files: ['tests/kill/'], run: runKills, minutes: 10 },
  bench: { parts: ['release', 'wasm', 'web', 'peers'], files: ['tests/bench/'], minutes: 5 },
  fuzz: { parts: ['dev'], run: runFuzzers, minutes: 30 },
  e2e: { parts: ['release', 'wasm', 'web'], files: ['tests/e2e/'], minutes: 15, isWaiting: true,
    first: ['core-client', 'locks', 'two-devices', 'several-vaults'].map((name) => `tests/e2e/${name}.test.mjs`) },
};

function typeCheck(realm) {
  const project = realm === 'service-worker' ? 'sw/tsconfig.json' : `web/tsconfig.${realm}.json`;
  return { name: `types of the ${realm}`, command: ['node', 'node_modules/typescript/bin/tsc', '-p', project] };
}

if (process.argv.includes('--long')) {
  process.exit(await longRun(process.argv.slice(2)));
}

const isQuick = process.argv.includes('--quick');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--quick');
const unknown = wanted.filter((name) => SUITES[name] === undefined);
if (unknown.length > 0) {
  console.error(`test.sh: there is no ${unknown.join(', ')}. Options: --quick, --long. Suites: ${Object.keys(SUITES).join(' ')}.`);
  process.exit(2);
}

const environment = {
  ...process.env,
  FK_QUICK: isQuick ? '1' : '',
  /* Coverage counters of instrumented programs; the fuzzers, which report theirs, name files of their own. */
  LLVM_PROFILE_FILE: '/dev/null',
};

/** Each program has a process group of its own, browsers and servers it starts included, so none outlives it. */
const running = new Set();
function stopGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    /* it had ended by itself */
  }
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    running.forEach(stopGroup);
    process.exit(130);
  });
}

/** Runs a program to its end or its time; its output goes to a log and comes back as text. */
function run(command, { log, minutes, env = {} }) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), { cwd: root, env: { ...environment, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const file = createWriteStream(log);
    const chunks = [];
    let isLate = false;
    running.add(child);
    const timer = setTimeout(() => {
      isLate = true;
      stopGroup(child);
    }, minutes * MINUTE_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        chunks.push(chunk);
        file.write(chunk);
      });
    }
    const finish = (code, reason) => {
      clearTimeout(timer);
      running.delete(child);
      file.end();
      resolve({ code: isLate ? null : code, reason: isLate ? `did not end within ${minutes} minutes` : reason, text: Buffer.concat(chunks).toString() });
    };
    child.once('error', (error) => finish(null, error.message));
    child.once('close', (code, signal) => finish(code, code === null ? `was ended by ${signal}` : `ended with ${code}`));
  });
}

const nothing = () => ({ passed: 0, failed: 0, skipped: [], failures: [] });

function add(total, part) {
  total.passed += part.passed;
  total.failed += part.failed;
  total.skipped.push(...part.skipped);
  total.failures.push(...part.failures);
}

/** At most one job on each core, or in each lane; the results in the order of the jobs. */
async function inLanes(jobs, laneCount = availableParallelism()) {
  const results = [];
  let next = 0;
  await Promise.all(Array.from({ length: laneCount }, async () => {
    while (next < jobs.length) {
      const index = next++;
      results[index] = await jobs[index]();
    }
  }));
  return results;
}

const logOf = (suite, name) => path.join(logs, `test-${suite}-${name.replace(/[^\w.-]+/g, '-')}.log`);
const logName = (log) => path.relative(root, log);
const one = (isPassed, failure) => ({ ...nothing(), passed: isPassed ? 1 : 0, failed: isPassed ? 0 : 1, failures: isPassed ? [] : [failure] });

/* --- programs ------------------------------------------------------------------------------- */

async function runStep(suite, { name, command }, minutes) {
  const log = logOf(suite, name);
  const { code, reason, text } = await run(command, { log, minutes });
  return one(code === 0, `${name} ${reason} (${logName(log)})\n${text.trimEnd().split('\n').slice(-25).join('\n')}`);
}

/** TAP of node:test: the summary for the counts, the points for the names. */
async function runNodeTest(suite, file, minutes) {
  const log = logOf(suite, path.relative('tests', file));
  const { code, reason, text } = await run(['node', '--test', '--test-reporter=tap', file], { log, minutes });
  const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  const result = nothing();
  result.passed = count('pass');
  result.failed = count('fail') + count('cancelled');
  for (const [, name, why] of text.matchAll(/^ *ok \d+ - (.*?) # [A-Z]+(.*)$/gm)) {
    result.skipped.push(`${file}: ${name}${why === '' ? '' : ` (${why.trim()})`}`);
  }
  const isEmpty = result.passed + result.failed + result.skipped.length === 0;
  if (code !== 0 && result.failed === 0 || isEmpty) {
    result.failed += 1;
    result.failures.push(`${file} ${isEmpty && code === 0 ? 'holds no test' : reason} (${logName(log)})\n${text.trimEnd().split('\n').slice(-25).join('\n')}`);
  } else if (result.failed > 0) {
    const points = [...text.matchAll(/^( *)not ok \d+ - .*\n(?:\1  .*\n)*/gm)].map(([point]) => point).filter((point) => !/subtestsFailed/.test(point));
    result.failures.push(`${file} (${logName(log)})\n${points.join('').slice(0, 6000)}`);
  }
  return result;
}

/** Test files of a folder (and below), a folder's own, or one file. Each belongs to exactly one suite. */
function filesOf(names) {
  const claimed = Object.values(SUITES).flatMap(({ files = [] }) => files).filter((name) => name !== 'tests/');
  const all = readdirSync(path.join(root, 'tests'), { recursive: true }).map((name) => path.posix.join('tests', String(name)))
    .filter((name) => name.endsWith('.test.mjs')).sort();
  const owner = (file) => claimed.find((name) => file.startsWith(name)) ?? 'tests/';
  return all.filter((file) => names.includes(owner(file)));
}

/* --- native --------------------------------------------------------------------------------- */

/** One cmocka program, by its own report. */
function countCmocka(name, { code, text }) {
  const passed = Number(/^\[ {2}PASSED {2}\] (\d+) test/m.exec(text)?.[1] ?? 0);
  const failed = Number(/^\[ {2}FAILED {2}\] (\d+) test/m.exec(text)?.[1] ?? 0);
  const skipped = [...new Set([...text.matchAll(/^\[ {2}SKIPPED \] (\w+)$/gm)].map(([, test]) => `${name}: ${test}`))]; /* named twice */
  const isDead = (code !== 0 && failed === 0) || passed + failed + skipped.length === 0;
  return { ...nothing(), passed, failed: failed + (isDead ? 1 : 0), skipped };
}

function testsOfLabel(label) {
  const listed = spawnSync('ctest', ['--preset', 'dev', '-L', `^${label}$`, '--show-only=json-v1'], { cwd: root, encoding: 'utf8' });
  return listed.status === 0 ? JSON.parse(listed.stdout).tests : [];
}

/** The programs ctest knows by the suite's name. One with an expected output (a planted fault that must be found) is one test. */
async function runUnitTests(suite, minutes) {
  const total = nothing();
  (await inLanes(testsOfLabel(suite).map((program) => () => runUnitTest(suite, program, minutes)))).forEach((counts) => add(total, counts));
  return total;
}

async function runUnitTest(suite, { name, command, properties }, minutes) {
  const log = logOf(suite, name);
  const result = await run(command, { log, minutes });
  const expected = properties.find((property) => property.name === 'PASS_REGULAR_EXPRESSION')?.value;
  const counts = expected === undefined ? countCmocka(name, result) : one(expected.some((pattern) => new RegExp(pattern).test(result.text)));
  counts.failures = counts.failed === 0 ? []
    : [`${name} ${result.reason}${expected === undefined ? '' : `; expected was ${expected.join(' or ')}`} (${logName(log)})\n${result.text.trimEnd().split('\n').slice(-40).join('\n')}`];
  return counts;
}

/** The simulation, half of the seeds in each of two programs; then each build with a planted fault, which is one test that the fault is found. */
async function runSimulation(suite, minutes) {
  const seeds = isQuick ? 20 : 100;
  const halves = [1, 1 + seeds].map((from) => async () => {
    const log = logOf(suite, `from-${from}`);
    const { code, reason, text } = await run(['build/dev/tests/sim/sim', '--seeds', String(seeds), '--seed-from', String(from)], { log, minutes });
    const counts = /^(\d+) passed, (\d+) failed$/m.exec(text);
    console.log(text.trimEnd());
    return counts === null || (code !== 0 && counts[2] === '0')
      ? one(false, `sim ${reason} (${logName(log)})\n${text.slice(-3000)}`)
      : { ...nothing(), passed: Number(counts[1]), failed: Number(counts[2]), failures: counts[2] === '0' ? [] : [`sim (${logName(log)})\n${text.slice(-3000)}`] };
  });
  const planted = testsOfLabel('sim').map(({ name, command }) => async () => {
    const found = await run(command, { log: logOf(suite, name), minutes });
    return one(found.code !== 0 && /^seed \d+ failed/m.test(found.text), `${name}: the planted fault was not found\n${found.text.slice(-1000)}`);
  });
  const total = nothing();
  (await inLanes([...halves, ...planted])).forEach((result) => add(total, result));
  return total;
}

/** The simulated disk (tests/disk/disk.c): two programs with half of the seeds each, the first with bytes flipped, and the builds with planted faults. */
async function runDisk(suite, minutes) {
  const seeds = isQuick ? 100 : 1500;
  const env = { ASAN_OPTIONS: 'quarantine_size_mb=8:malloc_context_size=5' };
  const runs = await Promise.all([0, seeds].map(async (from) => {
    const log = logOf(suite, `from-${from}`);
    const flips = from === 0 ? ['--flip-each', String(isQuick ? 97 : 23)] : [];
    const { code, reason, text } = await run(['build/dev/tests/disk/disk', '--seeds', String(seeds), '--from', String(from), ...flips], { log, minutes, env });
    console.log(text.split('\n').filter((line) => line.startsWith('disk:')).map((line) => `  ${line}`).join('\n'));
    return one(code === 0, `disk ${reason} (${logName(log)})\n${text.slice(-3000)}`);
  }));
  const total = await runUnitTests(suite, minutes);
  runs.forEach((result) => add(total, result));
  return total;
}

/** Browsers killed among answers (tests/kill), and a page that shows answers too early, which must be caught. */
async function runKills(suite, minutes) {
  const runs = [['chromium', isQuick ? 4 : 20], ['firefox', isQuick ? 1 : 5], ['chromium', 3, '--early']];
  const total = nothing();
  (await inLanes(runs.map(([browser, kills, ...more]) => async () => {
    const log = logOf(suite, [browser, ...more].join('-'));
    const { code, reason, text } = await run(['node', 'tests/kill/kill.mjs', '--browser', browser, '--kills', String(kills), ...more], { log, minutes });
    console.log(text.split('\n').filter((line) => line.startsWith('kill ')).map((line) => `  ${line.slice(0, 300)}`).join('\n'));
    return one(code === 0, `kill ${browser} ${more.join(' ')} ${reason} (${logName(log)})\n${text.slice(-3000)}`);
  }))).forEach((result) => add(total, result));
  return total;
}

async function runFuzzers(suite, minutes) {
  const log = logOf(suite, 'all');
  const { text, reason } = await run(['node', 'tests/fuzz/run.mjs', '--seconds', isQuick ? '3' : '12'], { log, minutes });
  const counts = /^fuzz: (\d+) passed, (\d+) failed$/m.exec(text);
  console.log(text.split('\n').filter((line) => /^fuzz \w+:/.test(line)).map((line) => `  ${line}`).join('\n'));
  if (counts === null) {
    return one(false, `the fuzzers: ${reason} (${logName(log)})\n${text.slice(-3000)}`);
  }
  const failed = Number(counts[2]);
  return { ...nothing(), passed: Number(counts[1]), failed, failures: failed > 0 ? [`fuzz (${logName(log)})\n${text.slice(-3000)}`] : [] };
}

/* --- all ------------------------------------------------------------------------------------ */

const isBuilt = new Map();

function build(part) {
  if (!isBuilt.has(part)) {
    isBuilt.set(part, spawnSync('build-scripts/build.sh', [part], { cwd: root, stdio: 'inherit' }).status === 0);
  }
  return isBuilt.get(part);
}

async function runSuite(suite) {
  const { parts, steps = [], files = [], first = [], isWaiting = false, run: runOwn, minutes } = SUITES[suite];
  const total = nothing();
  const broken = parts.filter((part) => !build(part));
  if (broken.length > 0) {
    return one(false, `not run: building ${broken.join(', ')} failed`);
  }
  const jobs = [
    ...steps.map((step) => () => runStep(suite, step, minutes)),
    ...[...new Set([...first, ...filesOf(files)])].map((file) => () => runNodeTest(suite, file, minutes)),
  ];
  (await inLanes(jobs, availableParallelism() + (isWaiting ? 1 : 0))).forEach((result) => add(total, result));
  if (runOwn !== undefined) {
    add(total, await runOwn(suite, minutes));
  }
  return total.passed + total.failed === 0 ? one(false, 'no test was found') : total;
}

function removeOldLogs() {
  mkdirSync(logs, { recursive: true });
  for (const name of readdirSync(logs).filter((entry) => entry.startsWith('test-'))) {
    rmSync(path.join(logs, name));
  }
}

async function main() {
  removeOldLogs();
  const suites = wanted.length > 0 ? Object.keys(SUITES).filter((name) => wanted.includes(name)) : Object.keys(SUITES);
  const total = nothing();
  const lines = [];
  for (const part of new Set(suites.flatMap((suite) => SUITES[suite].parts))) {
    build(part);
  }
  for (const suite of suites) {
    const started = Date.now();
    const result = await runSuite(suite);
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    const line = `${suite}: ${result.passed} passed, ${result.failed} failed${result.skipped.length > 0 ? `, ${result.skipped.length} skipped` : ''} (${seconds} s)`;
    console.log(line);
    lines.push(line);
    result.failures.forEach((failure) => console.log(`FAILED ${suite}: ${failure}\n`));
    add(total, result);
  }
  const left = Object.keys(SUITES).filter((name) => !suites.includes(name));
  console.log(['', ...lines, ...total.skipped.map((name) => `skipped: ${name}`), ...(left.length > 0 ? [`suites not asked for: ${left.join(' ')}`] : [])].join('\n'));
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

await main();
