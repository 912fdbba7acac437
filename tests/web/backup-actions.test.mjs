// Copies by the app's own actions over the real core: made and read back, handed over, asked for before a computer is left that
// is wiped, and made into a notebook of its own. Disks in memory stand for the directories.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Person } from './support/person.mjs';
import { Passkeys } from '../support/passkeys.mjs';
import { MemoryDevice } from '../support/memory-device.mjs';
import { until } from '../e2e/support/until.mjs';

const PHRASE = 'acid bacon cedar delta eagle';
const CHOSEN = 'a sentence that I made';

async function withCase({ isWiped = false } = {}) {
  const device = new MemoryDevice();
  const person = new Person(device);
  await person.app.begin();
  const directory = await person.make({ label: 'Blue', isWiped });
  await person.beginCase('NM-7');
  return { device, person, directory };
}

async function copied(person) {
  person.app.actions.makeCopy();
  await until(() => person.state.backup.running === undefined && person.state.backup.madeCount > 0, 'the copy is made');
  assert.equal(person.saved.length, 0, 'nothing is handed over before it is asked for');
  person.app.actions.takeCopy();
  return person.saved[0];
}

test('a copy is read back before it is said to be one, and handed over under a name that says nothing', async () => {
  const { person } = await withCase();
  const { file, name } = await copied(person);
  assert.match(name, /^notes-\d{8}\.bin$/);
  assert.ok(file.size > 1000);
  const bytes = Buffer.from(await file.arrayBuffer());
  for (const text of ['NM-7', 'Blue', 'reference']) assert.equal(bytes.includes(text), false, text);
  assert.equal(person.state.backup.isTaken, true);
  assert.equal(JSON.stringify(person.state).includes('blob'), false, 'the file is not in the state');
});

test('whatever is written after a copy makes it an old one', async () => {
  const { person } = await withCase();
  await copied(person);
  await person.beginCase('NM-8');
  assert.equal(person.state.backup.isTaken, false);
});

test('removing after a copy asks once; after one that is old, twice', async () => {
  const { device, person } = await withCase();
  await copied(person);
  await person.beginCase('NM-8');
  await person.show({ name: 'remove-vault' });
  person.app.actions.removeVault();
  await until(() => person.state.vaults.removal.step === 'second', 'asked again');
  await person.show({ name: 'backup' });
  person.saved.length = 0;
  await copied(person);
  await person.show({ name: 'remove-vault' });
  person.app.actions.removeVault();
  await person.at('no-vault', 'welcome');
  assert.equal(device.folders.size, 0);
});

test('on a computer that is wiped, Lock asks for a copy; it can be left without one', async () => {
  const { person } = await withCase({ isWiped: true });
  person.app.actions.lock();
  await until(() => person.state.route.name === 'leave', 'the page before leaving');
  assert.equal(person.state.phase.kind, 'open');
  await copied(person);
  person.app.actions.lockNow();
  await person.at('locked');
  assert.equal(person.state.backup.madeCount, undefined, 'nothing of it is left in the state');
  await person.unlock(PHRASE);
  await person.show({ name: 'leave' });
  person.app.actions.lock();
  await person.at('locked');
});

test('elsewhere, and in a practice notebook, Lock locks', async () => {
  const { person } = await withCase();
  person.app.actions.lock();
  await person.at('locked');
  person.app.actions.showVaults();
  await person.at('choose');
  person.app.actions.anotherVault();
  await person.make({ isPractice: true });
  person.app.actions.lock();
  await person.at('locked');
});

test('a copy becomes a notebook of its own; the one it was made of is not touched', async () => {
  const { device, person, directory } = await withCase();
  const { file } = await copied(person);
  person.app.actions.lock();
  await person.at('locked');
  const before = device.bytesOf(directory);
  person.app.actions.showVaults();
  await person.at('choose');
  person.app.actions.beginRestore();
  await person.at('restore');

  person.app.actions.restore(undefined, ' ');
  assert.deepEqual(Object.keys(person.state.vaults.naming.errors).sort(), ['passphrase', 'restore-file', 'vault-wiped']);
  person.app.actions.changeNaming({ label: 'Green', isWiped: 'no' });
  person.app.actions.restore(file, 'these are not the words');
  await until(() => person.state.phase.problem?.code === 'auth', 'the passphrase of the copy is needed');
  assert.equal(device.folders.size, 1);
  person.app.actions.restore(file.slice(0, file.size - 700), PHRASE);
  await until(() => person.state.phase.problem?.code === 'copy_damaged', 'a copy that was cut off');
  assert.deepEqual([device.folders.size, person.state.vaults.naming.label], [1, 'Green']);

  person.app.actions.restore(file, PHRASE);
  await person.at('locked');
  assert.equal(person.state.phase.notice, 'vault_restored');
  assert.deepEqual([device.folders.size, device.bytesOf(directory)], [2, before]);
  await person.unlock(PHRASE);
  await until(() => person.state.list.begun.length === 1, 'the case is there');
  assert.equal([...device.folders.values()][1].label.label, 'Green');
});

