// The agency's recovery key, end to end with a real hub: three sheets, a slot in each vault, a lost passphrase, the records
// back by two sheets, the key replaced (docs/adr/0018).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { program } from '../scenarios/support/fieldkit.mjs';
import { Agency, newId } from './support/team.mjs';

const REFUSED = 3;
const WRONG_USE = 2;
const NAME = 'Canary Merle Quince';
const SHEETS = [1, 2, 3].map((number) => `recovery-share-${number}.txt`);
const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex'); // RFC 8410, before the 32 bytes
const HEADER_SIZE = 128;
const SLOT_SIZE = 256;

let agency;
const at = (name) => agency.path(name);

function run(args, input = '') {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' });
  return { code: status, output: stdout, complaint: stderr };
}

const rootSheets = (one = 1, two = 2) =>
  ['--root-sheet', at(`agency/root-share-${one}.txt`), '--other-root-sheet', at(`agency/root-share-${two}.txt`)];
const escrow = (out, ...more) => run(['agency', 'escrow', ...agency.vault('office'), '--out', at(out), ...rootSheets(), ...more]);
const keyOf = (out) => /^Key number: ([0-9a-f]{32})$/m.exec(readFileSync(at(`${out}/${SHEETS[0]}`), 'utf8'))[1];
const open = (source, vault, { sheets = ['sheets', 'sheets'], numbers = [1, 2], answer = 'yes\n' } = {}) =>
  run(['backup', 'escrow-open', at(source), '--sheet', at(`${sheets[0]}/recovery-share-${numbers[0]}.txt`),
    '--other-sheet', at(`${sheets[1]}/recovery-share-${numbers[1]}.txt`), '--vault', at(vault), '--passphrase-file', at('next-words')], answer);
const state = (name) => agency.call(name, 'escrow.state').reply;
const slotsOf = (name) => agency.call(name, 'keys.list').reply.slots.map(({ type }) => type);
/** The escrow slots in a key file, read by nothing of ours: magic and key number stand in the open. */
function escrowSlots(name) {
  const bytes = readFileSync(at(`${name}/keys`));
  return Array.from({ length: 8 }, (_, index) => bytes.subarray(HEADER_SIZE + index * SLOT_SIZE, HEADER_SIZE + (index + 1) * SLOT_SIZE))
    .filter((slot) => slot.subarray(0, 8).toString('latin1') === 'FKESCR01')
    .map((slot) => slot.subarray(8, 24).toString('hex'));
}
const callWith = (vault, words, command, request = {}) => {
  const result = spawnSync(program, ['call', '--vault', at(vault), '--passphrase-file', at(words), command], { input: JSON.stringify(request), encoding: 'utf8' });
  return { code: result.status, reply: result.stdout === '' ? undefined : JSON.parse(result.stdout), complaint: result.stderr };
};

before(async () => {
  agency = await Agency.start();
  writeFileSync(at('next-words'), 'zebra zipper zodiac zone zoom\n');
  await agency.found('office');
  await agency.join('office', 'tablet');
  assert.equal(agency.sync('tablet').code, 0);
});
after(() => agency.end());

test('without a recovery key nothing is said and no slot is made', () => {
  assert.deepEqual(state('tablet'), { hasKey: false, isHeld: false, isNews: false });
  assert.deepEqual(slotsOf('tablet'), ['passphrase']);
  assert.equal(escrow('none', '--replace').code, REFUSED);
  assert.equal(existsSync(at('none')), false);
});

