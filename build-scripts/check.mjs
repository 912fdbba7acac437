#!/usr/bin/env node
// The rules of the tree that no compiler keeps. Nothing is kept by memory: a rule that matters is a function here.
//   node build-scripts/check.mjs     prints each problem; exit 1 when there is one
// tests/check.test.mjs shows for each rule that it can fail.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

import { checkContent } from './check-content.mjs';
import { loadProject } from './content-project.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 500;

// A foreign header and the folders that alone may see it.
const SOLE_USERS = {
  'sodium.h': ['core/crypto/', 'cmake/sqlite3mc_sodium/', 'tests/support/known_answers.h', 'tests/support/wycheproof.c'],
  'sqlite3.h': ['core/store/', 'hub/src/store_sqlite.c', 'tests/'],
  'cJSON.h': ['core/codec/'],
  'microhttpd.h': ['hub/'],
  'curl/curl.h': ['core/host/posix/http_client.c'],
  'zlib.h': ['core/wire/src/'],
};
// C files of core/ that name what fk/banned.h poisons, and why.
const NOT_BANNED = {
  'core/base/src/memory.c': 'the one place over the allocator of libc',
};
// What the hub may link of ours. Of crypto it takes what hashes, signs and verifies; that nothing of what opens comes
// along is seen in its symbols (tests/hub/symbols.test.mjs).
const HUB_LINKS = ['fk_base', 'fk_crypto', 'fk_host_posix', 'fk_hub', 'fk_hub_core', 'fk_port', 'fk_roster', 'fk_warnings', 'fk_wire'];
const HUB_DEPS = ['base', 'crypto', 'host_posix', 'hub_core', 'port', 'roster', 'wire'];
// Folders of web/src, and the folders nothing in them may import. A realm is a folder.
const MAY_NOT_IMPORT = {
  protocol: ['app', 'components', 'core-client', 'platform', 'state', 'views', 'worker'],
  state: ['app', 'components', 'core-client', 'platform', 'views', 'worker'],
  components: ['core-client', 'views', 'worker'],
  views: ['core-client', 'worker'],
  platform: ['app', 'components', 'core-client', 'views', 'worker'],
  'core-client': ['app', 'components', 'state', 'views', 'worker'],
  worker: ['app', 'components', 'core-client', 'platform', 'state', 'views'],
  app: ['worker'],
};
const REACHING_OUT = ['fetch', 'indexedDB', 'localStorage', 'navigator', 'postMessage', 'sessionStorage', 'XMLHttpRequest'];
const PAGE_ONLY = ['document', 'localStorage', 'sessionStorage', 'window'];
// Global names a folder may not use.
const MAY_NOT_USE = {
  'web/src/views/': REACHING_OUT,
  'web/src/components/': REACHING_OUT,
  'web/src/state/': REACHING_OUT,
  'web/src/worker/': PAGE_ONLY,
  'sw/': PAGE_ONLY,
};
// What shows text outside the page: on a lock screen, a watch, a desk that others see.
const SHOWN_OUTSIDE = ['Notification', 'PushManager', 'pushManager', 'setAppBadge', 'showNotification'];
const MARKUP_FROM_TEXT = ['innerHTML', 'insertAdjacentHTML', 'outerHTML', 'unsafeHTML', 'unsafeSVG', 'unsafeStatic'];
// Words of the place where somebody works have no place in the tree. In two pieces, so that this file is clean too.
const PLACE_WORDS = [['/wo', 'rk/'], ['/tmp/', 'brief'], ['cla', 'ude'], ['anth', 'ropic'], ['open', 'ai'], ['chat', 'gpt']]
  .map((pieces) => pieces.join(''));

// --- the tree -------------------------------------------------------------------------------------

const isC = (path) => /\.[ch]$/.test(path);
const isTypeScript = (path) => path.endsWith('.ts');
const isGenerated = (path) => path.includes('/gen/') || /[._]gen\.[a-z]+$/.test(path);
const isText = (path) => !/\.(png|ico|jpg|webp|woff2?|gz|wasm|bin)$/.test(path) && !path.startsWith('tests/fuzz/corpus/');
const isCatalogue = (path) => /\/words\.[a-z]+\.ts$/.test(path); // words of one language: data, as long as they are
const lineCount = (text) => text.split('\n').length - 1;

/** { path: text } of every file git would commit. */
export function readTree(root = ROOT) {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  const paths = list.split('\0').filter((path) => path !== '' && isText(path) && existsSync(join(root, path)));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

const select = (tree, test) => Object.entries(tree).filter(([path]) => test(path));

// --- C --------------------------------------------------------------------------------------------

const includesOf = (text) => [...text.matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm)].map((match) => match[1]);

export function soleUsers(tree) {
  return select(tree, isC).flatMap(([path, text]) => includesOf(text)
    .filter((header) => SOLE_USERS[header] && !SOLE_USERS[header].some((folder) => path.startsWith(folder)))
    .map((header) => `${path}: includes ${header}, which is for ${SOLE_USERS[header].join(' and ')} alone`));
}

