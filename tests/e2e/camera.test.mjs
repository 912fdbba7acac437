// A code shown to the camera: read on the device, in the box, and the camera is off again. Chromium plays a film of the code as its
// camera; the app asks for it under its own policies. Without a camera, and when the person says no, typing is the way.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { importWebModules } from '../support/web-modules.mjs';
import { words } from './support/app.mjs';
import { CHROMIUM } from './support/browser.mjs';
import { inApp } from './support/run.mjs';
import { assertNoFault } from './support/trace.mjs';
import { until } from './support/until.mjs';

const { qrSquares } = await importWebModules('web/src/components/qr-code/qr-squares.ts');
const CODE = '04HM-ASR3-9K2C-7V0Q-WXE1-4T6B-8NPD-5FGJ-0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV';
const WIDTH = 640;
const HEIGHT = 480;
const SCALE = 7;

/** A film of one picture, as Chromium takes it for a camera: the code in the middle of a grey room. */
function filmOf(text) {
  const { side, path: squares } = qrSquares(text);
  const light = Buffer.alloc(WIDTH * HEIGHT, 150);
  const [left, top] = [Math.floor((WIDTH - side * SCALE) / 2), Math.floor((HEIGHT - side * SCALE) / 2)];
  const paint = (x, y, run, value) => {
    for (let row = y * SCALE; row < (y + 1) * SCALE; row += 1) light.fill(value, (top + row) * WIDTH + left + x * SCALE, (top + row) * WIDTH + left + (x + run) * SCALE);
  };
  for (let row = 0; row < side; row += 1) paint(0, row, side, 235);
  for (const [, x, y, run] of squares.matchAll(/M(\d+) (\d+)h(\d+)/g)) paint(Number(x), Number(y), Number(run), 16);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), light, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`), frame, frame]);
}

async function openJoin(app) {
  await app.open();
  await app.makeVault();
  await app.visit('#/v6');
  await app.at(words.join.title);
}

/** Runs in the page before the app: what it gets from the camera can be looked at from outside. */
function keepTracks() {
  globalThis.fkTracks = [];
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await real(wanted);
    globalThis.fkTracks.push(...stream.getTracks());
    return stream;
  };
}

test('a code shown to the camera', async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'fieldkit-e2e-film-'));
  const film = path.join(folder, 'code.y4m');
  writeFileSync(film, filmOf(CODE));
  const args = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${film}`];
  try {
    await inApp({ kind: CHROMIUM, name: 'camera', args }, async ({ app, browser }) => {
      await app.page.evaluateOnNewDocument(keepTracks);
      await openJoin(app);
      await t.test('is read, stands in the box in groups, and the camera is off', async () => {
        await app.driver.button(words.join.scan);
        await until(() => app.page.evaluate(() => document.getElementById('join-code').value !== ''), 'the code is in the box', 20_000);
        assert.equal(await app.page.evaluate(() => document.getElementById('join-code').value), CODE);
        assert.deepEqual(await app.page.evaluate(() => globalThis.fkTracks.map((track) => [track.kind, track.readyState])), [['video', 'ended']]);
        assert.equal(await app.page.evaluate(() => document.activeElement.id), 'join-code');
        assert.equal(await app.page.evaluate(() => document.querySelector('video')), null);
      });
      await t.test('no violation of the policy, no error, no foreign request', () => assertNoFault(browser.faults));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('no camera: typing is the way', async () => {
  await inApp({ kind: CHROMIUM, name: 'no-camera' }, async ({ app, browser }) => {
    await openJoin(app);
    await app.driver.button(words.join.scan);
    await until(async () => {
      const text = await app.text();
      return text.includes(words.join.cameraNone) || text.includes(words.join.cameraRefused);
    }, 'the reason is on screen');
    assert.equal(await app.page.evaluate(() => document.querySelector('video')), null);
    assertNoFault(browser.faults);
  });
});
