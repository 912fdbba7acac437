// What the running hub takes and refuses, asked by an implementation of its protocol that shares no code with it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Agency, CODE, frame, KIND, newKeys, readFrame, u32, u64 } from './support/agency.mjs';
import { Hub } from './support/hub.mjs';
import { run, Server } from './support/server.mjs';

const APP = 'https://app.example.org';

let hub;
before(async () => {
  hub = await new Hub().begin(['--app-origin', APP]);
});
after(async () => {
  assert.deepEqual(await hub.stop(), { code: 0, signal: null });
  const checked = await hub.check();
  assert.equal(checked.code, 0, checked.output);
  hub.remove();
});

const stored = async () => (await hub.founder.pullIds()).length;
/** Nothing of what `act` sends is stored. */
async function storesNothing(act) {
  const before = await stored();
  await act();
  assert.equal(await stored(), before);
}
const refused = async (code, status, answering) => {
  const answer = await answering;
  assert.deepEqual([answer.code, answer.status], [code, status]);
  assert.equal(answer.kind, KIND.error);
};

describe('segments', () => {
  test('push__is_pulled_by_the_colleague_byte_for_byte', async () => {
    const segments = [1, 5, 256].map((count) => hub.agency.segment(hub.agency.worker, { count, size: count === 5 ? 20480 : 512 }));
    const outcomes = await hub.worker.push(...segments);
    assert.deepEqual(outcomes.map(({ code }) => code), [0, 0, 0]);
    assert.deepEqual((await hub.founder.pullIds()).slice(-3), segments.map(({ id }) => id.toString('hex')));
  });

  test('push__again_changes_nothing_and_says_the_same_number', async () => {
    const segment = hub.agency.segment(hub.agency.worker);
    const [first] = await hub.worker.push(segment);
    const before = await stored();
    assert.deepEqual(await hub.worker.push(segment, segment), [{ code: CODE.exists, number: first.number }, { code: CODE.exists, number: first.number }]);
    assert.deepEqual(await hub.founder.push(segment), [{ code: CODE.exists, number: first.number }]);
    assert.equal(await stored(), before);
  });

  test('push__of_a_colleague_s_segment_is_taken', async () => {
    const segment = hub.agency.segment(hub.agency.worker);
    assert.equal((await hub.founder.push(segment))[0].code, CODE.ok);
  });

  test('push__refuses_segment_by_segment_and_stores_the_others', async () => {
    const { agency } = hub;
    const { founder } = agency;
    const wrong = {
      unsigned: agency.segment(founder, { keys: newKeys(), stays: true }),
      gap: agency.segment(founder, { first: agency.chainOf(founder).next + 7n, stays: true }),
      fork: agency.segment(founder, { prev: randomBytes(32), stays: true }),
      compartment: agency.segment(founder, { compartment: randomBytes(16), stays: true }),
      agency: agency.segment(founder, { agency: randomBytes(16), stays: true }),
    };
    const right = agency.segment(founder);
    const outcomes = await hub.founder.push(wrong.unsigned, wrong.gap, wrong.fork, wrong.compartment, wrong.agency, right);
    assert.deepEqual(outcomes.map(({ code }) => code), [CODE.auth, CODE.gap, CODE.fork, CODE.forbidden, CODE.forbidden, CODE.ok]);
    const overlap = agency.segment(founder, { first: agency.chainOf(founder).next - 1n, stays: true });
    assert.equal((await hub.founder.push(overlap))[0].code, CODE.fork);
  });

  test('push__with_one_changed_byte_is_not_signed', async () => {
    await storesNothing(async () => {
      for (const offset of [50, 90, 120, 180, 700, 767]) {
        const segment = hub.agency.segment(hub.agency.founder, { stays: true });
        segment.whole[offset] ^= 1;
        const outcome = await hub.founder.push(segment);
        assert.ok(Array.isArray(outcome) ? outcome[0].code !== CODE.ok : outcome === CODE.invalidInput, `${offset}: ${JSON.stringify(outcome)}`);
      }
    });
  });

  test('pull__of_another_compartment_is_forbidden', async () => {
    await refused(CODE.forbidden, 403, hub.worker.post('/v1/pull', frame(KIND.pull, 1, Buffer.alloc(40), randomBytes(16), u64(0))));
  });

  test('have__names_what_is_missing_here', async () => {
    const { worker, team } = hub.agency;
    const chain = hub.agency.chainOf(worker);
    const held = await hub.worker.post('/v1/have', frame(KIND.have, 1, team, worker.device, u64(chain.next - 1n), chain.prev));
    assert.deepEqual([held.kind, held.count], [KIND.held, 0]);
    const missing = await hub.worker.post('/v1/have', frame(KIND.have, 1, team, worker.device, u64(chain.next + 5n), randomBytes(32)));
    assert.equal(missing.count, 1);
    assert.equal(missing.rest.readBigUInt64LE(32), chain.next - 1n);
    assert.deepEqual(missing.rest.subarray(40, 72), chain.prev);
  });
});