test('sheets of another root, one sheet twice and a missing one are refused, and nothing is made', () => {
  mkdirSync(at('others'));
  assert.equal(run(['agency', 'create', '--out', at('others/agency')]).code, 0);
  const given = (a, b) => run(['agency', 'escrow', ...agency.vault('office'), '--out', at('refused'), '--root-sheet', a, '--other-root-sheet', b]);
  const foreign = given(at('others/agency/root-share-1.txt'), at('others/agency/root-share-2.txt'));
  assert.match(foreign.complaint, /^auth: .*another agency's root key/);
  const mixed = given(at('agency/root-share-1.txt'), at('others/agency/root-share-2.txt'));
  assert.match(mixed.complaint, /^invalid-input: .*sheets of two different keys/);
  const twice = given(at('agency/root-share-1.txt'), at('agency/root-share-1.txt'));
  assert.match(twice.complaint, /^invalid-input: .*twice the same sheet/);
  const missing = given(at('agency/root-share-1.txt'), at('no-such.txt'));
  assert.match(missing.complaint, /^not-found: .*no-such\.txt/);
  for (const answer of [foreign, mixed, twice, missing]) assert.deepEqual([answer.code, answer.output], [REFUSED, '']);
  assert.equal(existsSync(at('refused')), false);
});

test('root names the key, whichever device posts the entry', () => {
  const byWorker = run(['agency', 'escrow', ...agency.vault('tablet'), '--out', at('sheets'), ...rootSheets(2, 3), '--name', 'Fictional Refuge Network']);
  assert.equal(byWorker.code, 0, byWorker.complaint);
  assert.match(byWorker.output, new RegExp(`^Recovery key ${keyOf('sheets')}$`, 'm'));
});

test('three sheets for their owner only, every pair of which gives the key that the roster names', () => {
  assert.deepEqual(readdirSync(at('sheets')).sort(), SHEETS);
  assert.equal(statSync(at('sheets')).mode & 0o777, 0o700);
  const half = (sheet, other) => {
    const text = readFileSync(at(`sheets/recovery-share-${sheet}.txt`), 'utf8');
    const line = new RegExp(`^Together with sheet ${other}:\n +(.+)$`, 'm').exec(text)[1];
    const bits = [...line.replaceAll('-', '')].slice(0, 56).map((sign) => SIGNS.indexOf(sign).toString(2).padStart(5, '0')).join('');
    return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2))).subarray(3);
  };
  const publicKeys = [[1, 2], [1, 3], [2, 3]].map(([one, two]) => {
    const secret = half(one, two).map((byte, index) => byte ^ half(two, one)[index]);
    const key = createPrivateKey({ key: Buffer.concat([PKCS8_X25519, secret]), format: 'der', type: 'pkcs8' });
    return createPublicKey(key).export({ format: 'jwk' }).x;
  });
  assert.equal(new Set(publicKeys).size, 1);
  const store = readFileSync(at('hub.sqlite'));
  const wal = existsSync(at('hub.sqlite-wal')) ? readFileSync(at('hub.sqlite-wal')) : Buffer.alloc(0);
  const publicKey = Buffer.from(publicKeys[0], 'base64url');
  assert.ok(store.includes(publicKey) || wal.includes(publicKey), 'the hub has the public half');
  for (const secret of [half(1, 2), half(1, 3), half(2, 3)]) assert.equal(store.includes(secret) || wal.includes(secret), false);
  const check = run(['agency', 'escrow-check', '--out', at('sheets')]);
  assert.equal(check.output, `Any two of the three sheets give recovery key ${keyOf('sheets')}\n`);
});

test('each device makes its slot with its next run of sync, says so once, and keeps its other ways in', () => {
  assert.deepEqual(escrowSlots('tablet'), [keyOf('sheets')], 'the device that posted it');
  assert.deepEqual(escrowSlots('office'), []);
  assert.equal(agency.sync('office').code, 0);
  assert.deepEqual(escrowSlots('office'), [keyOf('sheets')]);
  for (const name of ['tablet', 'office']) {
    const told = state(name);
    assert.deepEqual([told.hasKey, told.isHeld, told.isNews, told.keyId], [true, true, true, keyOf('sheets')]);
    assert.deepEqual(slotsOf(name), ['passphrase', 'escrow']);
  }
  assert.equal(agency.call('tablet', 'escrow.seen').code, 0);
  assert.equal(state('tablet').isNews, false);
  assert.equal(state('office').isNews, true);
});

test('a key that is there is not replaced by mistake', () => {
  const again = escrow('again');
  assert.match(again.complaint, /^exists: .*--replace/);
  assert.equal(existsSync(at('again')), false);
});

test('the agency\'s slot is not the worker\'s to take away or to name', () => {
  const slot = agency.call('tablet', 'keys.list').reply.slots.find(({ type }) => type === 'escrow').slotIndex;
  assert.match(agency.call('tablet', 'keys.remove', { slotIndex: slot }).complaint, /^not-allowed: /);
  assert.match(agency.call('tablet', 'keys.label', { slotIndex: slot, label: 'mine' }).complaint, /^not-allowed: /);
  assert.deepEqual(escrowSlots('tablet'), [keyOf('sheets')]);
});

