// `fieldkit sync` against what answers instead of a hub: a sentence, exit 3, nothing lost, and the next run goes through.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { PROGRAM, Server } from '../hub/support/server.mjs';
import { Agency, Conversation } from './support/team.mjs';

const VICTIM = 'Canary Rowan Imagined';
let agency;

before(async () => {
  agency = await Agency.start();
  await agency.found();
  agency.record('office', VICTIM);
});
after(() => agency.end());

/** Runs sync against a server made of that and says how it ended. The process must run beside this one: it answers. */
async function syncAgainst(server) {
  await promisify(server.listen.bind(server))(0, '127.0.0.1');
  const sync = new Conversation(['sync', ...agency.vault('office'), '--hub', `http://127.0.0.1:${server.address().port}`]);
  const code = await sync.ended;
  server.closeAllConnections?.();
  server.close();
  return { code, output: sync.output, complaint: sync.complaint };
}

const answering = (status, headers, body) => createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(status, headers).end(body));
});

/** Every byte as given, then the end. */
const saying = (bytes) => net.createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => socket.end(bytes));
});

const FRAME = (version, kind) => {
  const bytes = Buffer.alloc(16);
  bytes.write('FKHB');
  bytes.writeUInt16LE(version, 4);
  bytes.writeUInt16LE(kind, 6);
  return bytes;
};

const PORTAL = '<!doctype html><title>Welcome to the café</title>';
const FAULTS = [
  ['a page of a captive portal', () => answering(200, { 'Content-Type': 'text/html' }, PORTAL), 'not-a-hub'],
  ['a redirect to a login page', () => answering(302, { Location: 'http://127.0.0.1:1/login' }, ''), 'not-a-hub'],
  ['an error page of a proxy', () => answering(502, { 'Content-Type': 'text/html' }, PORTAL), 'not-a-hub'],
  ['an empty answer', () => answering(200, {}, ''), 'not-a-hub'],
  ['garbage', () => answering(200, {}, Buffer.alloc(70_000, 0xa5)), 'not-a-hub'],
  ['more than a hub may send', () => answering(200, {}, Buffer.alloc(3_000_000, 0x46)), 'not-a-hub'],
  ['half a header', () => saying('HTTP/1.1 20'), 'not-a-hub'],
  ['half an answer', () => saying('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nFKHB'), 'not-a-hub'],
  ['an end without an answer', () => saying(''), 'not-a-hub'],
  ['a newer protocol', () => answering(200, {}, FRAME(2, 4)), 'other-protocol'],
  ['an answer to something else', () => answering(200, {}, FRAME(1, 2)), 'not-a-hub'],
];

for (const [what, server, code] of FAULTS) {
  test(`${what} is named and changes nothing`, async () => {
    const items = agency.call('office', 'sync.items', { state: 'device' }).reply;
    assert.ok(items.items.length >= 3);
    const answer = await syncAgainst(server());
    assert.equal(answer.code, 3, answer.complaint);
    assert.match(answer.complaint, new RegExp(`^${code}: `, 'm'));
    assert.equal(answer.output, '');
    assert.equal(answer.complaint.includes('café'), false);
    assert.deepEqual(agency.call('office', 'sync.items', { state: 'device' }).reply, items);
  });
}

test('another hub with the same agency is not the hub of this vault', async () => {
  const store = `sqlite:${agency.path('other.sqlite')}`;
  assert.equal(spawnSync(PROGRAM, ['found', '--store', store, agency.path('agency/founding.bin')]).status, 0);
  const other = await Server.start(['--store', store]);
  const answer = agency.sync('office', '--hub', other.origin);
  assert.equal(answer.code, 3);
  assert.match(answer.complaint, /^other-hub: /m);
  await other.stop();
});

test('after all of that the real hub gets everything', () => {
  const answer = agency.sync('office');
  assert.equal(answer.code, 0, answer.complaint);
  assert.deepEqual(agency.call('office', 'sync.items', { state: 'device' }).reply.items, []);
  assert.match(answer.output, / 0 on this device only\n/);
});
