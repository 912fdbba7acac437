// The browsers' own WebAssembly computes what libsodium must: its known answers for Argon2id, BLAKE2b, sealed boxes,
// secretstream and XChaCha20-Poly1305, by its own tests in this build of it.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as esbuild from 'esbuild';

import { Browser, CHROMIUM, FIREFOX, makeHome, removeHome } from './support/browser.mjs';
import { Hub } from './support/hub.mjs';
import { until } from './support/until.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NAMES = ['pwhash_argon2id', 'generichash', 'generichash2', 'generichash3', 'box_seal', 'secretstream', 'aead_xchacha20poly1305'];
let hub;

async function buildPage() {
  const dir = path.join(ROOT, 'build/tests/answers-page');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, 'index.html'), '<!doctype html><html lang="en"><title>Answers</title><script type="module" src="/page.js"></script>');
  cpSync(path.join(ROOT, 'build/wasm/known-answers.wasm'), path.join(dir, 'known-answers.wasm'));
  await esbuild.build({
    absWorkingDir: ROOT, entryPoints: { page: 'tests/e2e/support/answers-page-entry.mjs' },
    bundle: true, format: 'esm', target: ['es2022'], outdir: dir, logLevel: 'warning',
  });
  return dir;
}

before(async () => {
  hub = await Hub.start(await buildPage());
});
after(() => hub?.stop());

for (const kind of [CHROMIUM, FIREFOX]) {
  test(`${kind}__gives_the_known_answers_of_libsodium`, async () => {
    const home = makeHome('answers');
    let browser;
    try {
      browser = await Browser.launch({ kind, home, origin: hub.origin });
      await browser.page.goto(`${hub.origin}/`);
      await until(() => browser.page.evaluate(() => globalThis.answersOf !== undefined), 'the page is ready');
      for (const name of NAMES) {
        const { started, code, printed } = await browser.page.evaluate((which) => globalThis.answersOf(which), name);
        assert.deepEqual([started, code], [0, 0], name);
        const expected = readFileSync(path.join(ROOT, 'build/deps/libsodium/test/default', `${name}.exp`), 'utf8');
        assert.equal(printed, expected, name);
      }
    } finally {
      await browser?.kill();
      removeHome(home);
    }
  });
}
