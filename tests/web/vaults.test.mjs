// Several vaults on one device, by the app's own actions over the real core: each keeps to itself, one turns to another only
// by locking, and nothing is lost that was not agreed to twice. Disks in memory stand for the directories.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { MemoryDevice } from '../support/memory-device.mjs';
import { Person, REFERENCE } from './support/person.mjs';
import { until } from '../e2e/support/until.mjs';
import { importWebModules } from '../support/web-modules.mjs';

const { words } = await importWebModules('web/src/app/words.en.ts');
const PRACTICE = JSON.parse(readFileSync(new URL('../../core/content/practice-cases.json', import.meta.url), 'utf8'));
const PHRASE = 'acid bacon cedar delta eagle';
const OTHER = 'fable grape honey index jolly';

async function deviceWithTwo() {
  const device = new MemoryDevice();
  const person = new Person(device);
  await person.app.begin();
  const one = await person.make({ label: 'Blue' });
  await person.beginCase('NM-7');
  person.app.actions.anotherVault();
  const other = await person.make({ label: 'Green', phrase: OTHER });
  return { device, person, one, other };
}

test('naming: asked before anything is made, proposed neutrally, refused when missing or taken', async () => {
  const person = new Person(new MemoryDevice());
  await person.app.begin();
  await person.at('no-vault', 'welcome');
  person.app.actions.beginVault(false);
  assert.deepEqual([person.state.vaults.naming.label, person.state.vaults.naming.isWiped], ['Notebook 1', '']);
  person.app.actions.changeNaming({ label: ' \u202e ' });
  person.app.actions.nameVault();
  await until(() => Object.keys(person.state.vaults.naming.errors).length === 2, 'both are asked for');
  assert.equal(person.state.phase.step.kind, 'name');
  assert.equal(person.device.folders.size, 0);
  person.app.actions.changeNaming({ label: '  Blue ' });
  person.app.actions.changeNaming({ isWiped: 'yes' });
  person.app.actions.nameVault();
  await person.at('no-vault', 'show');
  person.app.actions.wordsNoted();
  person.app.actions.confirmWords(PHRASE);
  await person.withoutPin();
  assert.deepEqual([...person.device.folders.values()].map(({ label }) => label), [{ label: 'Blue', isPractice: false, isWiped: true }]);

  person.app.actions.anotherVault();
  await person.at('no-vault', 'welcome');
  person.app.actions.beginVault(false);
  person.app.actions.changeNaming({ label: 'Blue', isWiped: 'no' });
  person.app.actions.nameVault();
  await until(() => person.state.vaults.naming.errors['vault-label'] === words.vaults.labelTaken, 'a name of its own is asked for');
});

test('switching: locks first, changes no byte of the other, and shows nothing of it', async () => {
  const { device, person, one, other } = await deviceWithTwo();
  const before = device.bytesOf(one);
  await person.beginCase('NM-8');
  person.app.actions.showVaults();
  await person.at('choose');
  assert.deepEqual([person.state.list.begun, person.state.form, person.state.file], [[], undefined, undefined]);
  assert.deepEqual(device.bytesOf(one), before, 'a session in another vault');
  person.app.actions.chooseVault(one);
  await person.at('locked');
  assert.deepEqual(person.state.route, { name: 'cases' }, 'no address of the other is tried here');
  person.app.actions.unlock(OTHER);
  await until(() => person.state.phase.problem?.code === 'auth', 'the other passphrase opens nothing');
  await person.unlock(PHRASE);
  await until(() => person.state.list.begun.length === 1, 'its own case is there');
  const held = device.bytesOf(other);
  await person.beginCase('NM-9');
  assert.deepEqual(device.bytesOf(other), held);
});

test('switching: what a fault kept from being saved waits for its own vault', async () => {
  const { device, person, one, other } = await deviceWithTwo();
  person.app.actions.showVaults();
  await person.at('choose');
  person.app.actions.chooseVault(one);
  await person.unlock(PHRASE);
  await person.show({ name: 'case-new', caseId: 'c'.repeat(32) });
  person.app.actions.input(REFERENCE, 'typed in Blue');
  device.crash();
  await person.at('locked');
  person.app.actions.showVaults();
  await person.at('choose');
  person.app.actions.chooseVault(other);
  await person.unlock(OTHER);
  await until(() => person.state.list.isLoaded, 'the list');
  assert.deepEqual(person.state.list.begun, [], 'nothing of Blue came into Green');
  person.app.actions.showVaults();
  await person.at('choose');
  person.app.actions.chooseVault(one);
  await person.unlock(PHRASE);
  await person.show({ name: 'case-new', caseId: 'c'.repeat(32) });
  assert.equal(person.state.form.values['case.reference'], 'typed in Blue');
});

test('start: one vault is unlocked at once, of several one is chosen, and a folder without keys is offered for removal', async () => {
  const { device, person, one } = await deviceWithTwo();
  await device.lock();
  const again = new Person(device);
  await again.app.begin();
  await again.at('choose');
  assert.deepEqual(again.state.vaults.rows.map(({ entry }) => entry.label), ['Blue', 'Green']);
  device.folders.get(one).disk.files[5] = new Uint8Array(0);
  again.app.actions.chooseVault(one);
  await again.at('unfinished');
  again.app.actions.unlock(PHRASE);
  assert.equal(again.state.phase.kind, 'unfinished', 'never opened');
  again.app.actions.removeUnfinished();
  await again.at('locked');
  assert.deepEqual([device.folders.size, again.state.vaults.rows.length], [1, 1]);
  await again.unlock(OTHER);
  void person;
});

