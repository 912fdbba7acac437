// Builds the page of gates-page-entry.mjs into a folder that fieldkit-hub can serve: the app's own document and styles, another script.
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import * as esbuild from 'esbuild';

import { APP_DIR } from './hub.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** @returns {Promise<string>} the folder */
export async function buildGatesPage(name) {
  const dir = path.join(ROOT, 'build/tests', name);
  rmSync(dir, { recursive: true, force: true });
  cpSync(APP_DIR, dir, { recursive: true });
  for (const script of readdirSync(dir).filter((file) => file.endsWith('.js'))) rmSync(path.join(dir, script));
  const page = readFileSync(path.join(dir, 'index.html'), 'utf8');
  const own = page.replace(/<script[^>]*src="[^"]*"[^>]*><\/script>/, '<script type="module" src="/gates.js"></script>');
  if (own === page) throw new Error('index.html has no script to replace');
  writeFileSync(path.join(dir, 'index.html'), own);
  await esbuild.build({
    absWorkingDir: ROOT, entryPoints: { gates: 'tests/e2e/support/gates-page-entry.mjs' }, bundle: true, format: 'esm', target: ['es2022'],
    outdir: dir, logLevel: 'warning', define: { FK_BUILD: JSON.stringify({}), 'process.env.NODE_ENV': '"production"' },
  });
  return dir;
}
