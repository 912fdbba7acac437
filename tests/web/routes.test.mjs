// Routes: every one has a neutral title and an address of random ids that leads back to it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { ROUTES, hashOf, routeOf, stepId, stepIndex } = await importWebModules('web/src/state/routes.ts');
const ID = (digit) => digit.repeat(32);

const exampleOf = (spec) => {
  const route = { name: spec.name };
  spec.params.forEach((param, index) => {
    route[param] = ID(String(index + 1));
  });
  return route;
};

for (const spec of ROUTES) {
  test(`route ${spec.name}: its address leads back to it`, () => {
    const route = exampleOf(spec);
    assert.deepEqual(routeOf(hashOf(route)), route);
  });

  test(`route ${spec.name}: the address is a code of two characters and ids, nothing else`, () => {
    assert.match(hashOf(exampleOf(spec)), /^#\/([a-z][0-9])?(\/[0-9a-f]{32})*$/);
  });

  test(`route ${spec.name}: the window title says nothing of the work`, () => {
    assert.doesNotMatch(spec.title, /abuse|victim|dash|marac|safety|risk|referral|incident|perpetrator|case|domestic|emergency/i);
    assert.notEqual(spec.title, '');
  });
}

test('routes: names and codes are unique', () => {
  assert.equal(new Set(ROUTES.map((spec) => spec.name)).size, ROUTES.length);
  assert.equal(new Set(ROUTES.map((spec) => spec.code)).size, ROUTES.length);
});

test('routeOf: refuses what hashOf would not write', () => {
  const wrong = ['#/zz', `#/c9/${ID('g')}`, `#/c9/${ID('1').slice(1)}`, '#/c9', `#/c9/${ID('1')}/${ID('2')}`, '#/c9/../x', `#/C9/${ID('1')}`];
  for (const hash of wrong) assert.equal(routeOf(hash), undefined, hash);
});

test('routeOf: an empty address is the list', () => {
  for (const hash of ['', '#', '#/']) assert.deepEqual(routeOf(hash), { name: 'cases' });
});

test('stepId: carries the position and shows only hex digits', () => {
  for (const recordId of [ID('0'), ID('f'), '6319404698f7adaf7d0004aadfe486dd']) {
    const seen = new Set();
    for (let index = 0; index < 40; index += 1) {
      const step = stepId(recordId, index);
      assert.match(step, /^[0-9a-f]{32}$/);
      assert.notEqual(step, recordId);
      assert.equal(stepIndex(recordId, step), index);
      seen.add(step);
    }
    assert.equal(seen.size, 40);
  }
});

test('stepIndex: a step of another record is the first', () => {
  assert.equal(stepIndex(ID('a'), stepId(ID('b'), 7)), 0);
});
