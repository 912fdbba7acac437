// `fieldkit agency`: what stands in the directory, for whom, and that no file or word of it gives the root key away.
//   FIELDKIT=path/to/fieldkit node --test tests/cli/
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const fieldkit = process.env.FIELDKIT ?? 'build/release/core/host/posix/fieldkit';
const SHEETS = [1, 2, 3].map((number) => `root-share-${number}.txt`);
const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE = /^ {4}((?:[0-9A-HJKMNP-TV-Z]{4}-){14}[0-9A-HJKMNP-TV-Z]{4})$/m;
const PKCS8_SEED = Buffer.from('302e020100300506032b657004220420', 'hex'); // RFC 8410, before the 32 bytes

let directory;
let agency;
let created;

const run = (...args) => spawnSync(fieldkit, ['agency', ...args], { encoding: 'utf8' });

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'fieldkit-agency-'));
  agency = join(directory, 'agency');
  created = run('create', '--out', agency, '--name', 'Fictional Refuge Network');
});
after(() => rmSync(directory, { recursive: true }));

/** The 32 bytes of one half on a sheet, read from its text by nothing of ours. */
function half(sheet, other) {
  const line = new RegExp(`^Together with sheet ${other}:\n +(.+)$`, 'm').exec(readFileSync(join(agency, SHEETS[sheet - 1]), 'utf8'))[1];
  const bits = [...line.replaceAll('-', '')].slice(0, 56).map((sign) => SIGNS.indexOf(sign).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2))).subarray(3);
}

function seedFrom(one, two) {
  const [a, b] = [half(one, two), half(two, one)];
  return a.map((byte, index) => byte ^ b[index]);
}

test('four files and a directory for their owner only, and a code', () => {
  assert.equal(created.status, 0, created.stderr);
  assert.deepEqual(readdirSync(agency).sort(), ['founding.bin', ...SHEETS]);
  assert.equal(statSync(agency).mode & 0o777, 0o700);
  for (const name of readdirSync(agency)) assert.equal(statSync(join(agency, name)).mode & 0o777, 0o600, name);
  assert.match(created.stdout, CODE);
  for (const name of SHEETS) assert.match(readFileSync(join(agency, name), 'utf8'), /^Agency: Fictional Refuge Network$/m);
});

test('any two sheets give the key that the founding entry names', () => {
  const root = readFileSync(join(agency, 'founding.bin')).subarray(128, 160);
  for (const [one, two] of [[1, 2], [1, 3], [2, 3]]) {
    const key = createPrivateKey({ key: Buffer.concat([PKCS8_SEED, seedFrom(one, two)]), format: 'der', type: 'pkcs8' });
    const { x } = createPublicKey(key).export({ format: 'jwk' });
    assert.deepEqual(Buffer.from(x, 'base64url'), root);
  }
  const check = run('check', '--out', agency);
  assert.equal(check.status, 0);
  assert.match(check.stdout, /^Any two of the three sheets restore the root key of agency [0-9a-f]{32}\n$/);
});

test('neither the seed nor the token of the code stands in any file, nor the seed in what was printed', () => {
  const seed = seedFrom(1, 2);
  const code = CODE.exec(created.stdout)[1];
  const groups = code.split('-');
  for (const name of readdirSync(agency)) {
    const bytes = readFileSync(join(agency, name));
    for (const canary of [seed, seed.toString('hex'), seed.toString('base64'), code, groups.slice(6, 10).join('-')]) {
      assert.equal(bytes.includes(canary), false, name);
    }
  }
  assert.equal(created.stdout.includes(seed.toString('hex')), false);
});

test('a second agency in the same place is refused and the first stays', () => {
  const files = readdirSync(agency).map((name) => readFileSync(join(agency, name), 'latin1'));
  const again = run('create', '--out', agency);
  assert.equal(again.status, 3);
  assert.match(again.stderr, /^exists: /);
  assert.equal(again.stdout, '');
  assert.deepEqual(readdirSync(agency).map((name) => readFileSync(join(agency, name), 'latin1')), files);
});

test('an empty directory is taken, and closed to others', () => {
  const empty = join(directory, 'empty');
  mkdirSync(empty, { mode: 0o755 });
  assert.equal(run('create', '--out', empty).status, 0);
  assert.equal(statSync(empty).mode & 0o777, 0o700);
});

test('a changed, missing or foreign sheet is named', () => {
  const copy = join(directory, 'copy');
  const other = join(directory, 'other');
  assert.equal(run('create', '--out', other).status, 0);
  const spoil = (name, change, code, named = name) => {
    rmSync(copy, { recursive: true, force: true });
    cpSync(agency, copy, { recursive: true });
    change(join(copy, name));
    const answer = run('check', '--out', copy);
    assert.equal(answer.status, 3);
    assert.match(answer.stderr, new RegExp(`^${code}: .*${named.replace('.', '\\.')}`));
    assert.equal(answer.stdout, '');
  };
  const edit = (from, to) => (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  spoil(SHEETS[0], edit(/^( {4}\w{4}-\w{4}-)(\w)/m, (all, start, sign) => start + (sign === '7' ? '8' : '7')), 'code-wrong');
  spoil(SHEETS[1], (path) => rmSync(path), 'not-found');
  spoil(SHEETS[1], edit('Together with sheet 3', 'Together'), 'invalid-input');
  spoil(SHEETS[2], (path) => cpSync(join(other, SHEETS[2]), path), 'invalid-input');
  spoil('founding.bin', (path) => cpSync(join(other, 'founding.bin'), path), 'auth', SHEETS[0]);
  spoil('founding.bin', (path) => {
    const bytes = readFileSync(path);
    bytes[128] ^= 1;
    writeFileSync(path, bytes);
  }, 'auth');
});

test('a name of two lines or too long is refused before anything is made', () => {
  for (const name of ['two\nlines', 'x'.repeat(80), 'bell\u0007']) {
    const answer = run('create', '--out', join(directory, 'named'), '--name', name);
    assert.equal(answer.status, 3);
    assert.match(answer.stderr, /^invalid-input: /);
  }
  assert.equal(existsSync(join(directory, 'named')), false);
});

test('a place that cannot be is said, and wrong use shows the usage', () => {
  const nowhere = run('create', '--out', join(directory, 'no', 'such', 'parent'));
  assert.equal(nowhere.status, 1);
  assert.match(nowhere.stderr, /^io: /);
  for (const args of [['create'], ['create', '--out'], ['create', '--out', 'a', '--out', 'b'], ['check', 'x'], ['create', '--surprise', 'x']]) {
    const answer = run(...args);
    assert.equal(answer.status, 2);
    assert.match(answer.stderr, /^usage: /);
  }
});
