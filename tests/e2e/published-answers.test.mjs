// The browsers' own WebAssembly computes what is published: libsodium's known answers for Argon2id, BLAKE2b, sealed boxes,
// secretstream and XChaCha20-Poly1305, by its own tests in this build of it, and the vectors of Wycheproof.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as esbuild from 'esbuild';

import { SODIUM_TESTS } from '../support/published-answers.mjs';
import { assertWycheproof, sodiumSays } from '../support/published-files.mjs';
import { Browser, CHROMIUM, FIREFOX, makeHome, removeHome } from './support/browser.mjs';
import { Hub } from './support/hub.mjs';
import { until } from './support/until.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
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
  test(`${kind}__computes_what_is_published`, async (t) => {
    const home = makeHome('answers');
    let browser;
    try {
      browser = await Browser.launch({ kind, home, origin: hub.origin });
      await browser.page.goto(`${hub.origin}/`);
      await until(() => browser.page.evaluate(() => globalThis.wycheproof !== undefined), 'the page is ready');
      for (const name of SODIUM_TESTS) {
        await t.test(name, async () => {
          const given = await browser.page.evaluate((which) => globalThis.sodium(which), name);
          assert.deepEqual(given, { code: 0, printed: sodiumSays(name) });
        });
      }
      await t.test('wycheproof', (context) =>
        assertWycheproof(context, (text) => browser.page.evaluate((file) => globalThis.wycheproof(file), text)));
    } finally {
      await browser?.kill();
      removeHome(home);
    }
  });
}
