// The harness of the benchmarks runs, on tiny counts: every workload is measured on both sides and reported as the design says. No
// number is judged.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { median, NAMES, resultOf, tableOf, WORKLOADS } from '../../bench/workloads.mjs';

const FIELDS = ['workload', 'metric', 'unit', 'ours', 'median', 'p95', 'runs', 'browser', 'peer', 'peer_value', 'ratio', 'limit'];
const measured = { ours: { 'store.commit': [3, 1, 2] }, theirs: { 'store.commit': [5, 4, 6] } };

test('results__the_ratio_is_ours_to_theirs_of_the_medians_and_the_limit_is_said', () => {
  const row = WORKLOADS.find(({ sample }) => sample === 'store.commit');
  const result = resultOf(row, 'chromium', measured);
  assert.deepEqual(Object.keys(result), FIELDS);
  assert.deepEqual([result.ours, result.median, result.p95, result.runs, result.peer_value, result.ratio, result.limit], [2, 2, 3, 3, 5, 0.4, 0.7]);
  assert.match(tableOf([result]), /store\.commit.*0\.400 +0\.700 +within$/m);
  assert.match(tableOf([{ ...result, ratio: 0.8 }]), /over$/m);
  const alone = resultOf(row, 'chromium', { ...measured, theirs: null });
  assert.deepEqual([alone.peer, alone.peer_value, alone.ratio], [null, null, null]);
  assert.equal(median([4, 1, 3]), 3);
  const own = WORKLOADS.find(({ sample }) => sample === 'sync.edit');
  const timed = resultOf(own, 'chromium', { ours: { 'sync.edit': [200] }, theirs: { 'sync.edit': [20] } });
  assert.deepEqual([timed.peer_value, timed.ratio, timed.limit], [20, 10, 300]);
  assert.match(tableOf([timed]), /sync\.edit.*10\.0 +300 +within$/m, 'a limit in milliseconds is of our own value');
});

test('bench__every_workload_is_measured_in_chromium_with_the_peer', () => {
  const run = spawnSync('node', ['bench/run.mjs', '--peers', '--browser', 'chromium', '--runs', '1', '--records', '100', '--unlocks', '1', '--clients', '2'], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  const results = JSON.parse(readFileSync('build/bench/results.json', 'utf8'));
  assert.deepEqual(results.map(({ workload, metric }) => `${workload} ${metric}`), WORKLOADS.map(({ workload, metric }) => `${workload} ${metric}`));
  for (const result of results) {
    assert.deepEqual(Object.keys(result), FIELDS);
    assert.ok(result.ours > 0 && result.runs > 0, JSON.stringify(result));
    assert.equal(result.peer !== null, WORKLOADS.find(({ metric, workload }) => metric === result.metric && workload === result.workload).peer !== null);
  }
  assert.ok(NAMES.every((name) => run.stdout.includes(name)), run.stdout);
});

test('bench__a_name_that_is_no_workload_is_refused', () => {
  const run = spawnSync('node', ['bench/run.mjs', 'store.nothing'], { encoding: 'utf8' });
  assert.equal(run.status, 2);
  assert.match(run.stderr, /store\.insert store\.commit/);
});
