// The seeded suites for a given time: ./build-scripts/test.sh --long --minutes N [--seed-from S] [SUITE..]
//
// Seeds go on where docs/TESTING.md left off, unless --seed-from says otherwise; at the end, or at the first seed that
// fails, a line of counts, seeds and commit is added there. The programs are those of the suites, optimised and without
// sanitizers (preset long), in pieces of some hundred seeds, one on each core. A suite that is not seeded natively can
// join as an entry of LONG_SUITES that says its command, how its counts are read, and its line.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const TESTING = path.join(root, 'docs/TESTING.md');
const MINUTE_MS = 60_000;

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
const numberAfter = (text, words) => Number(new RegExp(`${words} (\\d+)`).exec(text)?.[1] ?? Number.NaN);

/**
 * target: of the preset long. piece: seeds of one program. firstSeed: of a suite that has no line yet.
 * first: arguments of the first piece only. read: the counts of one program's output. row: the columns after
 * seeds and from, without the commit.
 */
export const LONG_SUITES = {
  disk: {
    target: 'disk',
    heading: '## disk',
    piece: 400,
    firstSeed: 0,
    command: (from, seeds) => ['build/long/tests/disk/disk', '--seeds', String(seeds), '--from', String(from)],
    first: ['--flip-each', '1'],
    read: (text) => ({
      seeds: numberAfter(text, 'seeds:'),
      cuts: numberAfter(text, 'crashes:'),
      acknowledged: numberAfter(text, 'acknowledged:'),
      torn: numberAfter(text, 'gone: \\d+, torn and told:'),
      refused: numberAfter(text, 'copies refused:'),
      unreadable: numberAfter(text, 'copies refused: \\d+, unreadable:'),
      told: numberAfter(text, 'copies refused: \\d+, unreadable: \\d+, torn and told:'),
      unused: numberAfter(text, 'copies refused: \\d+, unreadable: \\d+, torn and told: \\d+, unused:'),
      lost: numberAfter(text, 'lost:'),
    }),
    row: (sum) => [
      grouped(sum.cuts), grouped(sum.acknowledged), grouped(sum.torn),
      [sum.refused, sum.unreadable, sum.told, sum.unused].map(grouped).join(', '), grouped(sum.lost),
    ],
  },
  sim: {
    target: 'sim',
    heading: '## sim',
    piece: 100,
    firstSeed: 2001, // the ordinary run has those before
    command: (from, seeds) => ['build/long/tests/sim/sim', '--seeds', String(seeds), '--seed-from', String(from)],
    first: [],
    read: (text) => ({
      seeds: Number(/^(\d+) passed/m.exec(text)?.[1] ?? Number.NaN),
      commands: Number(/(\d+) commands/.exec(text)?.[1] ?? Number.NaN),
      requests: Number(/(\d+) requests/.exec(text)?.[1] ?? Number.NaN),
      conflicts: Number(/(\d+) conflicts resolved/.exec(text)?.[1] ?? Number.NaN),
      cuts: numberAfter(text, 'power cuts'),
      hubCrashes: numberAfter(text, 'hub crashes'),
      failed: Number(/^\d+ passed, (\d+) failed/m.exec(text)?.[1] ?? Number.NaN),
    }),
    row: (sum) => [sum.commands, sum.requests, sum.conflicts, sum.cuts, sum.hubCrashes, sum.failed].map(grouped),
  },
};

/** The table under a heading of docs/TESTING.md: where its last row ends, and its rows as cells. */
function tableOf(text, heading) {
  const start = text.indexOf(`\n${heading}`);
  if (start < 0) throw new Error(`docs/TESTING.md has no heading "${heading}"`);
  const table = /(?:^\|.*\|\n)+/m.exec(text.slice(start + 1));
  if (table === null) throw new Error(`docs/TESTING.md has no table under "${heading}"`);
  const rows = table[0].trimEnd().split('\n').slice(2).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  return { end: start + 1 + table.index + table[0].length, rows };
}

const numberOf = (cell) => Number(cell.replaceAll(',', ''));

/** The seed after the last one a suite has counted. */
export function nextSeed(text, { heading, firstSeed }) {
  return tableOf(text, heading).rows.reduce((next, [seeds, from]) => Math.max(next, numberOf(from) + numberOf(seeds)), firstSeed);
}

export function withRow(text, { heading }, cells) {
  const { end } = tableOf(text, heading);
  return `${text.slice(0, end)}| ${cells.join(' | ')} |\n${text.slice(end)}`;
}

