// The code of an enrolment on screen: grouped as it is read, and as a square that the same library the camera uses reads back.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import jsQR from 'jsqr';

import { importWebModules } from '../support/web-modules.mjs';

const { codeGroups, codeSigns, groupedCode, qrSquares, CODE_SIGNS_MAX } = await importWebModules('web/src/state/code.ts', 'web/src/components/qr-code/qr-squares.ts');
const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE = `${SIGNS}${SIGNS.slice(0, 28)}`.match(/.{4}/g).join('-');

test('code: what people put between the signs, and the case, do not matter', () => {
  const typed = ['04hm asr3 9k2c', '04HM-ASR3-9K2C', ' 04hmasr39k2c\n', '04hm–asr3 / 9k2c.', '0 4 h m a s r 3 9 k 2 c'];
  for (const text of typed) assert.equal(groupedCode(text), '04HM-ASR3-9K2C', text);
});

test('code: letters that look like digits are those digits; U stays and is refused by the core', () => {
  assert.equal(codeSigns('oOiIlLuU'), '001111UU');
});

test('code: grouping twice changes nothing, and a part of a code is grouped as far as it goes', () => {
  assert.equal(groupedCode(groupedCode(CODE)), CODE);
  assert.deepEqual(codeGroups('04HMASR39'), ['04HM', 'ASR3', '9']);
  assert.equal(groupedCode(''), '');
  assert.equal(groupedCode('–––'), '');
});

test('code: pasting a book keeps the request small', () => {
  const signs = codeSigns('a'.repeat(1_000_000));
  assert.equal(signs.length, CODE_SIGNS_MAX);
  assert.ok(groupedCode(signs).length <= 100, 'the bound of enrol.begin in protocol.json');
});

/** The path of the picture as pixels: what a camera would see, without a browser. */
function pixelsOf({ side, path }, scale) {
  const width = side * scale;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let row = y * scale; row < (Number(y) + 1) * scale; row += 1) {
      for (let column = x * scale; column < (Number(x) + Number(run)) * scale; column += 1) pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
    }
  }
  return { pixels, width };
}

test('square: read back by the reader of the camera, at every size', () => {
  for (const scale of [2, 5, 9]) {
    const { pixels, width } = pixelsOf(qrSquares(CODE), scale);
    assert.equal(jsQR(pixels, width, width)?.data, CODE, `${scale} pixels a square`);
  }
});

test('square: is drawn whole, inside its light border, and small enough for a phone', () => {
  const { side, path } = qrSquares(CODE);
  assert.ok(side <= 49, `${side} squares`);
  assert.equal(path.replace(/M\d+ \d+h\d+v1h-\d+z/g, ''), '', 'nothing but rectangles');
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    assert.ok(x >= 4 && y >= 4 && Number(x) + Number(run) <= side - 4 && y < side - 4);
  }
});

test('square: with a corner of dirt over it still the same code, and with half of it gone none', () => {
  const { pixels, width } = pixelsOf(qrSquares(CODE), 6);
  const hide = (from, to) => {
    const dirty = new Uint8ClampedArray(pixels);
    for (let row = from; row < to; row += 1) dirty.fill(255, (row * width + from) * 4, (row * width + to) * 4);
    return dirty;
  };
  const middle = Math.round(width / 2);
  assert.equal(jsQR(hide(middle, middle + 18), width, width)?.data, CODE);
  assert.notEqual(jsQR(hide(middle - 90, middle + 90), width, width)?.data, CODE);
});
