// A hub that is killed, stopped, starved of disk or kept waiting: what it said it has, it has.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { CODE, frame, KIND, newKeys } from './support/agency.mjs';
import { Hub } from './support/hub.mjs';

const DEVICES = 12;

let hub;
beforeEach(() => {
  hub = new Hub();
});
afterEach(() => hub.remove());

/** More devices of the colleague, each with a chain of its own, signed in. */
async function addDevices(count) {
  const { agency } = hub;
  const head = agency.hashes.length - 1;
  const devices = Array.from({ length: count }, () => ({ person: agency.worker.person, device: randomBytes(16), keys: newKeys(), chains: new Map() }));
  const entries = devices.map((device) => agency.device(agency.founder.keys, device));
  const answer = await hub.founder.post('/v1/roster', agency.rosterAdd(head, entries));
  assert.equal(answer.status, 200);
  return Promise.all(devices.map((device) => hub.client(device).signIn()));
}

/** Each device pushes its segments one request after another until the hub is gone. Ids that were acknowledged. */
async function pushUntilGone(clients, segments, onPushed = () => {}) {
  const acknowledged = [];
  await Promise.all(clients.map(async (client, i) => {
    for (const segment of segments[i]) {
      let outcome;
      try {
        [outcome] = await client.push(segment);
      } catch {
        return; // the connection broke: not acknowledged
      }
      assert.equal(outcome.code, CODE.ok);
      acknowledged.push(segment.id.toString('hex'));
      onPushed(acknowledged.length);
    }
  }));
  return acknowledged;
}

const makeSegments = (clients, count) => clients.map((client) => Array.from({ length: count }, () => hub.agency.segment(client.who)));

async function assertHeld(acknowledged) {
  await hub.start();
  const founder = await hub.client(hub.agency.founder).signIn();
  const held = await founder.pullIds();
  assert.equal(new Set(held).size, held.length, 'a segment is there twice');
  const missing = acknowledged.filter((id) => !held.includes(id));
  assert.equal(missing.length, 0, `${missing.length} of ${acknowledged.length} acknowledged segments are gone`);
  assert.deepEqual(await hub.stop(), { code: 0, signal: null });
  const checked = await hub.check();
  assert.equal(checked.code, 0, checked.output);
  return held.length;
}

describe('what was acknowledged is there', () => {
  for (const killAfter of [1, 9, 40, 90]) {
    test(`kill__after_${killAfter}_acknowledgements_loses_none_of_them`, async () => {
      await hub.begin();
      const clients = await addDevices(DEVICES);
      const segments = makeSegments(clients, 15);
      let gone;
      const acknowledged = await pushUntilGone(clients, segments, (count) => {
        if (count === killAfter) gone = hub.stop('SIGKILL');
      });
      assert.deepEqual(await gone, { code: null, signal: 'SIGKILL' });
      assert.ok(acknowledged.length >= killAfter && acknowledged.length < DEVICES * 15);
      await assertHeld(acknowledged);
    });
  }

  test('stop__answers_whom_it_holds', async () => {
    await hub.begin();
    const clients = await addDevices(DEVICES);
    const segments = makeSegments(clients, 20);
    let stopped;
    const acknowledged = await pushUntilGone(clients, segments, (count) => {
      if (count === 30) stopped = hub.stop('SIGTERM');
    });
    assert.deepEqual(await stopped, { code: 0, signal: null });
    const held = await assertHeld(acknowledged);
    assert.equal(held, acknowledged.length, 'a segment was stored whose sender got no answer');
  });

  test('push__in_small_requests_shares_its_flushes', async (context) => {
    await hub.begin();
    const rate = async (clients, count) => {
      const segments = makeSegments(clients, count);
      const begun = process.hrtime.bigint();
      const acknowledged = await pushUntilGone(clients, segments);
      assert.equal(acknowledged.length, clients.length * count);
      return Math.round(acknowledged.length / (Number(process.hrtime.bigint() - begun) / 1e9));
    };
    const alone = await rate(await addDevices(1), 100);
    const together = await rate(await addDevices(32), 25);
    context.diagnostic(`one segment a request: ${alone} a second from one device, ${together} from 32 at once`);
    await hub.stop();
  });
});