test('a label that cannot be read hides and loses nothing, and a copy is asked for', async () => {
  const { device, one } = await deviceWithTwo();
  await device.lock();
  device.folders.get(one).label = 'damaged';
  const person = new Person(device);
  await person.app.begin();
  await person.at('choose');
  assert.equal(person.state.vaults.rows.length, 2);
  person.app.actions.chooseVault(one);
  await person.unlock(PHRASE);
  await until(() => person.state.list.begun.length === 1, 'its case is there');
  await person.show({ name: 'vaults' });
  assert.deepEqual([person.state.vaults.naming.label, person.state.vaults.naming.isWiped], ['Notebook 1', '']);
  person.app.actions.changeNaming({ isWiped: 'no' });
  person.app.actions.renameVault();
  await until(() => person.state.banner !== undefined, 'the new name is kept');
  assert.deepEqual(device.folders.get(one).label, { label: 'Notebook 1', isPractice: false, isWiped: false });
});

test('removal from within: counts what is only here, and is agreed to twice', async () => {
  const { device, person, one, other } = await deviceWithTwo();
  await person.beginCase('NM-8');
  await person.show({ name: 'remove-vault' });
  assert.ok(Number(person.state.storage.unsentCount) > 0);
  const kept = device.bytesOf(one);
  person.app.actions.removeVault();
  await until(() => person.state.vaults.removal.step === 'second', 'asked again');
  for (const typed of ['', 'yes', 'rem']) {
    person.app.actions.changeRemoval({ word: typed });
    person.app.actions.removeVault();
    await until(() => person.state.vaults.removal.error !== undefined && !person.state.isBusy, 'the word is needed');
    assert.equal(device.folders.size, 2);
  }
  person.app.actions.changeRemoval({ word: ' Remove ' });
  person.app.actions.removeVault();
  await person.at('locked');
  assert.deepEqual([[...device.folders.keys()], device.bytesOf(one)], [[one], kept]);
  assert.equal(person.state.vaults.chosen, one);
  void other;
});

test('removal from within: more was written than was shown, so it is shown anew', async () => {
  const { device, person } = await deviceWithTwo();
  await person.beginCase('NM-8');
  await person.show({ name: 'remove-vault' });
  const shown = person.state.storage.unsentCount;
  person.app.actions.removeVault();
  person.app.actions.changeRemoval({ word: 'remove' });
  const more = { timeMs: 1, caseId: 'd'.repeat(32), recordId: 'd'.repeat(32), type: 'case', changes: [{ field: 'reference', value: 'meanwhile' }] };
  assert.equal((await device.port().call('draft.save', more)).ok, true);
  person.app.actions.removeVault();
  await until(() => person.state.storage?.unsentCount !== shown && person.state.vaults.removal.step === 'first', 'the new number');
  assert.equal(device.folders.size, 2);
});

test('removal of a locked vault: asked twice, and it can be left', async () => {
  const { device, person, one, other } = await deviceWithTwo();
  person.app.actions.showVaults();
  await person.at('choose');
  person.app.actions.chooseVault(one);
  await person.at('locked');
  person.app.actions.beginRemoval();
  await person.at('remove');
  person.app.actions.stayLocked();
  await person.at('locked');
  person.app.actions.beginRemoval();
  person.app.actions.removeVault();
  await until(() => person.state.vaults.removal.step === 'second', 'asked again');
  assert.equal(device.folders.size, 2);
  person.app.actions.changeRemoval({ word: 'remove' });
  person.app.actions.removeVault();
  await person.at('locked');
  assert.deepEqual([...device.folders.keys()], [other]);
  person.app.actions.unlock(PHRASE);
  await until(() => person.state.phase.problem?.code === 'auth', 'this is the other one');
});

test('practice: filled with the made-up people, marked, without a team, removed without fuss', async () => {
  const device = new MemoryDevice();
  const person = new Person(device);
  await person.app.begin();
  await person.make({ isPractice: true });
  await until(() => person.state.list.rows.length > 0, 'the made-up cases');
  assert.deepEqual([person.state.problem, person.state.vaults.isPractice], [undefined, true]);
  assert.deepEqual([...device.folders.values()][0].label, { label: 'Practice notebook 1', isPractice: true, isWiped: false });
  const madeUp = PRACTICE.cases.map(({ people }) => people.find(({ role }) => role === 'victim').person.name);
  assert.deepEqual(person.state.list.rows.map((row) => row.victimName).sort(), madeUp.sort());
  assert.ok(person.state.list.rows.every((row) => row.draftCount === 0));
  for (const name of ['sync', 'team', 'storage', 'join']) {
    await person.show({ name });
    assert.equal(person.state.problem, undefined, name);
  }
  assert.ok(!device.calls.some((command) => /^(team|sync|invite|enrol)\./.test(command)), 'nothing of a team was asked');
  await person.show({ name: 'remove-vault' });
  person.app.actions.removeVault();
  await person.at('no-vault', 'welcome');
  assert.equal(device.folders.size, 0);
});

test('hiding while a vault is being looked at stays hidden', async () => {
  const { device, person, one } = await deviceWithTwo();
  person.app.actions.showVaults();
  await person.at('choose');
  person.app.actions.chooseVault(one);
  person.app.actions.hide();
  await until(() => device.rows().length === 2 && person.addresses.length > 0, 'settled');
  for (let i = 0; i < 50; i += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(person.state.phase.kind, 'hidden');
});
