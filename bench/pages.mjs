// The folders that fieldkit-hub serves for the benchmarks: a page with a worker of each side, and the built app with a clock in its KDF.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import * as esbuild from 'esbuild';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PAGE = '<!doctype html><html lang="en"><title>Benchmark</title><script type="module" src="/page.js"></script>';

function emptyFolder(name) {
  const dir = path.join(ROOT, 'build/bench', name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** Out: the folder. */
export async function buildStorePage() {
  const dir = emptyFolder('page');
  writeFileSync(path.join(dir, 'index.html'), PAGE);
  cpSync(path.join(ROOT, 'build/wasm/core.wasm'), path.join(dir, 'core.wasm'));
  cpSync(path.join(ROOT, 'node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm'), path.join(dir, 'sqlite3.wasm'));
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: { page: 'bench/page-entry.mjs', 'store-worker': 'bench/store-worker-entry.mjs', 'peer-worker': 'bench/peer-worker-entry.mjs' },
    bundle: true, format: 'esm', target: ['es2022'], outdir: dir, logLevel: 'error',
  });
  return dir;
}

/** In the KDF worker before its own script: says on a channel how long the derivation itself took. */
const KDF_CLOCK = `{
  const instantiate = WebAssembly.instantiate;
  const channel = new BroadcastChannel('bench-kdf');
  WebAssembly.instantiate = async (...values) => {
    const { exports } = await instantiate(...values);
    const derive = (...parameters) => {
      const begun = performance.now();
      try {
        return exports.fk_kdf_abi_derive(...parameters);
      } finally {
        channel.postMessage(performance.now() - begun);
      }
    };
    return { exports: { ...exports, fk_kdf_abi_derive: derive } };
  };
}
`;

/** The app as built, but for that clock. Out: the folder. */
export function copyApp() {
  const dir = emptyFolder('app');
  cpSync(path.join(ROOT, 'build/web'), dir, { recursive: true });
  const workers = readdirSync(dir, { recursive: true }).map(String).filter((name) => /kdf-?worker[^/]*\.js$/i.test(name));
  if (workers.length !== 1) throw new Error(`${workers.length} KDF workers in build/web`);
  const file = path.join(dir, workers[0]);
  writeFileSync(file, KDF_CLOCK + readFileSync(file, 'utf8'));
  rmSync(`${file}.gz`, { force: true });
  return dir;
}
