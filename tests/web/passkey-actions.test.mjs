// A passkey beside the passphrase by the app's own actions over the real core: adding it, opening with it, and what is left without it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Person } from './support/person.mjs';
import { MemoryDevice } from '../support/memory-device.mjs';
import { Passkeys } from '../support/passkeys.mjs';
import { until } from '../e2e/support/until.mjs';

const PHRASE = 'acid bacon cedar delta eagle';
const NEXT = 'fable grape honey index jolly';
const CHOSEN = 'a sentence that I made';

async function opened(naming = {}) {
  const passkeys = new Passkeys();
  const person = new Person(new MemoryDevice(), PHRASE, { passkeys });
  await person.app.begin();
  await person.make({ label: 'Blue', ...naming });
  await until(() => person.state.hasPasskeys, 'the browser has passkeys');
  return { person, passkeys };
}

const idle = (person) => until(() => !person.state.isBusy, 'the action has ended');
const typesOf = (person) => person.state.keys.slots.map(({ type }) => type).sort();

async function add(person, { now = PHRASE, own = '', again = own, phrase = own === '' ? 'same' : 'own' } = {}) {
  await person.show({ name: 'key-passkey' });
  if (phrase !== '') person.app.actions.choosePhrase(phrase);
  person.app.actions.addPasskey({ now, own, again });
  await idle(person);
}

async function retire(person, words) {
  await person.show({ name: 'key-passkey' });
  person.app.actions.retirePassphrase(words);
  await idle(person);
}

async function tryToUnlock(person, words, isWithPasskey) {
  person.app.actions[isWithPasskey ? 'unlockWithPasskey' : 'unlock'](words);
  await until(() => person.state.phase.kind !== 'locked' || !person.state.phase.isWorking, 'it was tried');
  return person.state.phase;
}

async function lock(person) {
  person.app.actions.lock();
  await person.at('locked');
}

test('passkey: with a phrase of ones own opens beside the passphrase, and alone after the person agreed', async () => {
  const { person, passkeys } = await opened();
  await add(person, { own: CHOSEN });
  assert.deepEqual([person.state.route.name, typesOf(person)], ['key-passkey', ['both', 'passphrase']]);
  assert.match(person.state.banner.text, /together/);
  await lock(person);
  assert.equal((await tryToUnlock(person, CHOSEN, false)).problem.code, 'auth', 'the phrase alone opens nothing');
  assert.equal((await tryToUnlock(person, NEXT, true)).problem.code, 'passkey_wrong');
  await tryToUnlock(person, CHOSEN, true);
  await person.withoutPin();

  for (const words of ['another sentence of mine', PHRASE]) {
    await retire(person, words);
    assert.equal(person.state.keys.problem.code, 'passkey_wrong', 'only what opens together shows that it does');
    assert.deepEqual(typesOf(person), ['both', 'passphrase']);
  }
  await retire(person, CHOSEN);
  assert.deepEqual([person.state.route.name, typesOf(person)], ['keys', ['both']]);
  await lock(person);
  assert.equal((await tryToUnlock(person, PHRASE, false)).problem.code, 'auth', 'the passphrase alone opens nothing any more');
  await tryToUnlock(person, CHOSEN, true);
  await person.withoutPin();
  assert.deepEqual(passkeys.asked, ['make false', 'use', 'use', 'use', 'use', 'use', 'use']);
  assert.doesNotMatch(JSON.stringify(person.state), /sentence that i made|acid bacon/i);
});

test('passkey: nothing is made for words that are missing, short, different or wrong', async () => {
  const { person, passkeys } = await opened();
  for (const [typed, fields] of [
    [{ now: ' ', phrase: '' }, ['passkey-phrase', 'passphrase']],
    [{ own: 'fifteen letters' }, ['own-phrase']],
    [{ own: CHOSEN, again: `${CHOSEN} x` }, ['own-phrase-again']],
  ]) {
    await add(person, typed);
    assert.deepEqual(Object.keys(person.state.keys.errors).sort(), fields);
  }
  await add(person, { now: NEXT });
  assert.equal(person.state.keys.problem.code, 'auth', 'somebody at an open window does not know the passphrase');
  assert.deepEqual(passkeys.asked, []);
});

test('passkey: closing the dialog is no error, each refusal has its name, and no slot is made', async () => {
  const { person, passkeys } = await opened();
  for (const [refusal, code] of [['synced', 'passkey_synced'], ['unverified', 'passkey_unverified'], ['unsupported', 'passkey_no_prf']]) {
    passkeys.refusal = refusal;
    await add(person);
    assert.deepEqual([person.state.keys.problem?.code, person.state.keys.notice], [code, undefined]);
  }
  passkeys.refusal = 'cancelled';
  await add(person);
  assert.deepEqual([person.state.keys.problem, person.state.keys.notice], [undefined, 'passkey_not_used']);
  assert.equal(passkeys.asked.length, 4);
  await person.show({ name: 'keys' });
  assert.deepEqual(typesOf(person), ['passphrase']);
});

test('passkey: at the locked page a closed dialog counts as no try, and the passphrase still opens', async () => {
  const { person, passkeys } = await opened();
  await lock(person);
  for (let i = 0; i < 5; i += 1) {
    const { problem, notice } = await tryToUnlock(person, PHRASE, true);
    assert.deepEqual([problem, notice], [undefined, 'passkey_not_used']);
  }
  passkeys.refusal = 'unverified';
  assert.equal((await tryToUnlock(person, PHRASE, true)).problem.code, 'passkey_unverified');
  assert.equal((await tryToUnlock(person, ' ', true)).problem, 'empty');
  assert.equal(person.state.attempts.waitMs, 0);
  await person.unlock(PHRASE);
});

test('passkey: is taken away while the passphrase opens alone, and by new words when it does not', async () => {
  const { person, passkeys } = await opened();
  await add(person);
  const slot = person.state.keys.slots.find(({ type }) => type === 'both');
  await person.show({ name: 'keys' });
  person.app.actions.askToRemoveKey(slot.slotIndex);
  person.app.actions.removeKey();
  await until(() => !person.state.isBusy && typesOf(person).join() === 'passphrase', 'the passkey is gone');

  await add(person);
  await retire(person, PHRASE);
  assert.deepEqual(typesOf(person), ['both']);
  await person.show({ name: 'key-words' });
  person.phrase = NEXT;
  person.app.actions.chooseWhy('ordinary');
  person.app.actions.makeNewWords(PHRASE);
  await until(() => person.state.keys.words.kind === 'show' && !person.state.isBusy, 'new words');
  person.app.actions.newWordsNoted();
  passkeys.refusal = 'cancelled';
  person.app.actions.confirmNewWords(NEXT);
  await until(() => person.state.keys.notice === 'passkey_not_used' && !person.state.isBusy, 'the words are still asked for');
  assert.equal(person.state.keys.words.kind, 'confirm');
  person.app.actions.confirmNewWords(NEXT);
  await until(() => person.state.route.name === 'keys' && typesOf(person).join() === 'passphrase', 'the words open alone');
  await lock(person);
  assert.equal((await tryToUnlock(person, PHRASE, true)).problem.code, 'passkey_wrong');
  await person.unlock(NEXT);
});