describe('a disk that is full', () => {
  test('push__is_refused_by_name_and_reading_goes_on', async () => {
    // The system lets no file of the hub grow beyond 400 KiB, and says so by an error, not by a signal.
    await hub.found();
    await hub.start([], { wrapper: ['bash', '-c', "trap '' XFSZ; ulimit -f 400; exec \"$@\"", 'bash'] });
    const { agency } = hub;
    await hub.client(agency.founder).post('/v1/roster', agency.rosterAdd(0, agency.foundingEntries()));
    const founder = await hub.client(agency.founder).signIn();
    const acknowledged = [];
    let refusal;
    for (let i = 0; i < 40 && refusal === undefined; i++) {
      const segment = agency.segment(agency.founder, { size: 53248 });
      const answer = await founder.post('/v1/push', frame(KIND.push, 1, segment.whole));
      if (answer.status === 200 && answer.rest.readUInt16LE(40) === CODE.ok) acknowledged.push(segment.id.toString('hex'));
      else refusal = answer;
    }
    assert.ok(refusal !== undefined && acknowledged.length > 0);
    assert.equal(refusal.status, 503);
    assert.ok([CODE.busy, CODE.quota].includes(refusal.code), `code ${refusal.code}`);
    assert.match(hub.server.log, /^fieldkit-hub: the store failed: (io|full)$/m);
    assert.ok(Number(refusal.headers.get('retry-after')) > 0);
    assert.deepEqual(await founder.pullIds(), acknowledged);
    assert.deepEqual(await hub.stop(), { code: 0, signal: null });
    await assertHeld(acknowledged);
  });
});

describe('who keeps it waiting', () => {
  /** Connects, sends the beginning, then a byte every 200 ms; resolves with the milliseconds until the hub hangs up. */
  const trickle = (head, onAnswer = () => {}) => new Promise((resolve, reject) => {
    const begun = Date.now();
    const socket = net.connect(hub.server.port, '127.0.0.1', () => socket.write(head));
    const timer = setInterval(() => socket.write('x'), 200);
    socket.on('data', onAnswer);
    socket.on('error', (error) => (['ECONNRESET', 'EPIPE'].includes(error.code) ? undefined : reject(error)));
    socket.once('close', () => {
      clearInterval(timer);
      resolve(Date.now() - begun);
    });
  });

  test('body__that_drips_is_cut_and_others_are_served_meanwhile', async () => {
    await hub.begin();
    const slow = [trickle('POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\nF'), trickle('POST /v1/push HTTP/1.1\r\nHost: x\r\nContent-Le')];
    const segment = hub.agency.segment(hub.agency.worker);
    assert.equal((await hub.worker.push(segment))[0].code, CODE.ok);
    for (const milliseconds of await Promise.all(slow)) {
      assert.ok(milliseconds > 5_000 && milliseconds < 20_000, `${milliseconds} ms`);
    }
    assert.deepEqual(await hub.founder.pullIds(), [segment.id.toString('hex')]);
    await hub.stop();
  });

  test('body__that_never_ends_does_not_hold_up_the_end', async () => {
    await hub.begin();
    let held;
    const head = `POST /v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${hub.worker.token}\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n`;
    await new Promise((resolve) => { held = trickle(head, resolve); }); // "100 Continue": the hub waits for the body
    const begun = Date.now();
    assert.deepEqual(await hub.stop(), { code: 0, signal: null });
    assert.ok(Date.now() - begun < 20_000);
    await held;
  });

  test('caller__in_a_hurry_is_asked_to_come_back', async () => {
    await hub.begin();
    let refusal;
    for (let i = 0; i < 900 && refusal === undefined; i += 50) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => hub.worker.get('/v1/grants')));
      refusal = answers.find(({ status }) => status !== 200);
    }
    assert.deepEqual([refusal?.status, refusal?.code], [429, CODE.busy]);
    assert.ok(Number(refusal.headers.get('retry-after')) >= 1);
    assert.equal(refusal.rest.readUInt32LE(0), Number(refusal.headers.get('retry-after')));
    assert.equal((await hub.founder.get('/v1/grants')).status, 200, 'another device is not held up');
    await hub.stop();
  });

  test('connections__more_than_are_served_at_once_are_all_answered', async () => {
    await hub.begin();
    const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => hub.client(hub.agency.worker).get(`/v1/wait?${i}`)));
    assert.ok(answers.every(({ status, code }) => (status === 501 && code === CODE.notYet) || (status === 503 && code === CODE.busy)));
    await hub.stop();
  });
});
