// Build the web app: one matching set of page, workers, wasm, words, styles and service worker in build/web.
//
//   node build-scripts/build-web.mjs [--dev]
//
// Every file but index.html, sw.js and the manifest is named after its content, and whoever uses a
// file was built with its name, so a page can only ever meet the worker and the wasm of its own build.
// The set is complete or there is none: it is made beside build/web and takes its place at the end.
// --dev: readable bundles, and a missing core.wasm or kdf.wasm is said and left out.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import * as esbuild from 'esbuild';
import * as sass from 'sass';
import workbox from 'workbox-build';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const isDev = process.argv.includes('--dev');
const finalDir = path.join(root, 'build/web');
const outDir = path.join(root, 'build/web.new');
const workDir = path.join(root, 'build/web.work');

const SCRIPTS = {
  page: 'web/src/app/main.ts',
  storeWorker: 'web/src/worker/store-worker.ts',
  kdfWorker: 'web/src/worker/kdf-worker.ts',
  serviceWorker: 'sw/sw.ts',
};
const ASSETS = {
  coreWasm: { source: 'build/wasm/core.wasm', name: 'core.wasm', isWasm: true },
  kdfWasm: { source: 'build/wasm/kdf.wasm', name: 'kdf.wasm', isWasm: true },
  wordList: { source: 'build/deps/wordlist_en_eff.txt', name: 'words.txt' },
};
const STYLE = 'web/src/app/app.scss';
const PUBLIC_DIR = 'web/public';
const PROTOCOL = 'core/protocol/protocol.json';
/** Public files that browsers ask for by a fixed name; they are rewritten to name the others. */
const FIXED_NAMES = new Set(['index.html', 'manifest.webmanifest']);
const FILE_SIZE_MAX_BYTES = 8 * 1024 * 1024;

class BuildError extends Error {}

const digest = (bytes, algorithm, encoding) => createHash(algorithm).update(bytes).digest(encoding);
const integrityOf = (bytes) => `sha384-${digest(bytes, 'sha384', 'base64')}`;

function readInput(relative, hint = '') {
  const file = path.join(root, relative);
  if (!existsSync(file)) {
    throw new BuildError(`${relative} is missing.${hint}`);
  }
  return readFileSync(file);
}

function listFiles(dir, prefix = '') {
  return readdirSync(path.join(dir, prefix), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(prefix, entry.name);
    return entry.isDirectory() ? listFiles(dir, name) : [name];
  });
}

/** Writes a file under a name that holds its hash; remembers what the sources call it. */
function emit(urls, logicalName, bytes) {
  const { dir, name, ext } = path.posix.parse(logicalName);
  const hashed = path.posix.join(dir, `${name}-${digest(bytes, 'sha256', 'hex').slice(0, 16)}${ext}`);
  mkdirSync(path.join(outDir, dir), { recursive: true });
  writeFileSync(path.join(outDir, hashed), bytes);
  urls.set(`/${logicalName}`, { url: `/${hashed}`, integrity: integrityOf(bytes) });
  return urls.get(`/${logicalName}`);
}

async function bundle(entry, build, format) {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format,
    target: ['es2022'],
    minify: !isDev,
    sourcemap: isDev ? 'inline' : false,
    legalComments: 'eof',
    charset: 'utf8',
    logLevel: 'warning',
    define: { FK_BUILD: JSON.stringify(build), 'process.env.NODE_ENV': '"production"' },
  });
  if (result.warnings.length > 0) {
    throw new BuildError(`esbuild warns about ${entry}.`);
  }
  return { code: Buffer.from(result.outputFiles[0].contents), inputs: Object.keys(result.metafile.inputs).filter((name) => !name.startsWith('<')) };
}

