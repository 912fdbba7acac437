// The TypeScript of web/src as Node can import it: bundled by esbuild, as for the browser, nothing replaced.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import * as esbuild from 'esbuild';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const outDir = path.join(root, 'build/tests/web');

/** @param {string} entry path below the repository, such as web/src/worker/loader.ts */
export async function importWebModule(entry) {
  mkdirSync(outDir, { recursive: true });
  const outfile = path.join(outDir, `${entry.replaceAll('/', '_')}.${process.pid}.mjs`);
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: ['es2022'],
    sourcemap: 'inline',
    outfile,
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