export function sumOf(parts) {
  const sum = {};
  for (const part of parts) for (const [name, value] of Object.entries(part)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}

/** --minutes N, --seed-from S and suites; text when they cannot be understood. */
export function readArguments(words) {
  const chosen = { minutes: undefined, seedFrom: undefined, suites: [] };
  for (let i = 0; i < words.length; i += 1) {
    const number = Number(words[i + 1]);
    if (words[i] === '--long') continue;
    if (words[i] === '--minutes' && number > 0) chosen.minutes = number;
    else if (words[i] === '--seed-from' && Number.isInteger(number) && number >= 0) chosen.seedFrom = number;
    else if (Object.hasOwn(LONG_SUITES, words[i])) { chosen.suites.push(words[i]); continue; }
    else return `--long needs --minutes N, may have --seed-from S, and knows ${Object.keys(LONG_SUITES).join(' ')}; not "${words[i]}".`;
    i += 1;
  }
  if (chosen.minutes === undefined) return '--long needs --minutes N.';
  if (chosen.suites.length === 0) chosen.suites = Object.keys(LONG_SUITES);
  return chosen;
}

/* A store takes and gives back large blocks at each opening: kept by the allocator, a seed costs a tenth less. */
const KEEP_BLOCKS = { GLIBC_TUNABLES: 'glibc.malloc.trim_threshold=268435456:glibc.malloc.mmap_threshold=33554432' };

function runPiece(command, log) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...KEEP_BLOCKS } });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { text += chunk; log.write(chunk); });
    child.once('error', (error) => resolve({ code: -1, text: error.message }));
    child.once('close', (code) => resolve({ code, text }));
  });
}

/** Pieces, one on each core, until the time is over or one fails. Only seeds up to a piece that failed count. */
async function runSuite(name, seedFrom, deadlineMs) {
  const suite = LONG_SUITES[name];
  const log = createWriteStream(path.join(root, `build/logs/long-${name}.log`));
  const done = [];
  let failure;
  let next = seedFrom;
  await Promise.all(Array.from({ length: availableParallelism() }, async () => {
    while (failure === undefined && Date.now() < deadlineMs) {
      const from = next;
      next += suite.piece;
      const { code, text } = await runPiece([...suite.command(from, suite.piece), ...(from === seedFrom ? suite.first : [])], log);
      const counts = suite.read(text);
      const isRead = Object.values(counts).every(Number.isFinite);
      if (isRead) done.push(counts);
      if (code !== 0 || !isRead) failure ??= text.slice(-3000);
    }
  }));
  log.end();
  return { sum: sumOf(done), failure };
}

function commitName() {
  const git = (...words) => spawnSync('git', words, { cwd: root, encoding: 'utf8' }).stdout.trim();
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', 'core', 'tests', 'hub') === '' ? '' : ' with changes'}`;
}

function build(suites) {
  const targets = suites.map((name) => LONG_SUITES[name].target);
  const steps = [['cmake', '--preset', 'long'], ['cmake', '--build', '--preset', 'long', '--target', ...targets]];
  return steps.every(([command, ...words]) => spawnSync(command, words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0);
}

/** Out: the exit code. */
export async function longRun(words) {
  const chosen = readArguments(words);
  if (typeof chosen === 'string') {
    console.error(`test.sh: ${chosen}`);
    return 2;
  }
  mkdirSync(path.join(root, 'build/logs'), { recursive: true });
  if (!build(chosen.suites)) {
    console.error('test.sh: building for long runs failed.');
    return 1;
  }
  let failedCount = 0;
  for (const name of chosen.suites) {
    const suite = LONG_SUITES[name];
    const commit = commitName();
    const from = chosen.seedFrom ?? nextSeed(readFileSync(TESTING, 'utf8'), suite);
    const { sum, failure } = await runSuite(name, from, Date.now() + (chosen.minutes / chosen.suites.length) * MINUTE_MS);
    if (sum.seeds > 0) {
      const cells = [grouped(sum.seeds), grouped(from), ...suite.row(sum), commit];
      writeFileSync(TESTING, withRow(readFileSync(TESTING, 'utf8'), suite, cells));
      console.log(`${name}: | ${cells.join(' | ')} |`);
    }
    if (failure !== undefined) {
      failedCount += 1;
      console.log(`FAILED ${name}:\n${failure}`);
    }
  }
  console.log(`${chosen.suites.length - failedCount} passed, ${failedCount} failed`);
  return failedCount > 0 ? 1 : 0;
}