test('a lost passphrase: two sheets say whose it is, and bring every record back into a new vault', () => {
  agency.record('tablet', NAME);
  assert.equal(agency.sync('tablet').code, 0);
  agency.record('tablet', `${NAME} unsent`);
  cpSync(at('tablet'), at('copy'), { recursive: true });
  const before = readFileSync(at('copy/keys'));

  const asked = open('copy', 'never', { answer: 'no\n' });
  assert.deepEqual([asked.code, asked.output], [REFUSED, '']);
  const tablet = agency.call('tablet', 'team.status').reply;
  for (const fact of [/These are the records of Person tablet$/m, tablet.personId, tablet.deviceId, keyOf('sheets'), /since \d{4}-\d\d-\d\d/]) {
    assert.match(asked.complaint, new RegExp(fact));
  }
  assert.match(asked.complaint, /cancelled: .*nothing was opened/);
  assert.equal(existsSync(at('never')), false);

  const restored = open('copy', 'restored', { numbers: [3, 1] });
  assert.equal(restored.code, 0, restored.complaint);
  assert.equal(JSON.parse(restored.output).restored, true);
  assert.match(restored.complaint, /Replace the recovery key, because it was used/);
  assert.match(restored.complaint, new RegExp(`Do not use device ${tablet.deviceId} any more`));
  assert.deepEqual(readFileSync(at('copy/keys')), before, 'what was opened is as it was');
  const names = (cases) => cases.map(({ victimName }) => victimName).sort();
  const list = callWith('restored', 'next-words', 'case.list', { limit: 100 });
  assert.deepEqual(names(list.reply.cases), names(agency.cases('tablet')));
  assert.equal(list.reply.cases.length, 2);
  assert.equal(callWith('restored', 'next-words', 'vault.check').reply.rebuiltEqual, true);
});

test('the new vault is a new device\'s with keys of its own: the old words and the old slot do not open it', () => {
  assert.match(callWith('restored', 'passphrase', 'case.list', { limit: 1 }).complaint, /^auth: /);
  assert.deepEqual(escrowSlots('restored'), []);
  const storage = callWith('restored', 'next-words', 'vault.storage').reply;
  assert.notEqual(storage.deviceId, agency.call('tablet', 'team.status').reply.deviceId);
  assert.notEqual(callWith('restored', 'next-words', 'vault.status').reply.vaultId, agency.call('tablet', 'vault.status').reply.vaultId);
  assert.ok(Number(storage.unsentCount) > 0, 'what the former device had not sent is this one\'s work');
  assert.deepEqual(callWith('restored', 'next-words', 'keys.list').reply.slots.map(({ type }) => type), ['passphrase']);
  assert.equal(callWith('restored', 'next-words', 'team.status').reply.state, 'alone');
});

test('a sealed export opens in the same way', () => {
  const exported = run(['backup', 'export', ...agency.vault('tablet'), '--out', at('export.bin'), '--work', agency.directory]);
  assert.equal(exported.code, 0, exported.complaint);
  const restored = open('export.bin', 'from-export');
  assert.equal(restored.code, 0, restored.complaint);
  assert.equal(callWith('from-export', 'next-words', 'case.list', { limit: 100 }).reply.cases.length, 2);
});

test('one sheet twice, a root sheet, a vault without the slot and a place that is taken are refused by name', () => {
  assert.match(open('copy', 'x', { numbers: [1, 1] }).complaint, /^invalid-input: .*twice the same sheet/);
  cpSync(at('agency/root-share-2.txt'), at('others/recovery-share-2.txt'));
  assert.match(open('copy', 'x', { sheets: ['sheets', 'others'] }).complaint, /^invalid-input: .*recovery-share-2\.txt/);
  agency.newVault('alone');
  assert.match(open('alone', 'x').complaint, /^auth: .*made before the key/);
  const taken = open('copy', 'restored');
  assert.match(taken.complaint, /^exists: /);
  assert.doesNotMatch(taken.complaint, /Type yes/);
  assert.match(open('no-such', 'x').complaint, /^not-found: /);
  mkdirSync(at('empty'));
  assert.match(open('empty', 'x').complaint, /^not-found: .*no vault is in this directory/);
  assert.deepEqual(readdirSync(at('empty')), []);
  assert.match(open('passphrase', 'x').complaint, /^damaged: /);
  assert.equal(existsSync(at('x')), false);
  assert.equal(run(['backup', 'escrow-open', at('copy')]).code, WRONG_USE);
  assert.equal(run(['agency', 'escrow-check']).code, WRONG_USE);
});

