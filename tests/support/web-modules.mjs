// The TypeScript of web/src as Node can import it: bundled by esbuild, as for the browser, nothing replaced.
import { webcrypto } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import * as esbuild from 'esbuild';

// Every browser has it; Debian's Node 18 only under another name.
globalThis.crypto ??= webcrypto;

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const outDir = path.join(root, 'build/tests/web');

/**
 * One bundle of all entries, so that a class of one is the same class in the other.
 * @param {...string} entries paths below the repository, such as web/src/worker/loader.ts
 */
export async function importWebModules(...entries) {
  mkdirSync(outDir, { recursive: true });
  const outfile = path.join(outDir, `${entries.map((entry) => path.basename(entry, '.ts')).join('+')}.${process.pid}.mjs`);
  await esbuild.build({
    absWorkingDir: root,
    stdin: { contents: entries.map((entry) => `export * from './${entry}';`).join('\n'), resolveDir: root },
    bundle: true,
    format: 'esm',
    target: ['es2022'],
    sourcemap: 'inline',
    outfile,
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
