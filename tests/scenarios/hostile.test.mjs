// What `fieldkit eval criteria` does with input nobody should send: exit code 3, a named code and a sentence on standard
// error, nothing on standard output. Wrong use is exit code 2.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fieldkit } from './support/fieldkit.mjs';

const MINIMAL = '{"evaluationDate":"2026-03-10"}';
const MIB = 1024 * 1024;
const padded = (size) => `{"evaluationDate":"2026-03-10","note":"${'x'.repeat(size - 41)}"}`;

const REFUSED = [
  ['nothing', '', 'bad-json'],
  ['white space', ' \n', 'bad-json'],
  ['half an object', '{"evaluationDate":"2026-03-10"', 'bad-json'],
  ['two objects', MINIMAL + MINIMAL, 'bad-json'],
  ['bytes after it', `${MINIMAL}\u0000`, 'bad-json'],
  ['a byte order mark', `\ufeff${MINIMAL}`, 'bad-json'],
  ['a comment', `${MINIMAL} // ok`, 'bad-json'],
  ['a trailing comma', '{"evaluationDate":"2026-03-10",}', 'bad-json'],
  ['one member twice', '{"evaluationDate":"2026-03-10","evaluationDate":"2026-03-10"}', 'bad-json'],
  ['a lone surrogate', '{"evaluationDate":"2026-03-10","note":"\\ud800"}', 'bad-json'],
  ['invalid UTF-8', Buffer.concat([Buffer.from('{"evaluationDate":"2026-03-10","note":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]), 'bad-json'],
  ['random bytes', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919 + 13) % 256)), 'bad-json'],
  ['another kind', '[]', 'invalid-input'],
  ['no date', '{}', 'invalid-input'],
  ['an impossible date', '{"evaluationDate":"2026-02-29"}', 'invalid-input'],
  ['an unknown type', '{"evaluationDate":"2026-03-10","incidents":[{"type":"fight"}]}', 'invalid-input'],
  ['a number far out of range', '{"evaluationDate":"2026-03-10","version":1e9999}', 'bad-json'],
  ['a number too large here', '{"evaluationDate":"2026-03-10","version":99999999999999999999}', 'invalid-input'],
  ['33 levels', `{"evaluationDate":"2026-03-10","note":${'['.repeat(32)}${']'.repeat(32)}}`, 'too-large'],
  ['a million levels', '['.repeat(MIB), 'too-large'],
  ['too many values', `{"evaluationDate":"2026-03-10","note":[${'0,'.repeat(70000)}0]}`, 'too-large'],
  ['too many perpetrators', `{"evaluationDate":"2026-03-10","perpetrators":[${Array.from({ length: 41 }, (_, i) => `{"id":"P${i}"}`)}]}`, 'too-large'],
  ['one byte over 1 MiB', padded(MIB + 1), 'too-large'],
  ['64 MiB', padded(64 * MIB), 'too-large'],
];

for (const [name, input, code] of REFUSED) {
  test(`eval_criteria__refuses ${name}`, () => {
    const { status, stdout, stderr } = fieldkit(['eval', 'criteria'], input);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`^${code}: [a-z][^\\n]+\\n$`));
    assert.equal(status, 3);
  });
}

test('eval_criteria__takes_exactly_1_mib', () => {
  assert.equal(Buffer.byteLength(padded(MIB)), MIB);
  const { status, stdout, stderr } = fieldkit(['eval', 'criteria'], padded(MIB));
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.equal(JSON.parse(stdout).eligible, true);
});

test('eval_criteria__never_repeats_what_was_typed', () => {
  const secret = 'CanaryHollyblue';
  for (const input of [`{"evaluationDate":"${secret}"}`, `{"${secret}":`, `{"evaluationDate":"2026-03-10","dash":{"1":"${secret}"}}`]) {
    const { status, stdout, stderr } = fieldkit(['eval', 'criteria'], input);
    assert.equal(status, 3);
    assert.ok(!`${stdout}${stderr}`.includes(secret));
  }
});

for (const args of [[], ['eval'], ['evil', 'criteria'], ['eval', 'criteria', 'file.json'], ['eval', 'criteria', '--lines', 'more'], ['eval', 'criteria', '-h']]) {
  test(`fieldkit__wrong_use ${args.join(' ')}`, () => {
    const { status, stdout, stderr } = fieldkit(args, MINIMAL);
    assert.equal(stdout, '');
    assert.match(stderr, /^usage: fieldkit /);
    assert.equal(status, 2);
  });
}

test('eval_criteria_lines__answers_every_line', () => {
  const lines = [MINIMAL, '', '{}', padded(MIB + 1), MINIMAL, '{"evaluationDate":"2026-03-10"', `${MINIMAL}\r`];
  const { status, stdout, stderr } = fieldkit(['eval', 'criteria', '--lines'], lines.join('\n'));
  const replies = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.equal(stderr, '');
  assert.equal(status, 3);
  assert.deepEqual(replies.map((reply) => reply.error?.code ?? reply.reply.eligible), [true, 'bad-json', 'invalid-input', 'too-large', true, 'bad-json', true]);
});

test('eval_criteria_lines__of_nothing_is_nothing', () => {
  assert.deepEqual((({ status, stdout, stderr }) => ({ status, stdout, stderr }))(fieldkit(['eval', 'criteria', '--lines'], '')), { status: 0, stdout: '', stderr: '' });
});
