// `fieldkit enrol`, `invite` and `sync` with a real hub: two people on two machines, and what can go wrong between them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { Agency, CODE, Conversation, WAIT_S } from './support/team.mjs';

const VICTIM = 'Canary Merle Quince';
let agency;
let ids;

before(async () => {
  agency = await Agency.start();
  agency.newVault('office');
  ids = agency.record('office', VICTIM);
});
after(() => agency.end());

test('the first administrator joins with the printed code, and what was recorded before is sent', async () => {
  const enrol = agency.enrol('office', agency.code.toLowerCase().replaceAll('-', ' '), '--name', 'Robin Office', '--team', 'Northern team');
  assert.equal(await enrol.ended, 0, enrol.complaint);
  const status = agency.call('office', 'team.status').reply;
  assert.deepEqual([status.state, status.isAdministrator, status.personName, status.teamName], ['member', true, 'Robin Office', 'Northern team']);
  assert.deepEqual(agency.cases('office').map(({ victimName, progress }) => ({ victimName, progress })), [{ victimName: VICTIM, progress: 'sent' }]);
});

test('the code of the first administrator works once', async () => {
  agency.newVault('second');
  const enrol = agency.enrol('second', agency.code, '--name', 'Somebody Else', '--team', 'Other team');
  assert.equal(await enrol.ended, 3);
  assert.match(enrol.complaint, /^code-used: /);
  assert.notEqual(agency.call('second', 'team.status').reply.state, 'member');
});

test('a colleague joins by code and words, and sees the case', async () => {
  const words = await agency.join('office', 'colleague');
  assert.equal(words[0], words[1]);
  assert.equal(words[0].split(' ').length, 8);
  assert.deepEqual(agency.cases('colleague').map((row) => row.victimName), [VICTIM]);
  const { people, devices } = agency.call('colleague', 'team.members').reply;
  assert.deepEqual(people.map(({ name, isYou }) => [name, isYou]).sort(), [['Person colleague', true], ['Robin Office', false]]);
  assert.equal(devices.length, 2);
});

test('an edit of one arrives at the other, and both know how far it got', () => {
  agency.write('colleague', ids.caseId, ids.personId, 'person', { phone: '01632 960999' });
  assert.equal(agency.cases('colleague')[0].progress, 'device');
  const first = agency.sync('colleague');
  assert.equal(first.code, 0, first.complaint);
  assert.match(first.output, /^0 confirmed on another device, \d+ sent, 0 on this device only\n/);
  assert.match(first.complaint, /^Signing in\n/);
  assert.equal(agency.sync('office').code, 0);
  const person = agency.call('office', 'case.get', { caseId: ids.caseId }).reply;
  assert.match(JSON.stringify(person), /01632 960999/);
  assert.equal(agency.sync('colleague').code, 0);
  assert.equal(agency.cases('colleague')[0].progress, 'confirmed');
});

test('with the hub away nothing is lost and the next run goes through', async () => {
  agency.write('colleague', ids.caseId, ids.personId, 'person', { aliases: 'Em' });
  await agency.hub.stop();
  const away = agency.sync('colleague');
  assert.equal(away.code, 3);
  assert.match(away.complaint, /^unreachable: /m);
  assert.equal(away.output, '');
  assert.equal(agency.cases('colleague')[0].progress, 'device');
  await agency.startHub();
  assert.equal(agency.sync('colleague').code, 0);
  assert.equal(agency.sync('office').code, 0);
  assert.match(JSON.stringify(agency.call('office', 'case.get', { caseId: ids.caseId }).reply), /"Em"/);
});

test('the newcomer who sees other words says no and is not let in', async () => {
  agency.newVault('stranger');
  const invite = agency.invite('office', '--name', 'A Newcomer');
  const enrol = agency.enrol('stranger', (await invite.said(CODE))[0]);
  await enrol.answer('maybe');
  await enrol.said(/yes\/no: [^]*yes\/no: /);
  enrol.child.stdin.write('no\n');
  assert.equal(await enrol.ended, 3);
  assert.match(enrol.complaint, /^cancelled: .*words/);
  assert.equal(agency.call('stranger', 'team.status').reply.state, 'alone');
  await invite.answer('no');
  assert.equal(await invite.ended, 3);
  assert.match(invite.complaint, /^cancelled: /);
  assert.equal(agency.call('office', 'team.members').reply.devices.length, 2);
});

