// The distress phrase opens another vault behind the same door: nothing typed before appears in it, no address leads back, and
// nothing of it is lost for whoever opens the real one later.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { choosePin, FACTS, no, ok, openApp, REFERENCE, settled } from './support/open-app.mjs';

const NEWS = { tornTail: false, finishedCheckpoint: false, rewritePending: false, isReadOnly: false, isPractice: false, openedWith: 'passphrase' };
const opening = (profile) => ok({ ...NEWS, profile });

async function unlockAs(app, answers, profile) {
  answers.unlock = opening(profile);
  app.actions.unlock('a b c d e');
  await settled();
  await choosePin(app);
}

test('what could not be saved waits for its own profile, and the neutral one begins with an empty list', async () => {
  const { app, answers, tell, log, addresses } = await openApp();
  answers['draft.save'] = no('full');
  app.actions.choose(REFERENCE, 'typed');
  await settled();
  tell('cold');
  answers['draft.save'] = ok({ number: '2' });
  answers['case.get'] = no('not-found');
  const before = log.length;
  await unlockAs(app, answers, 'neutral');
  const state = app.store.state();
  assert.deepEqual([state.phase.kind, state.route.name, addresses.at(-1), state.problem, state.banner], ['open', 'cases', 'replace cases', undefined, undefined]);
  assert.deepEqual(log.slice(before).filter(({ command }) => command === 'draft.save'), [], 'nothing is written into it');
  assert.doesNotMatch(JSON.stringify(state), /typed/);

  tell('cold');
  delete answers['case.get'];
  await unlockAs(app, answers, 'own');
  const saves = log.filter(({ command }) => command === 'draft.save');
  assert.deepEqual(saves.at(-1).request.changes, [{ field: 'reference', value: 'typed' }], 'the real one gets it');
});

test('in the neutral profile Back to a case of the other leads to the list, and says nothing', async () => {
  const { app, answers, tell } = await openApp();
  tell('cold');
  answers['case.get'] = no('not-found');
  await unlockAs(app, answers, 'neutral');
  app.actions.go({ name: 'storage' });
  await settled();
  await app.navigator.addressChanged(FACTS);
  const state = app.store.state();
  assert.deepEqual([state.route.name, state.problem], ['cases', undefined]);
});

test('in the own profile an address that leads nowhere is said', async () => {
  const { app, answers } = await openApp();
  answers['case.get'] = no('not-found');
  app.actions.go({ name: 'storage' });
  await settled();
  await app.navigator.addressChanged(FACTS);
  assert.deepEqual([app.store.state().route.name, app.store.state().problem?.code], ['facts', 'not-found']);
});