test('a copy opens with the recovery key, with words and passkey together, and what did not open it is named', async () => {
  const passkeys = new Passkeys();
  const device = new MemoryDevice();
  const person = new Person(device, PHRASE, { passkeys });
  await person.app.begin();
  await person.make({ label: 'Blue' });
  await person.beginCase('NM-7');
  const core = device.port();
  const recoveryKey = (await core.makeRecoveryKey()).value.text;
  assert.equal((await core.confirmRecoveryKey(recoveryKey)).ok, true);
  const another = (await core.makeRecoveryKey()).value.text;
  const { prfInputHex } = (await core.call('vault.status', {})).value;
  const { prf } = await passkeys.make(prfInputHex, false);
  assert.equal((await core.addPasskey({ passphrase: CHOSEN, prf }, true)).ok, true);
  const { file } = await copied(person);
  person.app.actions.lock();
  await person.at('locked');
  person.app.actions.showVaults();
  await person.at('choose');

  const begin = async (way, label) => {
    person.app.actions.beginRestore();
    await person.at('restore');
    person.app.actions.chooseRestoreWay(way);
    person.app.actions.changeNaming({ label, isWiped: 'no' });
  };
  const refused = async (typed, code, detail) => {
    person.app.actions.restore(file, typed);
    await until(() => !person.state.phase.isWorking && (person.state.phase.problem ?? person.state.phase.notice) !== undefined, 'it was refused');
    assert.deepEqual([person.state.phase.problem?.code ?? person.state.phase.notice, person.state.phase.problem?.detail ?? ''], [code, detail ?? '']);
    assert.equal(device.folders.size, folderCount, 'nothing of it stays');
    person.app.actions.chooseRestoreWay(person.state.phase.way);
  };
  let folderCount = 1;
  await begin('recovery', 'Green');
  person.app.actions.restore(file, ' ');
  assert.deepEqual(Object.keys(person.state.vaults.naming.errors), ['recovery-key']);
  const slipped = `${recoveryKey.slice(0, 19)}${recoveryKey[19] === 'Z' ? 'Y' : 'Z'}${recoveryKey.slice(20)}`;
  await refused(slipped, 'mistyped', 'group 4');
  await refused(another, 'copy_recovery_wrong');
  person.app.actions.restore(file, recoveryKey.toLowerCase());
  await until(() => person.state.phase.notice === 'vault_restored', 'restored by the recovery key');
  person.app.actions.showVaults();
  await person.at('choose');

  folderCount = 2;
  await begin('both', 'Red');
  passkeys.refusal = 'cancelled';
  await refused(CHOSEN, 'passkey_not_used');
  await refused('these are not the words', 'copy_passkey_wrong');
  person.app.actions.restore(file, CHOSEN);
  await until(() => person.state.phase.notice === 'vault_restored', 'restored by words and passkey');
  person.app.actions.unlockWithPasskey(CHOSEN);
  await person.withoutPin();
  await until(() => person.state.list.begun.length === 1, 'the case is there');
  assert.deepEqual([...device.folders.values()].map(({ label }) => label.label), ['Blue', 'Green', 'Red']);
});

test('a copy of a practice notebook stays one', async () => {
  const device = new MemoryDevice();
  const person = new Person(device);
  await person.app.begin();
  await person.make({ isPractice: true });
  const { file } = await copied(person);
  person.app.actions.lock();
  await person.at('locked');
  person.app.actions.beginRestore();
  person.app.actions.changeNaming({ label: 'Green', isWiped: 'no' });
  person.app.actions.restore(file, PHRASE);
  await until(() => person.state.phase.notice === 'vault_restored', 'restored');
  assert.deepEqual([...device.folders.values()].map(({ label }) => label.isPractice), [true, true], 'its label says so while it is locked');
  await person.unlock(PHRASE);
  assert.equal(person.state.vaults.isPractice, true);
});
