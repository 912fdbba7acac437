// `fieldkit backup export|verify|restore` on real files: the same format as the app's.
//   FIELDKIT=path/to/fieldkit node --test tests/cli/
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const fieldkit = process.env.FIELDKIT ?? 'build/release/core/host/posix/fieldkit';
const ID = { case: 'c'.repeat(32), person: 'a'.repeat(32), party: 'b'.repeat(32) };
const NAME = 'Canary Merle Quince';

let directory;
const at = (name) => join(directory, name);

function run(...given) {
  const words = given.filter((word) => word !== undefined);
  const options = { encoding: 'utf8', input: '' };
  if (typeof words.at(-1) === 'object') options.input = JSON.stringify(words.pop());
  const result = spawnSync(fieldkit, words, options);
  return { code: result.status, reply: result.stdout === '' ? undefined : JSON.parse(result.stdout), complaint: result.stderr };
}
const call = (vault, command, request) => run('call', '--vault', at(vault), '--passphrase-file', at('phrase'), command, request);
const verify = (file, phrase = 'phrase') => run('backup', 'verify', at(file), '--passphrase-file', at(phrase), '--work', directory);
const restore = (file, vault, phrase = 'phrase') =>
  run('backup', 'restore', at(file), '--passphrase-file', at(phrase), '--vault', at(vault));
const exportTo = (file, vault = 'vault') =>
  run('backup', 'export', '--vault', at(vault), '--passphrase-file', at('phrase'), '--out', at(file), '--work', directory);
/** Nothing of a test restore is left. */
const assertNoScratch = () => assert.deepEqual(readdirSync(directory).filter((name) => name.startsWith('fieldkit-')), []);

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'backup-cli-'));
  writeFileSync(at('phrase'), 'abacus abdomen abdominal acorn acid\n');
  writeFileSync(at('wrong'), 'abacus abdomen abdominal acorn acids\n');
  assert.equal(call('vault', 'vault.create').code, 0);
  for (const [type, recordId, fields] of [
    ['case', ID.case, { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH' }],
    ['person', ID.person, { name: NAME }],
    ['party', ID.party, { person: ID.person, role: 'victim' }],
  ]) {
    const changes = Object.entries(fields).map(([field, value]) => ({ field, value }));
    assert.equal(call('vault', 'draft.save', { timeMs: 1790000000000, caseId: ID.case, recordId, type, changes }).code, 0);
  }
  const commit = { mutationId: 'd'.repeat(32), timeMs: 1790000000001, recordIds: Object.values(ID) };
  assert.equal(call('vault', 'draft.commit', commit).code, 0);
});
after(() => rmSync(directory, { recursive: true }));

test('export, verify and restore: a new device with the same cases', () => {
  const exported = exportTo('export.bin');
  assert.equal(exported.code, 0, exported.complaint);
  assert.equal(exported.reply.exported, true);
  assert.equal(statSync(at('export.bin')).mode & 0o777, 0o600);
  const verified = verify('export.bin');
  assert.equal(verified.code, 0, verified.complaint);
  assert.equal(verified.reply.rowCount, exported.reply.rowCount);
  assert.equal(verified.reply.unsentCount, '6');
  const restored = restore('export.bin', 'other');
  assert.equal(restored.code, 0, restored.complaint);
  const list = { limit: 10, search: 'mer qui' };
  assert.deepEqual(call('other', 'case.list', list).reply, call('vault', 'case.list', list).reply);
  assert.equal(call('other', 'case.list', list).reply.cases[0].victimName, NAME);
  assert.notEqual(call('other', 'vault.storage', {}).reply.deviceId, call('vault', 'vault.storage', {}).reply.deviceId);
  assert.equal(call('other', 'vault.check', {}).reply.rebuiltEqual, true);
  assertNoScratch();
});

test('the file holds no plain text', () => {
  const bytes = readFileSync(at('export.bin'));
  for (const canary of [NAME, 'Merle', 'abdominal', ID.person, 'vault_meta', 'NORTHMARSH']) {
    assert.equal(bytes.includes(Buffer.from(canary)), false, canary);
  }
});