test('the administrator who sees other words says no, and the code is worth nothing any more', async () => {
  agency.newVault('refused');
  const invite = agency.invite('office', '--name', 'Another Newcomer');
  const enrol = agency.enrol('refused', (await invite.said(CODE))[0]);
  await enrol.answer('yes');
  await invite.answer('no');
  assert.equal(await invite.ended, 3);
  assert.equal(await enrol.ended, 3);
  assert.match(enrol.complaint, /^code-used: /);
  assert.equal(agency.call('office', 'team.members').reply.devices.length, 2);
});

test('a mistyped, cut or foreign code is refused at once', async () => {
  const typed = agency.code;
  const swapped = typed.slice(0, 5) + (typed[5] === '7' ? '8' : '7') + typed.slice(6);
  agency.newVault('typo');
  for (const code of [swapped, typed.slice(0, -1), 'no code at all', 'x'.repeat(5000)]) {
    const enrol = agency.enrol('typo', code, '--name', 'A', '--team', 'B');
    assert.equal(await enrol.ended, 3);
    assert.match(enrol.complaint, /^code-wrong: /);
  }
  assert.equal(agency.call('typo', 'team.status').reply.state, 'alone');
});

test('an address where no hub is ends the enrolment at once, and it goes on with the right one', async () => {
  agency.newVault('lost');
  const invite = agency.invite('office', '--name', 'A Fourth');
  const [code] = await invite.said(CODE);
  const wrong = new Conversation(['enrol', ...agency.vault('lost'), '--hub', 'http://127.0.0.1:1', '--code-file', '-'], { input: `${code}\n` });
  assert.equal(await wrong.ended, 3);
  assert.match(wrong.complaint, /^unreachable: /);
  const right = new Conversation(['enrol', ...agency.vault('lost'), '--hub', agency.origin, '--wait', WAIT_S]);
  await right.answer('yes');
  await invite.answer('yes');
  assert.deepEqual([await right.ended, await invite.ended], [0, 0], right.complaint + invite.complaint);
});

test('an enrolment that was stopped goes on where it was', async () => {
  agency.newVault('stopped');
  const invite = agency.invite('office', '--name', 'A Third');
  const first = agency.enrol('stopped', (await invite.said(CODE))[0]);
  const words = await first.words();
  first.child.kill('SIGKILL');
  await first.ended;
  const again = new Conversation(['enrol', ...agency.vault('stopped'), '--wait', WAIT_S]);
  assert.equal(await again.words(), words);
  assert.equal(await invite.words(), words);
  await again.answer('yes');
  await invite.answer('yes');
  assert.deepEqual([await again.ended, await invite.ended], [0, 0], again.complaint + invite.complaint);
  assert.deepEqual(agency.cases('stopped').map((row) => row.victimName), [VICTIM]);
});

test('who is in a team cannot join another, and who is alone has nothing to sync', async () => {
  const enrol = agency.enrol('office', agency.code, '--name', 'A', '--team', 'B');
  assert.equal(await enrol.ended, 3);
  assert.match(enrol.complaint, /^wrong-state: /);
  agency.newVault('alone');
  assert.match(agency.sync('alone').complaint, /^wrong-state: /);
  assert.match(agency.sync('office', '--file', 'usb').complaint, /^not-yet: /);
});

test('nothing of a record stands in the store of the hub', () => {
  for (const name of readdirSync(agency.directory).filter((file) => file.startsWith('hub.sqlite'))) {
    const bytes = readFileSync(agency.path(name));
    for (const canary of [VICTIM, 'Merle', '960999', 'Robin Office', 'Northern team']) {
      assert.equal(bytes.includes(canary), false, `${canary} in ${name}`);
    }
  }
});