export function bannedLast(tree) {
  return select(tree, (path) => path.startsWith('core/') && path.endsWith('.c') && !NOT_BANNED[path])
    .filter(([, text]) => includesOf(text).at(-1) !== 'fk/banned.h')
    .map(([path]) => `${path}: its last include is not fk/banned.h`);
}

/** fk_module(hub .. DEPS ..) and target_link_libraries of the hub name nothing else of core/. */
export function hubLinks(tree) {
  const path = 'hub/CMakeLists.txt';
  const text = (tree[path] ?? '').replace(/#.*/g, '');
  const deps = [...text.matchAll(/\bDEPS\s+([^)]*)\)/g)].flatMap((match) => match[1].trim().split(/\s+/));
  const links = [...text.matchAll(/target_link_libraries\(([^)]*)\)/g)].flatMap((match) => match[1].match(/\bfk_\w+/g) ?? []);
  return [...deps.filter((name) => !HUB_DEPS.includes(name)), ...links.filter((name) => !HUB_LINKS.includes(name))]
    .map((name) => `${path}: the hub links ${name}`);
}

/** In our layout a function body is what stands between { and } in the first column. */
export function functionLength(tree) {
  const problems = [];
  for (const [path, text] of select(tree, (candidate) => isC(candidate) && !isGenerated(candidate))) {
    const lines = text.split('\n');
    let start = -1;
    lines.forEach((line, index) => {
      if (line === '{') start = index;
      if (line === '}' && start >= 0) {
        const length = index - start + 2; /* with the line that names the function */
        if (length > FUNCTION_LINES_MAX) problems.push(`${path}:${start}: a function of ${length} lines, more than ${FUNCTION_LINES_MAX}`);
        start = -1;
      }
    });
  }
  return problems;
}

export function fileLength(tree) {
  return select(tree, (path) => /\.(c|h|ts|mjs)$/.test(path) && !isGenerated(path) && !isCatalogue(path))
    .filter(([, text]) => lineCount(text) > FILE_LINES_MAX)
    .map(([path, text]) => `${path}: ${lineCount(text)} lines, more than ${FILE_LINES_MAX}`);
}

// --- words ------------------------------------------------------------------------------------------

// These speak of the rules, so the words stand in them.
const SELF = ['build-scripts/check.mjs', 'tests/check.test.mjs', 'docs/STYLE.md'];

