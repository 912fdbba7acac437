// Every state without an open vault, and every error of the protocol, has its sentences: what happened, and a way on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { importWebModules, root } from '../support/web-modules.mjs';

const { examples, pageTitle } = await importWebModules('web/src/views/gates/gates.examples.ts', 'web/src/views/title.ts');
const read = (name) => JSON.parse(readFileSync(path.join(root, name), 'utf8'));
const words = read('core/content/errors.json');
const noticeOf = (code) => words.errors[code] ?? words.states[code];

for (const { name, state } of examples) {
  test(`${name}: its codes have a title, a text and a way on`, () => {
    const { phase } = state;
    const codes = [phase.reason, phase.code, typeof phase.state === 'string' ? phase.state : undefined, phase.problem?.code];
    for (const code of codes.filter((each) => each !== undefined)) {
      const notice = noticeOf(code);
      assert.ok(notice?.title && notice.text && notice.wayOn, code);
    }
  });

  test(`${name}: the window title is neutral`, () => {
    assert.match(pageTitle(state), /^(Error: )?((Start|Locked) - Notebook|Notebook|Notes)$/);
  });
}

test('every error of the protocol has its sentences', () => {
  for (const { text } of read('core/protocol/protocol.json').errors.filter((error) => error.value !== 0)) {
    assert.ok(noticeOf(text)?.wayOn, text);
  }
});

/* Read as text: the adapter itself starts workers when it is imported. */
test('every code of the host is turned into one with sentences', () => {
  const source = readFileSync(path.join(root, 'web/src/app/core-adapter.ts'), 'utf8');
  const table = /HOST_STATES[^{]*\{([^}]*)\}/.exec(source)[1];
  const states = [...table.matchAll(/: '([a-z_-]+)'/g)].map((match) => match[1]);
  assert.ok(states.length > 10);
  for (const state of states) assert.ok(noticeOf(state)?.wayOn, state);
  const envelope = readFileSync(path.join(root, 'web/src/protocol/envelope.ts'), 'utf8');
  const codes = [...envelope.split('export interface CallError')[0].matchAll(/\| '([a-z-]+)'/g)].map((match) => match[1]).filter((code) => !/\./.test(code));
  assert.ok(codes.includes('crashed') && codes.includes('no-opfs'));
  for (const code of codes) assert.ok(new RegExp(`['"]?${code}['"]?: '`).test(table) || noticeOf(code), `${code} has no state`);
});
