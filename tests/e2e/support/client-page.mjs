// Builds the page of client-page-entry.mjs with the real workers and modules into a folder that fieldkit-hub can serve.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import * as esbuild from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PAGE = '<!doctype html><html lang="en"><title>Client</title><script type="module" src="/page.js"></script>';

const fileOf = (dir, name) => {
  const hash = createHash('sha384').update(readFileSync(path.join(dir, name))).digest('base64');
  return { url: `/${name}`, integrity: `sha384-${hash}` };
};

/** @returns {Promise<string>} the folder. entry is the script of the page. */
export async function buildClientPage(name, entry = 'tests/e2e/support/client-page-entry.mjs') {
  const dir = path.join(ROOT, 'build/tests', name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, 'index.html'), PAGE);
  for (const module of ['core.wasm', 'kdf.wasm']) cpSync(path.join(ROOT, 'build/wasm', module), path.join(dir, module));
  const build = {
    hash: 'client-page', protocolVersion: 1, storeWorkerUrl: '/store-worker.js', kdfWorkerUrl: '/kdf-worker.js',
    serviceWorkerUrl: '/sw.js', coreWasm: fileOf(dir, 'core.wasm'), kdfWasm: fileOf(dir, 'kdf.wasm'), wordList: { url: '', integrity: '' },
  };
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: {
      page: entry,
      'store-worker': 'web/src/worker/store-worker.ts',
      'kdf-worker': 'web/src/worker/kdf-worker.ts',
    },
    bundle: true, format: 'esm', target: ['es2022'], outdir: dir, logLevel: 'warning', define: { FK_BUILD: JSON.stringify(build) },
  });
  return dir;
}