describe('signing in', () => {
  test('auth__takes_an_answer_once', async () => {
    const client = hub.client(hub.agency.worker);
    const body = client.authFrame(await client.challenge());
    assert.equal((await client.post('/v1/auth', body)).status, 200);
    await refused(CODE.auth, 401, client.post('/v1/auth', body));
  });

  test('auth__refuses_another_key_another_hub_and_a_challenge_of_another_device', async () => {
    const client = hub.client(hub.agency.worker);
    const challenge = await client.challenge();
    await refused(CODE.auth, 401, client.post('/v1/auth', client.authFrame(challenge, newKeys())));
    await refused(CODE.otherHub, 401, client.post('/v1/auth', client.authFrame({ ...challenge, hubKey: randomBytes(32) })));
    const other = hub.client(hub.agency.founder);
    await refused(CODE.auth, 401, other.post('/v1/auth', other.authFrame(challenge)));
    const changed = Buffer.from(challenge.challenge);
    changed.writeBigUInt64LE(BigInt(Date.now() + 1e9), 24);
    await refused(CODE.auth, 401, client.post('/v1/auth', client.authFrame({ ...challenge, challenge: changed })));
  });

  test('auth__forbids_a_device_that_is_not_in_the_roster', async () => {
    const stranger = hub.client({ device: randomBytes(16), keys: newKeys() });
    await refused(CODE.forbidden, 403, stranger.post('/v1/auth', stranger.authFrame(await stranger.challenge())));
    const elsewhere = hub.client(hub.agency.worker);
    elsewhere.agency = new Agency();
    await refused(CODE.forbidden, 403, elsewhere.post('/v1/auth', elsewhere.authFrame(await elsewhere.challenge())));
  });

  test('token__is_needed_and_must_be_one', async () => {
    const client = hub.client(hub.agency.worker);
    for (const token of [undefined, '', 'x', '0'.repeat(64), 'G'.repeat(64), 'a'.repeat(1000), hub.worker.token.toUpperCase().replace(/\d/g, 'A')]) {
      client.token = token;
      await refused(CODE.token, 401, client.post('/v1/push', frame(KIND.push, 0)));
      await refused(CODE.token, 401, client.get('/v1/grants'));
    }
  });
});

