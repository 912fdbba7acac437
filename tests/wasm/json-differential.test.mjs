// Goal: the strict reader and JSON.parse agree on random texts, but for what the reader refuses by design; and what it
// reads and writes again is the same value. Method: make JSON from a seed, damage half of it, compare.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryPorts } from '../support/memory-host.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmModule } from '../support/wasm-modules.mjs';

const TEXT_COUNT = 20000;
const TARGET_BYTES = 1 << 16;

const { instantiateWithHost } = await importWebModules('web/src/worker/core.ts');
const { exports, memory } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());

/** The canonical text, or undefined when the reader refuses. */
function rewrite(bytes) {
  const source = exports.fk_test_alloc(Math.max(1, bytes.length));
  const target = exports.fk_test_alloc(TARGET_BYTES);
  memory.write(source, bytes);
  const size = exports.fk_test_json_rewrite(source, bytes.length, target, TARGET_BYTES);
  const text = size >= 0 ? Buffer.from(memory.copy(target, size)).toString('utf8') : undefined;
  exports.fk_test_free(source, Math.max(1, bytes.length));
  exports.fk_test_free(target, TARGET_BYTES);
  return text;
}

/** mulberry32 */
function seeded(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { below: (bound) => next() % bound, pick: (list) => list[next() % list.length] };
}

const SPACES = ['', '', '', ' ', '\n', '\t \r\n'];
const NUMBERS = ['0', '-0', '7', '-12', '1.5', '1e3', '1E-7', '0.1e+2', '123456789012345678901', '1e308', '1e309', '-1e999', '5e-324', '1e-999'];
const PIECES = ['a', 'b', 'name', 'é', '€', '😀', '\\n', '\\"', '\\\\', '\\/', '\\u0041', '\\u0001', '\\u0002', '\\ud83d\\ude00', '\\ud83d', '\\udc00', '\\u0000', '\\u20Ac', '\u2028', ''];

function makeString(random) {
  return `"${Array.from({ length: random.below(4) }, () => random.pick(PIECES)).join('')}"`;
}

function makeJson(random, depth) {
  const space = () => random.pick(SPACES);
  const kind = random.below(depth > 4 ? 4 : 7);
  if (kind === 0) return random.pick(NUMBERS);
  if (kind === 1) return random.pick(['true', 'false', 'null']);
  if (kind < 4) return makeString(random);
  const elements = Array.from({ length: random.below(4) }, () => makeJson(random, depth + 1));
  if (kind === 4) return `[${space()}${elements.join(`${space()},${space()}`)}${space()}]`;
  return `{${space()}${elements.map((element) => `${makeString(random)}${space()}:${space()}${element}`).join(`,${space()}`)}${space()}}`;
}

function damage(random, bytes) {
  const at = random.below(bytes.length + 1);
  const odd = Buffer.from(random.pick(['"', '\\', ',', ':', '[', ']', '{', '}', '0', '-', 'e', '.', 'u', ' ', '\0', '\x1f', '\f', '\xff', '\x80', '/', '+']), 'latin1');
  const cut = random.pick([0, 0, 1, 1, 2]);
  return Buffer.concat([bytes.subarray(0, at), ...(random.below(4) > 0 ? [odd] : []), bytes.subarray(at + cut)]);
}

function parse(bytes) {
  try {
    // A fatal decoder keeps a byte order mark, as the reader sees it, when told not to ignore it.
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

function* parts(value) {
  yield value;
  if (value !== null && typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) yield name;
      yield* parts(inner);
    }
  }
}

/** Why the reader refuses what JSON.parse takes; undefined when there is no good reason. */
function designReason(text, value) {
  const all = [...parts(value)];
  if (all.some((part) => typeof part === 'number' && !Number.isFinite(part))) return 'number';
  if (all.some((part) => typeof part === 'string' && part.includes('\0'))) return 'NUL';
  if (all.some((part) => typeof part === 'string' && /\p{Surrogate}/u.test(part))) return 'surrogate';
  const written = [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter((match) => match[1] !== undefined).length;
  const kept = all.filter((part) => part !== null && typeof part === 'object' && !Array.isArray(part))
    .reduce((count, object) => count + Object.keys(object).length, 0);
  return written > kept ? 'names' : undefined;
}

test('json__agrees_with_JSON_parse_on_random_texts', (context) => {
  const seed = Number(process.env.FK_SEED ?? 20261122);
  const random = seeded(seed);
  const counts = {};
  for (let index = 0; index < TEXT_COUNT; index++) {
    let bytes = Buffer.from(makeJson(random, 0));
    if (random.below(2) === 0) bytes = damage(random, bytes);
    const canonical = rewrite(bytes);
    const parsed = parse(bytes);
    const where = `seed ${seed}, text ${index}: ${JSON.stringify(bytes.toString('latin1'))}`;
    let verdict = 'both refuse';
    if (canonical !== undefined) {
      assert.ok(parsed !== undefined, `only the reader takes ${where}`);
      assert.deepEqual(JSON.parse(canonical), parsed.value, where);
      assert.equal(rewrite(Buffer.from(canonical)), canonical, where);
      assert.equal(designReason(bytes.toString(), parsed.value), undefined, `should be refused: ${where}`);
      verdict = 'both take';
    } else if (parsed !== undefined) {
      const reason = designReason(bytes.toString(), parsed.value);
      assert.notEqual(reason, undefined, `only JSON.parse takes ${where}`);
      verdict = `refused for its ${reason}`;
    }
    counts[verdict] = (counts[verdict] ?? 0) + 1;
  }
  context.diagnostic(JSON.stringify(counts));
  for (const verdict of ['both refuse', 'both take', 'refused for its number', 'refused for its NUL', 'refused for its surrogate', 'refused for its names']) {
    assert.ok(counts[verdict] > 50, `too few texts that ${verdict}: ${counts[verdict]}`);
  }
});
