// Every evaluation of tests/vectors/scenarios.json, through the program and through the second implementation.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { evaluate } from './criteria-oracle.mjs';
import { differences, fieldkit, readVector } from './support/fieldkit.mjs';

// Not part of an evaluation on its own (docs/DOMAIN.md 7, rule 9).
const NOT_COMPARED = new Set(['why', 'changedItems', 'referralBasisVersion']);

const evaluations = readVector('scenarios.json').scenarios.flatMap(({ victim, perpetrators, children, evaluations: inside }) =>
  inside.map(({ expected, ...evaluation }) => ({ expected, input: { ...evaluation, victim, perpetrators, children } })));

test('scenarios__are_there', () => {
  assert.ok(evaluations.length >= 11);
});

for (const { input, expected } of evaluations) {
  const keys = Object.keys(expected).filter((key) => !NOT_COMPARED.has(key));
  test(`scenario__${input.id}`, () => {
    const { status, stdout, stderr } = fieldkit(['eval', 'criteria'], JSON.stringify(input, null, 1));
    assert.equal(stderr, '');
    assert.equal(status, 0);
    const result = JSON.parse(stdout);
    assert.deepEqual(differences(result, expected, keys).map((key) => [key, result[key], expected[key]]), []);
    assert.deepEqual(differences(evaluate(input), expected, keys), []);
  });
}