test('a slot carried over from another vault and a changed byte are refused before anything is opened', () => {
  const donor = readFileSync(at('office/keys'));
  const slotOf = (bytes) => Array.from({ length: 8 }, (_, index) => HEADER_SIZE + index * SLOT_SIZE).find((offset) => bytes.subarray(offset, offset + 8).toString('latin1') === 'FKESCR01');
  for (const [name, change] of [
    ['carried', (bytes) => donor.copy(bytes, slotOf(bytes), slotOf(donor), slotOf(donor) + SLOT_SIZE)],
    ['flipped', (bytes) => { bytes[slotOf(bytes) + 100] ^= 1; }],
  ]) {
    cpSync(at('copy'), at(name), { recursive: true });
    const bytes = readFileSync(at(`${name}/keys`));
    change(bytes);
    writeFileSync(at(`${name}/keys`), bytes);
    const answer = open(name, 'y');
    assert.match(answer.complaint, /^auth: .*the slot was changed, or is of another vault/);
    assert.doesNotMatch(answer.complaint, /These are the records of/);
    assert.equal(existsSync(at('y')), false);
  }
});

test('a replaced key: every device makes its slot again, the sheets of before open only what was copied before', () => {
  const replaced = escrow('next-sheets', '--replace');
  assert.equal(replaced.code, 0, replaced.complaint);
  assert.notEqual(keyOf('next-sheets'), keyOf('sheets'));
  assert.match(replaced.output, /Destroy the sheets of the key before/);
  assert.equal(agency.sync('tablet').code, 0);
  for (const name of ['office', 'tablet']) {
    assert.deepEqual(escrowSlots(name), [keyOf('next-sheets')]);
    assert.deepEqual(slotsOf(name).sort(), ['escrow', 'passphrase']);
    assert.equal(state(name).isNews, true);
  }
  cpSync(at('tablet'), at('later-copy'), { recursive: true });
  assert.match(open('later-copy', 'z').complaint, /^auth: .*after the key was replaced/);
  assert.match(open('copy', 'z', { sheets: ['sheets', 'next-sheets'] }).complaint, /^invalid-input: .*sheets of two different keys/);
  assert.equal(open('later-copy', 'z', { sheets: ['next-sheets', 'next-sheets'], numbers: [2, 3] }).code, 0);
});

test('a device that joins later has the slot from its first run', async () => {
  await agency.join('office', 'phone', '--kind', 'phone');
  assert.equal(agency.sync('phone').code, 0);
  assert.deepEqual(escrowSlots('phone'), [keyOf('next-sheets')]);
});

test('an entry that somebody else came before is signed again until it is taken', () => {
  agency.record('office', `Victim ${newId().slice(0, 4)}`);
  const first = escrow('third', '--replace');
  assert.equal(first.code, 0, first.complaint);
  // The tablet's roster is older than the hub's now: its run reads the newer one before anything is signed.
  const second = run(['agency', 'escrow', ...agency.vault('tablet'), '--out', at('fourth'), ...rootSheets(1, 3), '--replace']);
  assert.equal(second.code, 0, second.complaint);
  assert.equal(state('tablet').keyId, keyOf('fourth'));
});

test('whatever is printed or kept by a vault or the hub holds no half of a sheet', () => {
  const lines = SHEETS.flatMap((sheet) => [...readFileSync(at(`sheets/${sheet}`), 'utf8').matchAll(/^ {4}([0-9A-Z-]{60,})$/gm)].map(([, line]) => line));
  assert.equal(lines.length, 6);
  for (const directory of ['tablet', 'office', 'copy', 'restored']) {
    for (const file of readdirSync(at(directory))) {
      const bytes = readFileSync(at(`${directory}/${file}`));
      for (const line of lines) assert.equal(bytes.includes(line), false, `${directory}/${file}`);
    }
  }
});
