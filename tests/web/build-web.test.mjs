// The web build makes a complete set or none: each case breaks one thing in a copy of the tree and names the sentence.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COPIED = ['build-scripts/build-web.mjs', 'web', 'sw', 'core/protocol', 'core/content', 'core/domain/schema.json',
  'package-lock.json', 'package.json', 'build/wasm/core.wasm', 'build/wasm/kdf.wasm', 'build/deps/wordlist_en_eff.txt'];

let tree;
const inTree = (name) => path.join(tree, name);
const copy = (name) => cpSync(path.join(ROOT, name), inTree(name), { recursive: true });
const build = (...args) => spawnSync('node', ['build-scripts/build-web.mjs', ...args], { cwd: tree, encoding: 'utf8' });
const made = () => readdirSync(inTree('build/web'), { recursive: true }).map(String).sort();
const edit = (name, change) => writeFileSync(inTree(name), change(readFileSync(inTree(name), 'utf8')));

before(() => {
  tree = mkdtempSync(path.join(tmpdir(), 'fieldkit-build-'));
  mkdirSync(inTree('build/wasm'), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), inTree('node_modules'));
});
beforeEach(() => {
  for (const name of COPIED) {
    rmSync(inTree(name), { recursive: true, force: true });
    copy(name);
  }
});
after(() => rmSync(tree, { recursive: true, force: true }));

test('the same sources give the same files', () => {
  assert.equal(build().status, 0);
  const first = made().map((name) => [name, name.includes('.') ? readFileSync(inTree(`build/web/${name}`)).toString('base64') : '']);
  assert.equal(build().status, 0);
  assert.deepEqual(made().map((name) => [name, name.includes('.') ? readFileSync(inTree(`build/web/${name}`)).toString('base64') : '']), first);
});

test('a change of one source changes the build hash, and the names of what holds it', () => {
  assert.equal(build().status, 0);
  const before = made();
  appendFileSync(inTree('web/src/worker/kdf-worker.ts'), '\nconsole.debug("another");\n');
  const { status, stdout } = build();
  assert.equal(status, 0);
  assert.match(stdout, /^build [0-9a-f]{16}, protocol \d+/m);
  const changed = made().filter((name) => !before.includes(name));
  assert.deepEqual(changed.map((name) => name.replace(/-[0-9a-f]{16}/, '')).filter((name) => /^(app|kdf-worker)\.js$/.test(name)), ['app.js', 'kdf-worker.js']);
});

const BROKEN = {
  'a page that names a file nobody makes': [() => edit('web/public/index.html', (html) => html.replace('</head>', '<link rel="icon" href="/absent.svg"></head>')), /names \/absent\.svg/],
  'a manifest that names an icon nobody makes': [() => edit('web/public/manifest.webmanifest', (text) => {
    const manifest = JSON.parse(text);
    manifest.icons[0].src = '/absent.png';
    return JSON.stringify(manifest);
  }), /names \/absent\.png/],
  'a style sheet that loads something': [() => appendFileSync(inTree('web/src/app/app.scss'), '\nbody { background: url("/x.png"); }\n'), /style sheet contains url/],
  'a style sheet with a font of its own': [() => appendFileSync(inTree('web/src/app/app.scss'), '\n@font-face { font-family: x; src: local("x"); }\n'), /@font-face/],
  'a core of another protocol': [() => edit('web/src/protocol/protocol.gen.ts', (text) => text.replace(/(SCHEMA_HASH = 0x)[0-9a-f]+/, '$100000001')), /core\.wasm speaks protocol/],
  'no kdf.wasm': [() => rmSync(inTree('build/wasm/kdf.wasm')), /build\/wasm\/kdf\.wasm is missing/],
  'no word list': [() => rmSync(inTree('build/deps/wordlist_en_eff.txt')), /wordlist_en_eff\.txt is missing/],
  'no service worker': [() => rmSync(inTree('sw/sw.ts')), /sw\/sw\.ts is missing/],
  'a service worker without its list': [() => edit('sw/sw.ts', (text) => text.replace('...self.__WB_MANIFEST', '')), /__WB_MANIFEST/],
  'an import that is not there': [() => appendFileSync(inTree('web/src/app/main.ts'), '\nimport "./absent.ts";\n'), /absent/],
};
for (const [name, [spoil, sentence]] of Object.entries(BROKEN)) {
  test(`${name}: no build, and the one before stays`, () => {
    if (!existsSync(inTree('build/web'))) {
      assert.equal(build().status, 0);
    }
    const before = made();
    spoil();
    const { status, stderr } = build();
    assert.equal(status, 1);
    assert.match(stderr, sentence);
    assert.deepEqual(made(), before);
    assert.equal(existsSync(inTree('build/web.new')), false);
  });
}

test('--dev says what is missing and goes on', () => {
  rmSync(inTree('build/wasm/core.wasm'));
  const { status, stderr } = build('--dev');
  assert.equal(status, 0);
  assert.match(stderr, /core\.wasm is missing/);
});
