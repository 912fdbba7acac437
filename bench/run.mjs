// The benchmarks; ./build-scripts/bench.sh calls it once everything is built.
//
//   node bench/run.mjs [--peers] [--browser chromium|firefox] [--runs N] [--records N] [--unlocks N] [--clients N] [WORKLOAD..]
//
// Prints a table and writes build/bench/results.json. A limit that is not kept is printed, it is no failure: machines differ.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { Browser, CHROMIUM, FIREFOX, makeHome, removeHome } from '../tests/e2e/support/browser.mjs';
import { Hub } from '../tests/e2e/support/hub.mjs';
import { until } from '../tests/e2e/support/until.mjs';
import { buildStorePage, copyApp } from './pages.mjs';
import { measureSync } from './sync.mjs';
import { measureUnlock } from './unlock.mjs';
import { isOfStore, isOfSync, NAMES, resultOf, tableOf, WORKLOADS } from './workloads.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const KINDS = { chromium: CHROMIUM, firefox: FIREFOX };

function collect(target, samples) {
  for (const [name, values] of Object.entries(samples)) (target[name] ??= []).push(...values);
}

/** Both sides in one page of one browser on one profile, in turns. */
async function measureStore({ kind, origin, withPeers, runs, sizes }) {
  const home = makeHome('bench');
  let browser;
  try {
    browser = await Browser.launch({ kind, home, origin });
    await browser.page.goto(`${origin}/`);
    await until(() => browser.page.evaluate(() => globalThis.bench !== undefined), 'the page is there');
    const side = (script) => browser.page.evaluate((name, values) => globalThis.bench(name, values), script, sizes);
    const measured = { ours: {}, theirs: withPeers ? {} : null };
    for (let i = 0; i < runs; i++) {
      const { samples, memoryMib } = await side('/store-worker.js');
      collect(measured.ours, { ...samples, memory: [memoryMib] });
      if (withPeers) collect(measured.theirs, (await side('/peer-worker.js')).samples);
    }
    return measured;
  } finally {
    await browser?.kill();
    removeHome(home);
  }
}

async function served(folder, act) {
  const hub = await Hub.start(folder);
  try {
    return await act(hub.origin);
  } finally {
    await hub.stop();
  }
}

async function measure(name, wanted, options) {
  const kind = KINDS[name];
  const measured = { ours: {}, theirs: null };
  if (wanted.some(isOfStore)) {
    Object.assign(measured, await served(await buildStorePage(), (origin) => measureStore({ ...options, kind, origin })));
  }
  if (wanted.includes('unlock')) {
    Object.assign(measured.ours, await served(copyApp(), (origin) => measureUnlock({ ...options, ...options.sizes, kind, origin })));
  }
  if (wanted.some(isOfSync)) {
    const { ours, theirs } = await measureSync(wanted, { ...options, kind });
    Object.assign(measured.ours, ours);
    if (theirs !== null) measured.theirs = { ...measured.theirs, ...theirs };
  }
  return WORKLOADS.filter(({ workload }) => wanted.includes(workload)).map((row) => resultOf(row, name, measured));
}

function wholeNumber(text, name) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a number from 1 on`);
  return value;
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  peers: { type: 'boolean', default: false }, browser: { type: 'string' }, runs: { type: 'string', default: '5' },
  records: { type: 'string', default: '10000' }, unlocks: { type: 'string', default: '20' },
  clients: { type: 'string', default: '10' },
} });
const unknown = positionals.filter((name) => !NAMES.includes(name));
if (unknown.length > 0 || (values.browser !== undefined && KINDS[values.browser] === undefined)) {
  console.error(`bench.sh [--peers] [--browser chromium|firefox] [WORKLOAD..]. Workloads: ${NAMES.join(' ')}.`);
  process.exit(2);
}
const recordCount = wholeNumber(values.records, 'records');
const options = {
  withPeers: values.peers, runs: wholeNumber(values.runs, 'runs'), unlockCount: wholeNumber(values.unlocks, 'unlocks'),
  clientCount: wholeNumber(values.clients, 'clients'),
  sizes: { recordCount, commitCount: Math.min(100, recordCount), readCount: Math.min(2000, recordCount) },
};
const results = [];
for (const name of values.browser === undefined ? Object.keys(KINDS) : [values.browser]) {
  results.push(...await measure(name, positionals.length > 0 ? positionals : NAMES, options));
}
mkdirSync(path.join(ROOT, 'build/bench'), { recursive: true });
writeFileSync(path.join(ROOT, 'build/bench/results.json'), `${JSON.stringify(results, null, 2)}\n`);
console.log(tableOf(results));
