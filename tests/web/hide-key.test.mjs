// Three presses of Shift hide the page; typing capitals does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { watchHideKey } = await importWebModules('web/src/platform/hide-key.ts');

function keyboard() {
  const listeners = { keydown: [], keyup: [] };
  let hidden = 0;
  watchHideKey({ addEventListener: (type, listener) => listeners[type].push(listener) }, () => {
    hidden += 1;
  });
  const fire = (type, key, timeStamp, more = {}) => {
    for (const listener of listeners[type]) {
      listener({ key, timeStamp, repeat: false, ctrlKey: false, altKey: false, metaKey: false, ...more });
    }
  };
  const press = (key, at) => {
    fire('keydown', key, at);
    fire('keyup', key, at + 50);
  };
  return { fire, press, hidden: () => hidden };
}

test('hide key: three presses hide at once, on the third', () => {
  const { press, hidden } = keyboard();
  press('Shift', 0);
  press('Shift', 200);
  assert.equal(hidden(), 0);
  press('Shift', 400);
  assert.equal(hidden(), 1);
});

test('hide key: three presses spread over more than two seconds do nothing', () => {
  const { press, hidden } = keyboard();
  for (const at of [0, 1500, 3000]) press('Shift', at);
  assert.equal(hidden(), 0);
});

test('hide key: capitals are not presses', () => {
  const { fire, hidden } = keyboard();
  for (const at of [0, 200, 400, 600]) {
    fire('keydown', 'Shift', at);
    fire('keydown', 'A', at + 10);
    fire('keyup', 'A', at + 20);
    fire('keyup', 'Shift', at + 30);
  }
  assert.equal(hidden(), 0);
});

test('hide key: another key between the presses starts again', () => {
  const { press, hidden } = keyboard();
  press('Shift', 0);
  press('Shift', 100);
  press('x', 200);
  press('Shift', 300);
  assert.equal(hidden(), 0);
});

test('hide key: a held key is one press', () => {
  const { fire, hidden } = keyboard();
  fire('keydown', 'Shift', 0);
  for (const at of [10, 20, 30]) fire('keydown', 'Shift', at, { repeat: true });
  fire('keyup', 'Shift', 40);
  fire('keydown', 'Shift', 60);
  fire('keyup', 'Shift', 70);
  assert.equal(hidden(), 0);
});
