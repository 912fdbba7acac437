// Dates as they are typed and shown. Whether a day exists is the core's to say.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { civilDate, clockTime, longDate, readableSize, typedDate } = await importWebModules(
  'web/src/platform/clock.ts',
  'web/src/app/dates.ts',
  'web/src/state/form.ts',
);

test('civilDate: the day it is in London, on both sides of midnight and of summer time', () => {
  const cases = [
    ['2026-11-22T23:59:59Z', '2026-11-22'],
    ['2026-11-23T00:00:00Z', '2026-11-23'],
    ['2026-06-30T22:59:59Z', '2026-06-30'],
    ['2026-06-30T23:00:00Z', '2026-07-01'],
    ['2028-02-29T12:00:00Z', '2028-02-29'],
    ['2026-03-29T00:59:59Z', '2026-03-29'],
    ['2026-10-25T23:30:00Z', '2026-10-25'],
  ];
  for (const [at, date] of cases) assert.equal(civilDate(Date.parse(at)), date, at);
});

test('clockTime: GOV.UK style in London', () => {
  assert.equal(clockTime(Date.parse('2026-11-22T09:05:00Z')), '9:05am');
  assert.equal(clockTime(Date.parse('2026-06-01T12:30:00Z')), '1:30pm');
});

test('longDate: day without zero, month in words; anything else unchanged', () => {
  assert.equal(longDate('2026-03-09'), '9 March 2026');
  assert.equal(longDate('1994-12-31'), '31 December 1994');
  assert.equal(longDate('2026-13-01'), '2026-13-01');
  assert.equal(longDate(''), '');
});

test('typedDate: empty, incomplete, or a date to be asked about', () => {
  assert.deepEqual(typedDate('', ' ', ''), { kind: 'empty' });
  for (const boxes of [['1', '', ''], ['1', '2', '84'], ['1', '2', ''], ['x', '2', '2026'], ['1', '123', '2026'], ['1', '2', '20266']]) {
    assert.deepEqual(typedDate(...boxes), { kind: 'incomplete' }, boxes.join('/'));
  }
  assert.deepEqual(typedDate('3', '4', '1985'), { kind: 'date', value: '1985-04-03' });
  assert.deepEqual(typedDate(' 03', '04 ', '1985'), { kind: 'date', value: '1985-04-03' });
  assert.deepEqual(typedDate('31', '02', '2026'), { kind: 'date', value: '2026-02-31' });
});

test('readableSize: units a person reads', () => {
  assert.equal(readableSize(999), '999 bytes');
  assert.equal(readableSize(1500), '1.5 kB');
  assert.equal(readableSize(12_345_678), '12 MB');
  assert.equal(readableSize(11_300_000_000), '11 GB');
});