describe('roster and enrolment', () => {
  test('roster__is_given_from_an_index_on', async () => {
    const whole = await hub.worker.get('/v1/roster?after=4294967295');
    assert.deepEqual([whole.kind, whole.count, whole.rest.readUInt32LE(0)], [KIND.roster, hub.agency.hashes.length, hub.agency.hashes.length - 1]);
    assert.equal((await hub.worker.get('/v1/roster')).count, whole.count);
    assert.equal((await hub.worker.get('/v1/roster?after=11')).count, whole.count - 12);
    assert.equal((await hub.worker.get('/v1/roster?after=99999')).count, 0);
  });

  test('roster__refuses_another_head_and_a_signer_who_may_not_all_or_nothing', async () => {
    const { agency } = hub;
    const before = (await hub.worker.get('/v1/roster')).count;
    const hashes = [...agency.hashes];
    const mine = agency.entry(agency.worker.keys, 3, agency.worker.person, u32(3), Buffer.alloc(4));
    agency.hashes = [...hashes];
    await refused(CODE.forbidden, 403, hub.worker.post('/v1/roster', agency.rosterAdd(before - 1, [mine])));
    await refused(CODE.headMoved, 409, hub.founder.post('/v1/roster', agency.rosterAdd(before - 2, [mine])));
    const good = agency.entry(agency.founder.keys, 3, agency.worker.person, u32(2), Buffer.alloc(4));
    const bad = agency.entry(agency.worker.keys, 3, agency.worker.person, u32(3), Buffer.alloc(4));
    agency.hashes = [...hashes];
    await refused(CODE.forbidden, 403, hub.founder.post('/v1/roster', agency.rosterAdd(before - 1, [good, bad])));
    assert.equal((await hub.worker.get('/v1/roster')).count, before);
    const nobody = hub.client(agency.worker);
    await refused(CODE.token, 401, nobody.post('/v1/roster', agency.rosterAdd(before - 1, [good])));
  });

  test('enrol__invites_by_administrators_only_and_takes_unknown_codes_for_used', async () => {
    const invite = frame(KIND.invite, 0, randomBytes(16), u64(Date.now() + 60_000));
    await refused(CODE.forbidden, 403, hub.worker.post('/v1/enrol/invite', invite));
    await refused(CODE.forbidden, 403, hub.worker.get('/v1/enrol'));
    assert.equal((await hub.founder.post('/v1/enrol/invite', invite)).kind, KIND.done);
    await refused(CODE.invalidInput, 400, hub.founder.post('/v1/enrol/invite', frame(KIND.invite, 0, randomBytes(16), u64(1))));
    const request = Buffer.concat([randomBytes(16), randomBytes(16), randomBytes(64), Buffer.from([1]), Buffer.alloc(15), randomBytes(96)]);
    await refused(CODE.codeUsed, 403, hub.client(hub.agency.worker).post('/v1/enrol', frame(KIND.enrol, 0, hub.agency.id, request)));
  });
});

