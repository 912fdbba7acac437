// Goal: a seed that fails tells which few of its events that needs, and the command it prints makes it fail again.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../build/dev/tests/sim/sim_OVER_IGNORED', import.meta.url)); // a planted fault: what a write replaces stays current
const EVENT_COUNT_MAX = 10; // of the 100 of a day

const sim = (...words) => spawnSync(PROGRAM, words, { encoding: 'utf8' });
/** What failed, without what differs when there is less in the day. */
const kindOf = (text) => /^seed \d+ failed: (.*)$/m.exec(text)?.[1].replace(/\d+/g, '#').replace(/values of \w+/, 'values of a field');

test('a failing seed is shrunk to the few events it needs', () => {
  const whole = sim();
  assert.equal(whole.status, 1);
  const [, seed, list] = /^repeat it with: sim --trace --seed (\d+) --events ([\d,]+)$/m.exec(whole.stdout);
  const numbers = list.split(',');
  assert.ok(numbers.length > 1 && numbers.length <= EVENT_COUNT_MAX, list);
  assert.equal([...whole.stdout.matchAll(/^ {2}\d+: /gm)].length, numbers.length, 'each is named');

  const repeated = sim('--trace', '--seed', seed, '--events', list);
  assert.equal(repeated.status, 1);
  assert.equal(kindOf(repeated.stdout), kindOf(whole.stdout));
  for (const left of numbers) {
    const less = sim('--seed', seed, '--events', numbers.filter((number) => number !== left).join(','));
    assert.notEqual(kindOf(less.stdout), kindOf(whole.stdout), `not without event ${left}`);
  }
});

test('what is no list of events of the day is refused', () => {
  for (const list of ['x', '0,1', '9999', '20,3']) assert.equal(sim('--seed', '1', '--events', list).status, 2, list);
});
