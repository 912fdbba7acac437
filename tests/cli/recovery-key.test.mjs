// `fieldkit recovery-key` and `--recovery-key-file`: a key opens the vault only after it was typed back, and instead of a
// passphrase; a slip of the hand is named by its group.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const fieldkit = process.env.FIELDKIT ?? 'build/release/core/host/posix/fieldkit';
const WRONG_USE = 2;
const REFUSED = 3;

let directory;
let vault;
let passphrase;

function run(args, input = '') {
  const { status, stdout, stderr } = spawnSync(fieldkit, args, { input, encoding: 'utf8' });
  return { code: status, output: stdout, complaint: stderr };
}

/** Makes a key and types back what `typed` makes of the printed one. */
function makeKey(typed) {
  return new Promise((resolve, reject) => {
    const child = spawn(fieldkit, ['recovery-key', '--vault', vault, '--passphrase-file', passphrase]);
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (output.endsWith('\n')) child.stdin.end(`${typed(output.trim())}\n`);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, key: output.trim(), complaint }));
  });
}

function fileOf(name, text) {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const list = (...keyArguments) => run(['call', '--vault', vault, ...keyArguments, 'case.list'], '{"limit":1}');

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'fieldkit-recovery-'));
  vault = join(directory, 'vault');
  passphrase = fileOf('passphrase', 'abacus abdomen abdominal acorn acid');
  assert.equal(run(['call', '--vault', vault, '--passphrase-file', passphrase, 'vault.create']).code, 0);
});
after(() => rmSync(directory, { recursive: true }));

test('a recovery key opens once it was typed back, and one that was not does not', async () => {
  const mistyped = await makeKey((key) => key.slice(0, -1));
  assert.equal(mistyped.code, REFUSED);
  assert.match(mistyped.complaint, /mistyped: [^]*group 8/);
  assert.equal(list('--recovery-key-file', fileOf('never', mistyped.key)).code, REFUSED);

  const made = await makeKey((key) => key.toLowerCase().replaceAll('-', ' '));
  assert.equal(made.code, 0, made.complaint);
  const key = fileOf('key', `  ${made.key.toLowerCase()}\n`);
  assert.equal(list('--recovery-key-file', key).code, 0);
  assert.equal(list('--passphrase-file', passphrase).code, 0, 'the passphrase opens as before');

  const other = await makeKey((text) => text);
  assert.equal(other.code, 0);
  assert.match(list('--recovery-key-file', key).complaint, /^auth: /, 'the older key stopped opening');
  assert.equal(list('--recovery-key-file', fileOf('other', other.key)).code, 0);
});

test('one way in is given, not none and not two', () => {
  assert.equal(list().code, WRONG_USE);
  assert.equal(list('--passphrase-file', passphrase, '--recovery-key-file', passphrase).code, WRONG_USE);
  assert.equal(run(['call', '--vault', join(directory, 'new'), '--recovery-key-file', passphrase, 'vault.create']).code, WRONG_USE);
  assert.equal(run(['call', '--vault', vault, '--passphrase-file', passphrase, 'keys.change']).code, WRONG_USE);
});