function grep(tree, pattern, problem, test = () => true) {
  return select(tree, (path) => test(path) && !SELF.includes(path)).flatMap(([path, text]) => text.split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${problem}`] : [])));
}

export function unfinishedMarks(tree) {
  return [
    ...grep(tree, /\bFIXME\b/, 'an unfinished place (FIXME)'),
    ...grep(tree, /\bTODO\b(?! ?\(?#\d+)/, 'TODO without the number of an issue, as in TODO(#12)', (path) => path !== 'package-lock.json'),
  ];
}

export function placeWords(tree) {
  const escaped = PLACE_WORDS.map((word) => word.replace(/[/.]/g, '\\$&'));
  return grep(tree, new RegExp(escaped.join('|'), 'i'), 'names the place where somebody works, not the project');
}

/** Each "docs/DOMAIN.md 2.2, 2.9 and 7" names headings that exist. */
export function domainReferences(tree) {
  const headings = new Set([...(tree['docs/DOMAIN.md'] ?? '').matchAll(/^#+ (\d+(?:\.\d+)?)[. ]/gm)].map((match) => match[1]));
  const reference = /docs\/DOMAIN\.md[\s*/]+(\d+(?:\.\d+)?(?:(?:, | and |, and )\d+(?:\.\d+)?)*)/g;
  return select(tree, (path) => !SELF.includes(path)).flatMap(([path, text]) => [...text.matchAll(reference)]
    .flatMap((match) => match[1].match(/\d+(?:\.\d+)?/g))
    .filter((number) => !headings.has(number))
    .map((number) => `${path}: docs/DOMAIN.md has no section ${number}`));
}

// --- TypeScript ---------------------------------------------------------------------------------------

function* nodesOf(node) {
  yield node;
  const children = [];
  node.forEachChild((child) => { children.push(child); });
  for (const child of children) yield* nodesOf(child);
}

/** Every problem a visitor finds in the syntax trees of our TypeScript. visit(node, path) gives a sentence or undefined. */
function inTypeScript(tree, test, visit) {
  return select(tree, (path) => isTypeScript(path) && test(path)).flatMap(([path, text]) => {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    return [...nodesOf(source)].flatMap((node) => {
      const problem = visit(node, path);
      if (problem === undefined) return [];
      return [`${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${problem}`];
    });
  });
}

const folderOf = (path) => /^web\/src\/([^/]+)\//.exec(path)?.[1];

function importedPath(node, path) {
  const isImport = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
  const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const specifier = isImport ? node.moduleSpecifier : isDynamic ? node.arguments[0] : undefined;
  if (specifier === undefined || !ts.isStringLiteral(specifier)) return undefined;
  return specifier.text.startsWith('.') ? posix.join(posix.dirname(path), specifier.text) : specifier.text;
}

export function importEdges(tree) {
  return inTypeScript(tree, (path) => path.startsWith('web/src/') || path.startsWith('sw/'), (node, path) => {
    const target = importedPath(node, path);
    if (target === undefined) return undefined;
    const folder = folderOf(target);
    if (path.startsWith('sw/') && folder !== undefined && folder !== 'protocol') return `the service worker imports ${target}`;
    return MAY_NOT_IMPORT[folderOf(path)]?.includes(folder) ? `${folderOf(path)} may not import ${folder}` : undefined;
  });
}

/** A name by itself, not a property, a member of a type or a key. */
function isFreeName(node) {
  if (!ts.isIdentifier(node)) return false;
  const { parent } = node;
  return !((ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) && parent.expression !== node && parent.left !== node)
    && !((ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent)
      || ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isBindingElement(parent)) && (parent.propertyName ?? parent.name) === node);
}

export function realms(tree) {
  return Object.entries(MAY_NOT_USE).flatMap(([folder, names]) => inTypeScript(tree, (path) => path.startsWith(folder), (node) => {
    const reached = ts.isPropertyAccessExpression(node) && node.expression.getText() === 'globalThis' ? node.name.text : undefined;
    const name = isFreeName(node) ? node.text : reached;
    return names.includes(name) ? `${folder} may not use ${name}` : undefined;
  }));
}

export function markupFromText(tree) {
  return inTypeScript(tree, () => true, (node) => {
    const isName = ts.isIdentifier(node) || ts.isStringLiteral(node);
    return isName && MARKUP_FROM_TEXT.includes(node.text) ? `${node.text} makes markup from text` : undefined;
  });
}

/** Nothing is shown where no lock of ours reaches. */
export function noNotifications(tree) {
  return inTypeScript(tree, () => true, (node) => {
    const isName = ts.isIdentifier(node) || ts.isStringLiteral(node);
    return isName && SHOWN_OUTSIDE.includes(node.text) ? `${node.text} shows something outside the page` : undefined;
  });
}

export function noAny(tree) {
  return inTypeScript(tree, (path) => !isGenerated(path), (node) => (node.kind === ts.SyntaxKind.AnyKeyword ? 'any hides a mistake from the compiler' : undefined));
}

// --- rules about what is built --------------------------------------------------------------------------

/** Generators write what is committed. */
export function generatedFresh(root = ROOT) {
  return ['gen-protocol.mjs', 'gen-records.mjs', 'gen-content.mjs', 'gen-dictionary.mjs'].flatMap((generator) => {
    const result = spawnSync(process.execPath, [join(root, 'build-scripts', generator), '--check'], { cwd: root, encoding: 'utf8' });
    if (result.status === 0) return [];
    return result.stderr.trim().split('\n').map((line) => `build-scripts/${generator}: ${line}`);
  });
}

/** What a wasm module needs and gives is exactly what the list says. modules: { name: WebAssembly.Module } */
export function wasmBorder(list, modules) {
  const listed = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.entries(modules).flatMap(([name, module]) => {
    const wanted = new Set(listed.filter((line) => line.startsWith(`${name} `)));
    const actual = new Set([
      ...WebAssembly.Module.imports(module).map((entry) => `${name} import ${entry.module}.${entry.name}`),
      ...WebAssembly.Module.exports(module).map((entry) => `${name} export ${entry.name}`),
    ]);
    return [
      ...[...actual].filter((line) => !wanted.has(line)).map((line) => `build-scripts/wasm-border.txt does not list: ${line}`),
      ...[...wanted].filter((line) => !actual.has(line)).map((line) => `build-scripts/wasm-border.txt lists what is not there: ${line}`),
    ];
  });
}

function builtWasmBorder() {
  const built = ['core', 'kdf'].filter((name) => existsSync(join(ROOT, `build/wasm/${name}.wasm`)));
  const list = join(ROOT, 'build-scripts/wasm-border.txt');
  if (built.length === 0 || !existsSync(list)) return [];
  const modules = built.map((name) => [name, new WebAssembly.Module(readFileSync(join(ROOT, `build/wasm/${name}.wasm`)))]);
  return wasmBorder(readFileSync(list, 'utf8'), Object.fromEntries(modules));
}

export const TREE_RULES = [
  soleUsers, bannedLast, hubLinks, functionLength, fileLength, unfinishedMarks, placeWords, domainReferences,
  importEdges, realms, markupFromText, noNotifications, noAny,
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const tree = readTree();
  const problems = [
    ...TREE_RULES.flatMap((rule) => rule(tree)),
    ...generatedFresh(),
    ...builtWasmBorder(),
    ...checkContent(loadProject()).map((problem) => `core/content: ${problem}`),
  ];
  problems.forEach((problem) => console.error(problem));
  console.log(`check: ${Object.keys(tree).length} files, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
