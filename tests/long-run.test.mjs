// Goal: a long run goes on where the last one ended, reads the counts its programs print, and adds its line in the right place.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { LONG_SUITES, nextSeed, readArguments, sumOf, withRow } from '../build-scripts/long-run.mjs';

const TESTING = readFileSync(new URL('../docs/TESTING.md', import.meta.url), 'utf8');
const DISK = `disk: nonces of two sessions: 45, none twice
disk: seeds: 400 from 1, crashes: 2084, acknowledged: 19791, unacknowledged ones gone: 187, torn and told: 40
disk: damaged copies refused: 227, unreadable: 354, torn and told: 21, unused: 685, lost: 0
`;
const DISK_FIRST = `disk: flipped bytes, every 40: refused: 38, unreadable: 17, torn and told: 212, unused: 154, wrong: 0\n${DISK}`;
const SIM = `seeds 1 to 100: 12 commands, 34 requests, 5 writes, 6 conflicts resolved; lost 7, repeated 8, late 9, cut 10, answered by others 11, power cuts 12, hub crashes 13, clocks set 14
100 passed, 0 failed
`;

test('the counts are those the programs print', () => {
  const expected = { seeds: 400, cuts: 2084, acknowledged: 19791, torn: 40, refused: 227, unreadable: 354, told: 21, unused: 685, lost: 0 };
  assert.deepEqual(LONG_SUITES.disk.read(DISK), expected);
  assert.deepEqual(LONG_SUITES.disk.read(DISK_FIRST), expected);
  assert.deepEqual(LONG_SUITES.sim.read(SIM), { seeds: 100, commands: 12, requests: 34, conflicts: 6, cuts: 12, hubCrashes: 13, failed: 0 });
  assert.ok(Object.values(LONG_SUITES.disk.read('Segmentation fault')).every(Number.isNaN));
  assert.deepEqual(sumOf([{ a: 1, b: 2 }, { a: 3, b: 4 }]), { a: 4, b: 6 });
});

test('each suite has its table, and a line goes to the end of it', () => {
  for (const [name, suite] of Object.entries(LONG_SUITES)) {
    const next = nextSeed(TESTING, suite);
    const counts = suite.read(name === 'disk' ? DISK : SIM);
    const cells = ['1,000', String(next), ...suite.row(counts), 'abc'];
    const longer = withRow(TESTING, suite, cells);
    assert.equal(nextSeed(longer, suite), next + 1000, name);
    assert.equal(nextSeed(withRow(longer, suite, ['2,345,678', '5', ...cells.slice(2)]), suite), 2_345_683, name);
    const [line] = longer.split('\n').filter((each) => !TESTING.includes(each));
    const header = longer.slice(0, longer.indexOf(line)).split('\n').filter((each) => each.startsWith('| seeds')).at(-1);
    assert.equal(line.split('|').length, header.split('|').length, `${name}: as many columns as its table`);
    assert.equal(longer.replace(`${line}\n`, ''), TESTING);
  }
});

test('what cannot be understood is said', () => {
  assert.deepEqual(readArguments(['--long', '--minutes', '5', 'disk']), { minutes: 5, seedFrom: undefined, suites: ['disk'] });
  assert.deepEqual(readArguments(['--long', '--minutes', '5', '--seed-from', '70']), { minutes: 5, seedFrom: 70, suites: ['disk', 'sim'] });
  for (const words of [['--long'], ['--long', '--minutes', 'x'], ['--long', '--minutes', '5', 'web'], ['--long', '--minutes', '5', '--seed-from', '-1']]) {
    assert.equal(typeof readArguments(words), 'string', words.join(' '));
  }
});
