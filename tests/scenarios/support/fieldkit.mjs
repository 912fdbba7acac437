// Runs the built command line program and compares results the way docs/DOMAIN.md 7 says.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const BUILDS = ['build/dev/core/host/posix/fieldkit', 'build/release/core/host/posix/fieldkit'];

// FIELDKIT names another build; else the one with sanitizers where it is built.
export const program = process.env.FIELDKIT ?? BUILDS.map((build) => path.join(ROOT, build)).find((file) => fs.existsSync(file));
if (program === undefined) throw new Error('fieldkit is not built: cmake --build --preset dev --target fieldkit');

// { status, stdout, stderr } of `fieldkit ...args` with that text or those bytes on standard input.
export function fieldkit(args, input) {
  const result = spawnSync(program, args, { input, maxBuffer: 1 << 30, encoding: 'utf8' });
  if (result.error && result.error.code !== 'EPIPE') throw result.error;
  return result;
}

// One reply for each evaluation: { ok, reply } or { ok, error: { code, detail } }.
export function evaluateAll(evaluations) {
  const result = fieldkit(['eval', 'criteria', '--lines'], evaluations.map((evaluation) => `${JSON.stringify(evaluation)}\n`).join(''));
  if (result.stderr !== '') throw new Error(`standard error: ${result.stderr.slice(0, 2000)}`);
  const replies = result.stdout.split('\n').slice(0, -1).map((line) => JSON.parse(line));
  if (replies.length !== evaluations.length) throw new Error(`${replies.length} replies to ${evaluations.length} evaluations`);
  const isAnyRefused = replies.some((reply) => !reply.ok);
  if (result.status !== (isAnyRefused ? 3 : 0)) throw new Error(`exit ${result.status}`);
  return replies;
}

// Lists are sets, the order of members does not matter.
export function canonical(value) {
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(canonical(item))))].sort();
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, canonical(value[key])]));
}

// Names of the keys in which actual differs from expected.
export function differences(actual, expected, keys = Object.keys(expected)) {
  return keys.filter((key) => JSON.stringify(canonical(actual[key])) !== JSON.stringify(canonical(expected[key])));
}

export const readVector = (name) => JSON.parse(fs.readFileSync(path.join(ROOT, 'tests/vectors', name), 'utf8'));