function compileStyle() {
  const result = sass.compile(path.join(root, STYLE), {
    loadPaths: [path.join(root, 'node_modules'), path.join(root, 'web/src')],
    style: 'compressed',
    quietDeps: true,
  });
  /* The licence of GDS Transport and of the crown covers gov.uk services only, and any address here
   * would be a request the service worker cannot answer. */
  const foreign = result.css.match(/@font-face|@import|GDS Transport|govuk-crest|url\((?!"data:|data:)[^)]*\)/i);
  if (foreign !== null) {
    throw new BuildError(`The style sheet contains ${foreign[0]}: set an own font family and use components without assets.`);
  }
  return { css: Buffer.from(result.css), inputs: result.loadedUrls.map((url) => path.relative(root, fileURLToPath(url))) };
}

/** Hash of everything that goes in: two builds of the same sources carry the same one. */
function hashInputs(relativePaths) {
  const hash = createHash('sha256');
  for (const relative of [...new Set(relativePaths)].sort()) {
    hash.update(`${relative}\0${digest(readInput(relative), 'sha256', 'hex')}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** The core must be built from the protocol the page was generated from. */
async function checkProtocolOfWasm(bytes) {
  const generated = readInput('web/src/protocol/protocol.gen.ts', ' Run build-scripts/gen-protocol.mjs.').toString();
  const expected = Number(/SCHEMA_HASH\s*=\s*(0x[0-9a-f]+|\d+)/i.exec(generated)?.[1]);
  const module = await WebAssembly.compile(bytes);
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') {
      throw new BuildError(`core.wasm imports ${from}.${name}, a ${kind}.`);
    }
    (imports[from] ??= {})[name] = () => 0;
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  const actual = exports.fk_abi_schema_hash() >>> 0;
  if (!Number.isInteger(expected) || actual !== expected) {
    throw new BuildError(`core.wasm speaks protocol ${actual.toString(16)}, the page ${expected.toString(16)}. Build the wasm preset again.`);
  }
}

async function emitAssets(urls) {
  const assets = {};
  for (const [key, { source, name, isWasm }] of Object.entries(ASSETS)) {
    if (isDev && isWasm && !existsSync(path.join(root, source))) {
      console.warn(`build-web: ${source} is missing; this development build cannot open a vault.`);
      assets[key] = { url: `/${name}`, integrity: '' };
      continue;
    }
    const bytes = readInput(source, isWasm ? ' Run cmake --preset wasm && cmake --build --preset wasm.' : ' Run build-scripts/deps.sh.');
    if (key === 'coreWasm') {
      await checkProtocolOfWasm(bytes);
    }
    assets[key] = emit(urls, name, bytes);
  }
  return assets;
}

function resolveUrl(urls, logicalUrl, where) {
  const found = urls.get(logicalUrl);
  if (found === undefined) {
    throw new BuildError(`${where} names ${logicalUrl}, which this build does not make.`);
  }
  return found;
}

/** Sources say src="/app.js"; the page gets the hashed name, and an integrity hash for what runs or styles. */
function rewritePage(html, urls) {
  return html.replace(/<(script|link)\b([^>]*?)\b(src|href)="([^"]+)"([^>]*)>/g, (tag, element, before, attribute, url, after) => {
    const { url: target, integrity } = resolveUrl(urls, url, 'index.html');
    const isChecked = element === 'script' || /rel="(stylesheet|modulepreload)"/.test(tag);
    return `<${element}${before}${attribute}="${target}"${isChecked ? ` integrity="${integrity}"` : ''}${after}>`;
  });
}

function rewriteManifest(text, urls) {
  const manifest = JSON.parse(text);
  for (const icon of manifest.icons ?? []) {
    icon.src = resolveUrl(urls, icon.src, 'manifest.webmanifest').url;
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function emitPublic(urls) {
  const files = listFiles(path.join(root, PUBLIC_DIR));
  for (const name of FIXED_NAMES) {
    readInput(path.posix.join(PUBLIC_DIR, name));
    urls.set(`/${name}`, { url: `/${name}`, integrity: '' });
  }
  for (const name of files.filter((file) => !FIXED_NAMES.has(file))) {
    emit(urls, name, readInput(path.posix.join(PUBLIC_DIR, name)));
  }
  const text = (name) => readInput(path.posix.join(PUBLIC_DIR, name)).toString();
  writeFileSync(path.join(outDir, 'index.html'), rewritePage(text('index.html'), urls));
  writeFileSync(path.join(outDir, 'manifest.webmanifest'), rewriteManifest(text('manifest.webmanifest'), urls));
}

/** The service worker gets the list of every file of the set, each with its integrity hash. */
async function emitServiceWorker(build) {
  const { code } = await bundle(SCRIPTS.serviceWorker, build, 'iife');
  const source = path.join(workDir, 'sw.js');
  writeFileSync(source, code);
  let entries = [];
  const { warnings } = await workbox.injectManifest({
    swSrc: source,
    swDest: path.join(outDir, 'sw.js'),
    globDirectory: outDir,
    globPatterns: ['**/*'],
    globIgnores: ['sw.js'],
    maximumFileSizeToCacheInBytes: FILE_SIZE_MAX_BYTES,
    manifestTransforms: [
      (manifest) => {
        /* A revision makes Workbox ask the server and not the HTTP cache, where an answer of a captive
         * portal or of a broken release could stay for a year and refuse every install. */
        entries = manifest.map(({ url }) => {
          const bytes = readFileSync(path.join(outDir, url));
          return { url: `/${url}`, revision: digest(bytes, 'sha256', 'hex').slice(0, 16), integrity: integrityOf(bytes) };
        });
        return { manifest: entries, warnings: [] };
      },
    ],
  });
  if (warnings.length > 0) {
    throw new BuildError(warnings.join('\n'));
  }
  return entries;
}

/** What the build must hold, looked up in the finished folder and in the finished service worker. */
function checkComplete(entries, build, urls) {
  const expected = new Set(listFiles(outDir).map((name) => `/${name}`).filter((url) => url !== '/sw.js'));
  const listed = new Set(entries.map(({ url }) => url));
  const needed = ['/index.html', '/manifest.webmanifest', build.storeWorkerUrl, build.kdfWorkerUrl, build.wordList.url,
    urls.get('/app.js').url, urls.get('/app.css').url, ...(isDev ? [] : [build.coreWasm.url, build.kdfWasm.url])];
  const missing = [...needed.filter((url) => !listed.has(url)), ...[...expected].filter((url) => !listed.has(url)),
    ...[...listed].filter((url) => !expected.has(url))];
  const serviceWorker = readFileSync(path.join(outDir, 'sw.js'), 'utf8');
  missing.push(...entries.filter(({ url, integrity }) => !serviceWorker.includes(url) || !serviceWorker.includes(integrity)).map(({ url }) => url));
  if (missing.length > 0) {
    throw new BuildError(`The precache list and the files differ: ${[...new Set(missing)].join(', ')}`);
  }
}

function report(build) {
  for (const name of listFiles(outDir).sort()) {
    const bytes = readFileSync(path.join(outDir, name));
    console.log(`${String(bytes.length).padStart(9)} B ${String(gzipSync(bytes).length).padStart(9)} B gzipped  ${name}`);
  }
  console.log(`build ${build.hash}, protocol ${build.protocolVersion}, in build/web`);
}

async function main() {
  for (const dir of [outDir, workDir]) {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
  }
  for (const entry of [...Object.values(SCRIPTS), STYLE]) {
    readInput(entry);
  }
  const style = compileStyle();
  const scripts = await Promise.all(Object.values(SCRIPTS).map((entry) => bundle(entry, {}, 'esm')));
  const present = (relative) => !isDev || existsSync(path.join(root, relative));
  const urls = new Map();
  const build = {
    hash: hashInputs([
      ...scripts.flatMap(({ inputs }) => inputs), ...style.inputs, PROTOCOL, 'package-lock.json', 'build-scripts/build-web.mjs',
      ...Object.values(ASSETS).map(({ source }) => source).filter(present),
      ...listFiles(path.join(root, PUBLIC_DIR)).map((name) => path.posix.join(PUBLIC_DIR, name)),
    ]),
    protocolVersion: JSON.parse(readInput(PROTOCOL)).version,
    serviceWorkerUrl: '/sw.js',
    ...(await emitAssets(urls)),
  };
  build.storeWorkerUrl = emit(urls, 'store-worker.js', (await bundle(SCRIPTS.storeWorker, build, 'esm')).code).url;
  build.kdfWorkerUrl = emit(urls, 'kdf-worker.js', (await bundle(SCRIPTS.kdfWorker, build, 'esm')).code).url;
  emit(urls, 'app.js', (await bundle(SCRIPTS.page, build, 'esm')).code);
  emit(urls, 'app.css', style.css);
  emitPublic(urls);
  checkComplete(await emitServiceWorker(build), build, urls);
  report(build);
  rmSync(finalDir, { recursive: true, force: true });
  renameSync(outDir, finalDir);
}

try {
  await main();
} catch (error) {
  console.error(`build-web: ${error instanceof BuildError ? error.message : error.stack}`);
  process.exitCode = 1;
} finally {
  rmSync(outDir, { recursive: true, force: true });
  rmSync(workDir, { recursive: true, force: true });
}