describe('bad bodies', () => {
  test('bodies__of_no_sense_are_refused_and_nothing_is_stored', async () => {
    const right = hub.agency.segment(hub.agency.founder, { stays: true }).whole;
    const push = frame(KIND.push, 1, right);
    const bodies = [Buffer.alloc(0), Buffer.from('<!doctype html><title>Log in</title>'), Buffer.from('{}'), randomBytes(4096), push.subarray(0, 15),
      push.subarray(0, 200), push.subarray(0, -1), Buffer.concat([push, Buffer.alloc(1)]), frame(KIND.push, 2, right), frame(KIND.push, 65, right),
      frame(KIND.push, 0xffffffff, right), frame(KIND.pull, 0, Buffer.alloc(40)), frame(KIND.push, 1, Buffer.alloc(800))];
    await storesNothing(async () => {
      for (const body of bodies) {
        await refused(CODE.invalidInput, 400, hub.founder.post('/v1/push', body));
      }
      const newer = Buffer.from(push);
      newer.writeUInt16LE(2, 4);
      await refused(CODE.otherProtocol, 400, hub.founder.post('/v1/push', newer));
      const unknown = Buffer.from(push);
      unknown.writeUInt16LE(99, 6);
      await refused(CODE.otherProtocol, 400, hub.founder.post('/v1/push', unknown));
    });
  });

  test('bodies__of_noise_at_every_endpoint_are_a_named_refusal', async () => {
    const paths = ['/v1/auth/challenge', '/v1/auth', '/v1/roster', '/v1/grants', '/v1/push', '/v1/pull', '/v1/have', '/v1/frontier', '/v1/enrol/invite',
      '/v1/enrol', '/v1/enrol/withdraw'];
    for (const address of paths) {
      for (const kind of Object.values(KIND)) {
        const answer = await hub.founder.post(address, frame(kind, kind % 3, randomBytes(kind * 16)));
        assert.ok(answer.status !== 200 && answer.code !== 0, `${address} ${kind}: ${answer.status}`);
        assert.ok(answer.status >= 400 && answer.status < 500, `${address} ${kind}: ${answer.status}`);
      }
    }
  });

  test('bodies__over_one_mebibyte_are_refused_before_they_are_read', async () => {
    const answer = await hub.server.raw(`POST /v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${hub.worker.token}\r\nContent-Length: 1048577\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /connection: close/i);
    assert.equal(readFrame(Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1')).count, CODE.tooLarge);
    await refused(CODE.invalidInput, 400, hub.worker.post('/v1/push', randomBytes(1048576)));
  });

  test('bodies__without_a_token_are_small', async () => {
    const nobody = hub.client(hub.agency.worker);
    await refused(CODE.tooLarge, 413, nobody.post('/v1/enrol', randomBytes(65537)));
    await refused(CODE.invalidInput, 400, nobody.post('/v1/enrol', randomBytes(65536)));
  });

  test('bodies__need_a_length', async () => {
    for (const header of ['Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0', 'Content-Length: -1', 'Content-Length: 1e3', 'Content-Length: 99999999999999999999']) {
      const answer = await hub.server.raw(`POST /v1/push HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 4(00|13) /, header);
    }
  });

  test('queries__other_than_after_and_a_number_are_refused', async () => {
    for (const query of ['?after=-1', '?after=1x', '?after=', '?after=01', `?after=${'9'.repeat(25)}`, '?before=1', '?after=1&after=2', '?%61fter=1', '?after=1&x']) {
      await refused(CODE.invalidInput, 400, hub.worker.get(`/v1/roster${query}`));
    }
  });

  test('paths__of_later_versions_are_named_and_others_are_not_there', async () => {
    await refused(CODE.notYet, 501, hub.worker.get('/v1/wait'));
    await refused(CODE.notYet, 501, hub.worker.post(`/v1/blob/${'a'.repeat(64)}`, Buffer.alloc(1)));
    for (const address of ['/v1/', '/v1/push/', '/v1/Push', '/v1/pushx', '/v1/../v1/push', '/v1/%70ush']) {
      const answer = await hub.server.raw(`GET ${address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 404 /, address);
    }
    await refused(CODE.notFound, 405, hub.worker.call('PUT', '/v1/push', Buffer.alloc(1)));
    await refused(CODE.notFound, 405, hub.worker.call('DELETE', '/v1/push'));
  });
});

describe('another origin', () => {
  const preflight = (origin) => fetch(`${hub.server.origin}/v1/push`, { method: 'OPTIONS',
    headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type' } });

  test('cors__answers_the_one_app_origin', async () => {
    const asked = await preflight(APP);
    assert.equal(asked.status, 204);
    assert.equal(asked.headers.get('access-control-allow-origin'), APP);
    assert.equal(asked.headers.get('access-control-allow-headers'), 'Authorization, Content-Type');
    assert.equal(asked.headers.get('access-control-allow-methods'), 'GET, POST');
    assert.equal(asked.headers.get('access-control-allow-credentials'), null);
    const answer = await hub.worker.call('GET', '/v1/grants', undefined, { Origin: APP });
    assert.equal(answer.headers.get('access-control-allow-origin'), APP);
    assert.equal(answer.headers.get('vary'), 'Origin');
    const refusal = await hub.client(hub.agency.worker).call('GET', '/v1/grants', undefined, { Origin: APP });
    assert.deepEqual([refusal.status, refusal.headers.get('access-control-allow-origin')], [401, APP]);
  });

  test('cors__answers_no_other', async () => {
    for (const origin of ['https://app.example.org.evil.example', 'http://app.example.org', 'null', `${APP}:444`]) {
      const asked = await preflight(origin);
      assert.equal(asked.headers.get('access-control-allow-origin'), null, origin);
      assert.notEqual(asked.status, 204, origin);
      const answer = await hub.worker.call('GET', '/v1/grants', undefined, { Origin: origin });
      assert.equal(answer.headers.get('access-control-allow-origin'), null, origin);
    }
    const health = await fetch(`${hub.server.origin}/healthz`, { headers: { Origin: APP } });
    assert.equal(health.headers.get('access-control-allow-origin'), null);
  });
});

describe('the log and the tasks', () => {
  test('log__holds_nothing_a_visitor_chose', async () => {
    await hub.server.raw('GET /v1/CANARY?after=CANARY HTTP/1.1\r\nHost: CANARY\r\nAuthorization: Bearer CANARY\r\nConnection: close\r\n\r\n');
    await hub.server.raw('CANARY /v1/push HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await hub.worker.get('/v1/grants');
    assert.ok(!hub.server.log.includes('CANARY'));
    assert.ok(!hub.server.log.includes(hub.worker.token));
    const lines = hub.server.log.trim().split('\n').slice(1);
    assert.ok(lines.length > 20);
    for (const line of lines) {
      assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (GET|POST|OPTIONS|other) (\/v1\/[a-z/]+|\/v1\/-|\/healthz|-) \d{3} \d+( cut off)?$/);
    }
  });

  test('store__is_for_its_user_alone_and_for_one_process', async () => {
    const file = path.join(hub.dir, 'hub.db');
    assert.equal(statSync(file).mode & 0o077, 0);
    const second = await run(['--store', hub.store, '--listen', '127.0.0.1:0']);
    assert.equal(second.code, 1);
    assert.match(second.output, /Another hub/);
  });

  test('found__again_is_fine_and_refuses_what_is_no_founding', async () => {
    const other = new Hub();
    assert.equal((await other.found()).code, 0);
    assert.equal((await other.found()).code, 0);
    const garbage = path.join(other.dir, 'garbage');
    const changed = Buffer.from(other.agency.foundingEntry);
    changed[140] ^= 1;
    for (const bytes of [randomBytes(300), Buffer.alloc(0), randomBytes(100_000), other.agency.foundingEntry.subarray(0, -1), changed]) {
      writeFileSync(garbage, bytes);
      assert.equal((await run(['found', '--store', other.store, garbage])).code, 3);
    }
    assert.equal((await run(['found', '--store', other.store, path.join(other.dir, 'nothing')])).code, 3);
    assert.match((await other.check()).output, /^checked: 1 agencies, 1 roster entries, 0 segments/);
    other.remove();
  });

  test('tasks__say_what_is_wrong', async () => {
    const nowhere = path.join(hub.dir, 'nowhere.db');
    assert.equal((await run(['check', '--store', `sqlite:${nowhere}`])).code, 3);
    assert.ok(!existsSync(nowhere));
    const text = path.join(hub.dir, 'text');
    writeFileSync(text, 'no database, but long enough to be looked at as one by whoever opens it '.repeat(20));
    assert.equal((await run(['check', '--store', `sqlite:${text}`])).code, 1);
    assert.equal((await run(['--store', 'mysql:x'])).code, 1);
    for (const args of [['check'], ['found', '--store', 'sqlite:x'], ['check', '--store', 'sqlite:x', 'y'], ['--app-origin', APP, '--app', '.'], ['--store', ''], []]) {
      assert.equal((await run(args)).code, 2, args.join(' '));
    }
  });

  test('server__without_a_store_says_not_yet', async () => {
    const dir = path.join(hub.dir, 'app');
    mkdirSync(dir);
    writeFileSync(path.join(dir, 'index.html'), '<!doctype html>');
    const server = await Server.start(['--app', dir]);
    const response = await fetch(`${server.origin}/v1/push`, { method: 'POST', body: 'x' });
    assert.deepEqual([response.status, readFrame(Buffer.from(await response.arrayBuffer())).count], [501, CODE.notYet]);
    await server.stop();
  });
});
