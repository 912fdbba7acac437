// The ways into a vault by the app's own actions over the real core: new words, a recovery key, waiting after wrong tries.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Person } from './support/person.mjs';
import { MemoryDevice } from '../support/memory-device.mjs';
import { until } from '../e2e/support/until.mjs';

const PHRASE = 'acid bacon cedar delta eagle';
const NEXT = 'fable grape honey index jolly';

async function opened() {
  const device = new MemoryDevice();
  const person = new Person(device);
  await person.app.begin();
  await person.make({ label: 'Blue' });
  return { device, person };
}

const wordsAt = (person, kind) => until(() => person.state.keys.words.kind === kind && !person.state.isBusy, `words ${kind}`);

async function changeWords(person, old) {
  await person.show({ name: 'key-words' });
  person.phrase = NEXT;
  person.app.actions.chooseWhy('ordinary');
  person.app.actions.makeNewWords(old);
  await wordsAt(person, 'show');
  person.app.actions.newWordsNoted();
  person.app.actions.confirmNewWords(NEXT);
}

async function makeRecoveryKey(person) {
  await person.show({ name: 'key-recovery' });
  person.app.actions.makeRecoveryKey();
  await until(() => person.state.keys.recovery.kind === 'show', 'the key is shown');
  const { text } = person.state.keys.recovery;
  person.app.actions.recoveryKeyNoted();
  await until(() => person.state.keys.recovery.kind === 'confirm' && !person.state.isBusy, 'it is asked for');
  return text;
}

test('another passphrase: the old one is asked for, the new one typed back, and only it opens', async () => {
  const { person } = await opened();
  await person.show({ name: 'key-words' });
  person.app.actions.makeNewWords(' ');
  await until(() => Object.keys(person.state.keys.errors).sort().join() === 'passphrase,why-change', 'both are asked for');
  await changeWords(person, 'these are not the words');
  await until(() => person.state.keys.problem?.code === 'auth', 'a wrong old one changes nothing');
  await changeWords(person, PHRASE);
  await until(() => person.state.route.name === 'keys' && person.state.keys.slots.length === 1, 'it is changed');
  assert.doesNotMatch(JSON.stringify(person.state), /fable grape|acid bacon/);
  person.app.actions.lock();
  await person.at('locked');
  person.app.actions.unlock(PHRASE);
  await until(() => person.state.phase.problem?.code === 'auth', 'the old one opens nothing');
  await person.unlock(NEXT);
});

test('another passphrase: words that differ are said, and can be seen again', async () => {
  const { person } = await opened();
  await person.show({ name: 'key-words' });
  person.phrase = NEXT;
  person.app.actions.chooseWhy('known');
  person.app.actions.makeNewWords(PHRASE);
  await wordsAt(person, 'show');
  person.app.actions.newWordsNoted();
  person.app.actions.confirmNewWords('fable grape honey index jolly x');
  await until(() => person.state.keys.errors.passphrase !== undefined && !person.state.isBusy, 'they differ');
  person.app.actions.seeNewWordsAgain();
  assert.deepEqual(person.state.keys.words, { kind: 'show', words: NEXT });
  await person.show({ name: 'keys' });
  assert.doesNotMatch(JSON.stringify(person.state), /fable grape/);
});

test('recovery key: opens after it was typed back, then asks for new words before anything else', async () => {
  const { person } = await opened();
  const text = await makeRecoveryKey(person);
  assert.match(text, /^([0-9A-Z]{5}-){7}[0-9A-Z]{5}$/);
  assert.doesNotMatch(JSON.stringify(person.state), new RegExp(text.slice(0, 11)));
  const broken = text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
  person.app.actions.confirmRecoveryKey(broken);
  await until(() => person.state.keys.problem?.code === 'mistyped' && !person.state.isBusy, 'a mistake is said');
  person.app.actions.confirmRecoveryKey(text.toLowerCase());
  await until(() => person.state.route.name === 'keys' && person.state.keys.slots.some((slot) => slot.type === 'recovery'), 'it opens from now on');

  person.app.actions.lock();
  await person.at('locked');
  person.app.actions.beginRecovery();
  await person.at('recover');
  person.app.actions.unlockWithRecoveryKey(' ');
  await until(() => person.state.keys.errors['recovery-key'] !== undefined, 'it is asked for');
  person.phrase = NEXT;
  person.app.actions.unlockWithRecoveryKey(text);
  await person.at('renew');
  await wordsAt(person, 'show');
  assert.equal(person.state.list.isLoaded, false, 'nothing of the vault is shown yet');
  person.app.actions.newWordsNoted();
  person.app.actions.confirmNewWords(NEXT);
  await person.withoutPin();
  person.app.actions.lock();
  await person.at('locked');
  person.app.actions.unlock(PHRASE);
  await until(() => person.state.phase.problem?.code === 'auth', 'the old words open nothing');
  await person.unlock(NEXT);
});

test('a way in is taken away after asking; the last one is not', async () => {
  const { person } = await opened();
  const text = await makeRecoveryKey(person);
  person.app.actions.confirmRecoveryKey(text);
  await until(() => person.state.route.name === 'keys' && person.state.keys.slots.length === 2, 'two ways in');
  const { slotIndex } = person.state.keys.slots.find((slot) => slot.type === 'recovery');
  person.app.actions.askToRemoveKey(slotIndex);
  assert.equal(person.state.keys.removing, slotIndex);
  person.app.actions.removeKey();
  await until(() => person.state.keys.slots.length === 1 && person.state.keys.removing === undefined, 'it is gone');
  person.app.actions.askToRemoveKey(person.state.keys.slots[0].slotIndex);
  person.app.actions.removeKey();
  await until(() => person.state.keys.problem?.code === 'last-key', 'the last one stays');
});

test('wrong passphrases: after three a wait is shown and counted down, and the core keeps to it', async () => {
  const { person } = await opened();
  person.app.actions.lock();
  await person.at('locked');
  for (let i = 0; i < 4 && person.state.attempts.waitMs === 0; i += 1) {
    person.app.actions.unlock(`wrong words number ${i}`);
    await until(() => person.state.phase.problem !== undefined && !person.state.phase.isWorking, 'refused');
    await until(() => person.timers.length > 0 || i < 3, 'the wait is read');
  }
  const { waitMs } = person.state.attempts;
  assert.ok(waitMs > 0, 'there is a wait');
  person.timers.splice(0).forEach((run) => run());
  assert.equal(person.state.attempts.waitMs, Math.max(0, waitMs - 1000));
  person.app.actions.unlock(PHRASE);
  await until(() => person.state.phase.problem?.code === 'wait', 'also the right one waits');
});