test('refusals have code 3, a name and a sentence, and leave nothing', () => {
  const bytes = readFileSync(at('export.bin'));
  const changed = Buffer.from(bytes);
  changed[bytes.length - 30] ^= 1;
  writeFileSync(at('changed.bin'), changed);
  writeFileSync(at('cut.bin'), bytes);
  truncateSync(at('cut.bin'), bytes.length - 50);
  writeFileSync(at('no.bin'), 'a text file');
  writeFileSync(at('newer.bin'), Buffer.concat([bytes.subarray(0, 8), Buffer.from([2]), bytes.subarray(9)]));
  for (const [file, phrase, code] of [
    ['export.bin', 'wrong', 'auth'],
    ['changed.bin', 'phrase', 'damaged'],
    ['cut.bin', 'phrase', 'damaged'],
    ['no.bin', 'phrase', 'damaged'],
    ['newer.bin', 'phrase', 'newer-version'],
    ['missing.bin', 'phrase', 'not-found'],
  ]) {
    for (const answer of [verify(file, phrase), restore(file, 'refused', phrase)]) {
      assert.equal(answer.code, 3, file);
      assert.match(answer.complaint, new RegExp(`^${code}: \\w+`), file);
      assert.equal(answer.reply, undefined);
    }
    assert.equal(existsSync(at('refused')), false, file);
  }
  assertNoScratch();
});

test('the recovery key of that day verifies and restores; a slip is named, and what did not open the file is said', async () => {
  const key = await new Promise((resolve, reject) => {
    const child = spawn(fieldkit, ['recovery-key', '--vault', at('vault'), '--passphrase-file', at('phrase')]);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (output.endsWith('\n')) child.stdin.end(output);
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output.trim()) : reject(new Error(`exit ${code}`))));
  });
  assert.equal(exportTo('with-key.bin').code, 0);
  writeFileSync(at('key'), `${key.toLowerCase()}\n`);
  writeFileSync(at('slip'), `${key.slice(0, 19)}${key[19] === 'Z' ? 'Y' : 'Z'}${key.slice(20)}\n`);
  const by = (command, file, keyFile, ...more) => run('backup', command, at(file), '--recovery-key-file', at(keyFile), ...more);
  const verified = by('verify', 'with-key.bin', 'key', '--work', directory);
  assert.deepEqual([verified.code, verified.reply?.verified], [0, true], verified.complaint);
  assert.match(by('verify', 'with-key.bin', 'slip', '--work', directory).complaint, /mistyped: [^]*group 4/);
  const before = by('verify', 'export.bin', 'key', '--work', directory);
  assert.equal(before.code, 3);
  assert.match(before.complaint, /auth: [^]*that recovery key does not open the file/);
  assert.match(verify('with-key.bin', 'wrong').complaint, /this passphrase alone does not; [^]* opens it in the app: no passkey can be asked for here/);
  assert.equal(by('restore', 'with-key.bin', 'key', '--vault', at('by-key')).code, 0);
  const list = run('call', '--vault', at('by-key'), '--recovery-key-file', at('key'), 'case.list', { limit: 10 });
  assert.equal(list.reply.cases[0].victimName, NAME);
  assert.equal(run('backup', 'verify', at('with-key.bin')).code, 2, 'one of the two is asked for');
  assertNoScratch();
});

test('neither a vault nor a file is written over', () => {
  const files = () => readdirSync(at('vault')).map((name) => readFileSync(join(at('vault'), name)).toString('base64'));
  const before_ = files();
  const over = restore('export.bin', 'vault');
  assert.equal(over.code, 3);
  assert.match(over.complaint, /^exists: /);
  assert.deepEqual(files(), before_);
  const again = exportTo('export.bin');
  assert.equal(again.code, 3);
  assert.match(again.complaint, /^exists: /);
  assert.equal(verify('export.bin').code, 0);
});

test('wrong use answers 2 and shows the usage', () => {
  for (const words of [['export'], ['verify'], ['restore', 'file'], ['verify', 'a', 'b', '--passphrase-file', 'c'], ['other']]) {
    const answer = run('backup', ...words);
    assert.equal(answer.code, 2, words.join(' '));
    assert.match(answer.complaint, /fieldkit backup restore FILE/);
  }
});
