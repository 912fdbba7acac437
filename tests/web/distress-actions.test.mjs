// A distress phrase by the app's own actions over the real core: nothing is known before the passphrase, it is set, changed and taken
// away, words that open something else are refused, and behind it nothing of it is offered.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Person } from './support/person.mjs';
import { MemoryDevice } from '../support/memory-device.mjs';
import { until } from '../e2e/support/until.mjs';

const PHRASE = 'acid bacon cedar delta eagle';
const OTHER = 'fable grape honey index jolly';
const THIRD = 'kiosk lemon mango nylon olive';
const PAGE = { name: 'key-distress' };

const idle = (person) => until(() => !person.state.isBusy, 'the action has ended');
const step = (person) => person.state.keys.distress;
const act = async (person, name, ...values) => {
  person.app.actions[name](...values);
  await idle(person);
};

async function opened() {
  const person = new Person(new MemoryDevice(), PHRASE);
  await person.app.begin();
  await person.make({ label: 'Blue' });
  return person;
}

async function setPhrase(person, phrase) {
  await person.show(PAGE);
  await act(person, 'proveForDistress', PHRASE);
  person.phrase = phrase;
  await act(person, 'makeDistressWords');
  assert.deepEqual(step(person), { kind: 'show', words: phrase });
  await act(person, 'distressWordsNoted');
  await act(person, 'confirmDistressWords', phrase);
}

async function unlockWith(person, phrase) {
  person.app.actions.lock();
  await person.at('locked');
  await person.unlock(phrase);
  return person.state.vaults.isNeutral;
}

async function isOpenedBy(person, phrase) {
  person.app.actions.lock();
  await person.at('locked');
  person.app.actions.unlock(phrase);
  await until(() => person.state.phase.kind !== 'locked' || !person.state.phase.isWorking, 'it was tried');
  const isOpen = person.state.phase.kind === 'choose-pin';
  if (isOpen) await person.withoutPin();
  return isOpen;
}

test('distress: nothing is known before the passphrase, and typing it back wrongly sets nothing', async () => {
  const person = await opened();
  await person.show(PAGE);
  assert.equal(step(person).kind, 'ask');
  await act(person, 'proveForDistress', ' ');
  assert.ok(person.state.keys.errors.passphrase);
  await act(person, 'proveForDistress', OTHER);
  assert.deepEqual([step(person).kind, person.state.keys.problem.code], ['ask', 'auth']);
  await act(person, 'proveForDistress', PHRASE);
  assert.equal(step(person).kind, 'known');
  person.phrase = OTHER;
  await act(person, 'makeDistressWords');
  await act(person, 'distressWordsNoted');
  await act(person, 'confirmDistressWords', THIRD);
  assert.deepEqual([step(person).kind, Object.keys(person.state.keys.errors)], ['confirm', ['passphrase']]);
  await act(person, 'seeDistressWordsAgain');
  assert.equal(step(person).kind, 'show');
  assert.equal(await isOpenedBy(person, OTHER), false);
});

test('distress: set, it opens an empty notebook in which nothing of it is offered, and the passphrase the real one', async () => {
  const person = await opened();
  await person.beginCase('NM-7');
  await setPhrase(person, OTHER);
  assert.deepEqual(step(person), { kind: 'done', isSet: true });
  assert.equal(await unlockWith(person, OTHER), true);
  assert.deepEqual([person.state.list.rows, person.state.list.begun], [[], []]);
  await person.show({ name: 'keys' });
  assert.deepEqual(person.state.keys.slots.map(({ type }) => type), ['passphrase']);
  await person.app.navigator.addressChanged(PAGE);
  assert.equal(person.state.route.name, 'cases', 'its address leads to the list');
  assert.equal(person.addresses.at(-1), 'replace cases');
  assert.equal(await unlockWith(person, PHRASE), false);
  await person.show({ name: 'cases' });
  assert.equal(person.state.list.begun.length, 1, 'nothing was lost');
});

test('distress: words that open something already are refused, and the page says what is there', async () => {
  const person = await opened();
  await setPhrase(person, PHRASE);
  assert.deepEqual([step(person).kind, person.state.keys.problem.code], ['known', 'distress_exists']);
  assert.equal(await unlockWith(person, PHRASE), false);
});

test('distress: new words stop the old ones, and taken away they open nothing', async () => {
  const person = await opened();
  await setPhrase(person, OTHER);
  await setPhrase(person, THIRD);
  assert.equal(await isOpenedBy(person, OTHER), false);
  assert.equal(await unlockWith(person, THIRD), true);
  await unlockWith(person, PHRASE);
  await person.show(PAGE);
  await act(person, 'proveForDistress', PHRASE);
  await act(person, 'removeDistress');
  assert.deepEqual(step(person), { kind: 'done', isSet: false });
  const list = await person.device.port().call('keys.list', {});
  assert.deepEqual([list.value.isDistressAllowed, list.value.slots.map(({ type }) => type)], [false, ['passphrase']]);
  assert.equal(await isOpenedBy(person, THIRD), false);
});
