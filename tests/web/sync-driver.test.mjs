// Goal: a run of sync carries each request as the core said it and tells every failure of a network apart; it can be cut
// at any moment. Method: real fetch against a real server on this machine that misbehaves as told; the clock is the test's.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';

import { importWebModules } from '../support/web-modules.mjs';

const { answerBytes, readEffect, transport, SyncRun, ANSWER_BODY_BYTES_MAX, SILENCE_MS_MAX, forbiddenAddresses } = await importWebModules(
  'web/src/worker/sync-frames.ts', 'web/src/worker/sync-transport.ts', 'web/src/worker/sync-driver.ts', 'web/src/worker/forbidden.ts',
);
const TOKEN = 'ab'.repeat(32);

/** What the core would say; layout of core/sync/include/fk/sync.h. */
function effectBytes({ kind = 1, method = 2, path = '/v1/push', token = '', body = Buffer.alloc(0) } = {}) {
  const head = Buffer.alloc(16);
  head.writeUInt8(kind, 1);
  head.writeUInt8(method, 2);
  head.writeUInt8(token === '' ? 0 : 1, 3);
  head.writeUInt16LE(Buffer.byteLength(path), 8);
  head.writeUInt32LE(body.length, 12);
  return new Uint8Array(Buffer.concat([head, Buffer.from(path), Buffer.from(token), body]));
}
const DONE = new Uint8Array([0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/** A clock that goes on when the test says so. */
class Timers {
  running = new Set();
  setTimer = (ms, run) => {
    const timer = { ms, run };
    this.running.add(timer);
    return () => this.running.delete(timer);
  };
  ring() {
    for (const timer of [...this.running]) {
      this.running.delete(timer);
      timer.run();
    }
  }
}

const servers = [];
after(() => servers.forEach((server) => { server.closeAllConnections(); server.close(); }));

/** A server that answers with `answer(request, response)`. */
async function serve(answer) {
  const seen = [];
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      seen.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(parts) });
      answer(request, response);
    });
  });
  servers.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, seen, server };
}

function ports(overrides = {}) {
  const timers = new Timers();
  return { timers, fetch: (url, init) => fetch(url, init), setTimer: timers.setTimer, wasForbidden: async () => false, monotonicMs: () => 0, ...overrides };
}
const request = (overrides = {}) => readEffect(effectBytes(overrides));
const never = new AbortController().signal;

test('frames: every kind of answer has its number, status and wait are little-endian', () => {
  const kinds = ['none', 'unreachable', 'timed-out', 'cut', 'cancelled'].map((kind) => [...answerBytes({ kind })]);
  assert.deepEqual(kinds.map((bytes) => bytes[0]), [0, 2, 3, 4, 5]);
  kinds.forEach((bytes) => assert.deepEqual(bytes.slice(1), [0, 0, 0, 0, 0, 0, 0]));
  const http = answerBytes({ kind: 'http', status: 503, retryAfterS: 300, body: new Uint8Array([7, 8]) });
  assert.deepEqual([...http], [1, 0, 0xf7, 1, 44, 1, 0, 0, 7, 8]);
});

test('frames: an effect is read whole, and nothing else passes for one', () => {
  const effect = request({ token: TOKEN, body: Buffer.from('body'), path: '/v1/roster?after=4294967295' });
  assert.deepEqual({ ...effect, body: Buffer.from(effect.body).toString() }, { kind: 'request', method: 'POST', path: '/v1/roster?after=4294967295', token: TOKEN, body: 'body' });
  assert.deepEqual(readEffect(DONE), { kind: 'done' });
  const good = effectBytes({ token: TOKEN, body: Buffer.from('body') });
  const wrong = {
    'cut short': good.subarray(0, good.length - 1), 'one byte more': new Uint8Array([...good, 0]), empty: new Uint8Array(), JSON: new TextEncoder().encode('{"ok":false,"error":{}}'),
    'no kind': effectBytes({ kind: 3 }), 'no method': effectBytes({ method: 3 }), 'no path': effectBytes({ path: 'v1/push' }), 'a space in the path': effectBytes({ path: '/v1 /push' }),
    'another host': effectBytes({ path: '' }), 'no token': effectBytes({ token: 'g'.repeat(64) }),
  };
  for (const [what, bytes] of Object.entries(wrong)) assert.throws(() => readEffect(bytes), { name: 'BadEffectError' }, what);
});

test('transport: the request arrives as the core said it, and the whole answer comes back', async () => {
  const { origin, seen } = await serve((_, response) => response.writeHead(429, { 'Retry-After': '17' }).end('slow'));
  const { answer, isForbidden } = await transport(ports(), origin, request({ token: TOKEN, body: Buffer.from([0, 255, 1]) }), never);
  assert.deepEqual({ ...answer, body: Buffer.from(answer.body).toString() }, { kind: 'http', status: 429, retryAfterS: 17, body: 'slow' });
  assert.equal(isForbidden, false);
  const [got] = seen;
  assert.deepEqual([got.method, got.url, [...got.body]], ['POST', '/v1/push', [0, 255, 1]]);
  assert.equal(got.headers.authorization, `Bearer ${TOKEN}`);
  assert.equal(got.headers['content-type'], 'application/octet-stream');
  assert.equal(got.headers.cookie, undefined);
  assert.equal(got.headers.referer, undefined);
});

test('transport: a GET has no body and no empty authorization; a wait that is no number of seconds is none', async () => {
  const { origin, seen } = await serve((_, response) => response.writeHead(503, { 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' }).end());
  const { answer } = await transport(ports(), origin, request({ method: 1, path: '/v1/grants?after=3' }), never);
  assert.deepEqual([answer.status, answer.retryAfterS, answer.body.length], [503, 0, 0]);
  assert.deepEqual([seen[0].method, seen[0].url, seen[0].body.length, seen[0].headers.authorization], ['GET', '/v1/grants?after=3', 0, undefined]);
});

test('transport: a redirect is not followed and is no answer of a hub', async () => {
  const portal = await serve((_, response) => response.end('sign in here'));
  const { origin } = await serve((_, response) => response.writeHead(302, { Location: `${portal.origin}/login` }).end());
  const { answer } = await transport(ports(), origin, request(), never);
  assert.deepEqual([answer.kind, answer.status], ['http', 302]);
  assert.equal(portal.seen.length, 0);
});

test('transport: nobody listens: unreachable', async () => {
  const { origin, server } = await serve(() => {});
  await new Promise((resolve) => server.close(resolve));
  const { answer, isForbidden } = await transport(ports(), origin, request(), never);
  assert.deepEqual([answer, isForbidden], [{ kind: 'unreachable' }, false]);
});

test('transport: what the page may not reach is told apart', async () => {
  const forbidden = { fetch: async () => { throw new TypeError('Failed to fetch'); }, wasForbidden: async (url) => url === 'https://other.example/v1/push' };
  assert.deepEqual(await transport(ports(forbidden), 'https://other.example', request(), never), { answer: { kind: 'unreachable' }, isForbidden: true });
});

test('forbidden: an event before or after the failure counts, once, and for that origin alone', async () => {
  const scope = new EventTarget();
  const wasForbidden = forbiddenAddresses(scope);
  const violate = (blockedURI) => scope.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), { blockedURI }));
  violate('https://other.example/v1/push');
  violate('inline');
  assert.equal(await wasForbidden('https://hub.example/v1/push'), false);
  assert.equal(await wasForbidden('https://other.example/v1/auth'), true);
  assert.equal(await wasForbidden('https://other.example/v1/auth'), false);
  const asked = wasForbidden('https://hub.example/v1/push');
  violate('https://hub.example/v1/push');
  assert.equal(await asked, true);
});

test('transport: silence before the answer ends it: timed out', async () => {
  const arrived = deferred();
  const { origin } = await serve(() => arrived.resolve());
  const each = ports();
  const running = transport(each, origin, request(), never);
  await arrived.promise;
  assert.deepEqual([...each.timers.running].map((timer) => timer.ms), [SILENCE_MS_MAX]);
  each.timers.ring();
  assert.deepEqual((await running).answer, { kind: 'timed-out' });
  assert.equal(each.timers.running.size, 0, 'no timer is left');
});

test('transport: silence in the middle of an answer: timed out; each piece begins the time anew', async () => {
  let response;
  const { origin } = await serve((_, answer) => { response = answer; answer.writeHead(200); answer.write('first'); });
  const begun = [];
  const each = ports();
  const gotFirst = deferred();
  const running = transport({ ...each, setTimer: (ms, run) => { begun.push(ms); if (begun.length === 3) gotFirst.resolve(); return each.timers.setTimer(ms, run); } }, origin, request(), never);
  await gotFirst.promise;
  assert.deepEqual(begun, [SILENCE_MS_MAX, SILENCE_MS_MAX, SILENCE_MS_MAX]);
  assert.equal(each.timers.running.size, 1);
  each.timers.ring();
  assert.deepEqual((await running).answer, { kind: 'timed-out' });
  response.destroy();
});

test('transport: a large request has time to be sent on a slow line', async () => {
  const { origin } = await serve((_, response) => response.end());
  const begun = [];
  await transport(ports({ setTimer: (ms) => { begun.push(ms); return () => {}; } }), origin, request({ body: Buffer.alloc(1024 * 1024) }), never);
  assert.equal(begun[0], SILENCE_MS_MAX + 64_000);
});

test('transport: an answer that ends early is cut', async () => {
  const { origin } = await serve((_, response) => { response.writeHead(200, { 'Content-Length': '100' }); response.write('half', () => response.destroy()); });
  assert.deepEqual((await transport(ports(), origin, request(), never)).answer, { kind: 'cut' });
});

for (const [sizeBytes, kind] of [[ANSWER_BODY_BYTES_MAX, 'http'], [ANSWER_BODY_BYTES_MAX + 1, 'cut']]) {
  test(`transport: an answer of ${sizeBytes} bytes is ${kind}`, async () => {
    const { origin } = await serve((_, response) => response.end(Buffer.alloc(sizeBytes, 7)));
    const { answer } = await transport(ports(), origin, request(), never);
    assert.equal(answer.kind, kind);
    if (kind === 'http') assert.equal(answer.body.length, sizeBytes);
  });
}

test('transport: an endless answer is not read to its end', async () => {
  const isClosed = deferred();
  const { origin } = await serve((_, response) => {
    const more = () => { while (!response.destroyed && response.write(Buffer.alloc(65_536))); };
    response.on('drain', more).on('close', isClosed.resolve);
    more();
  });
  assert.deepEqual((await transport(ports(), origin, request(), never)).answer, { kind: 'cut' });
  await isClosed.promise;
});

test('transport: cancelled before, while waiting, and in the middle of an answer', async () => {
  const controller = new AbortController();
  const arrived = deferred();
  const { origin, seen } = await serve((_, response) => { response.writeHead(200); response.write('first'); arrived.resolve(); });
  const running = transport(ports(), origin, request(), controller.signal);
  await arrived.promise;
  controller.abort();
  assert.deepEqual((await running).answer, { kind: 'cancelled' });
  assert.deepEqual((await transport(ports(), origin, request(), controller.signal)).answer, { kind: 'cancelled' });
  assert.equal(seen.length, 1, 'nothing is sent after it');
});

function deferred() {
  const result = {};
  result.promise = new Promise((resolve) => { result.resolve = resolve; });
  return result;
}

/** A core that says these effects one after the other and keeps the answers. */
function scripted(effects, status = (index) => ({ phase: `p${index}`, done: index })) {
  const answers = [];
  return {
    answers,
    step: async (answer) => {
      answers.push(answer);
      const index = answers.length - 1;
      return { effect: effects[index] ?? DONE, status: { ...status(index), isRunning: effects[index] !== undefined } };
    },
  };
}

test('run: none first, then the answer of each request, until the core is done', async () => {
  const { origin, seen } = await serve((_, response) => response.end(`reply to ${seen.length}`));
  const core = scripted([effectBytes({ path: '/v1/auth/challenge' }), effectBytes({ path: '/v1/auth' })]);
  const reported = [];
  const status = await new SyncRun(ports(), core, (each) => reported.push(each.phase)).run(origin);
  assert.deepEqual(seen.map((each) => each.url), ['/v1/auth/challenge', '/v1/auth']);
  assert.deepEqual(core.answers.map((bytes) => [bytes[0], Buffer.from(bytes.subarray(8)).toString()]), [[0, ''], [1, 'reply to 1'], [1, 'reply to 2']]);
  assert.deepEqual(reported, ['p0', 'p1', 'p2']);
  assert.deepEqual(status, { phase: 'p2', done: 2, isRunning: false });
});

test('run: reports of one phase are held back, a new phase and the end are not', async () => {
  const { origin } = await serve((_, response) => response.end());
  let nowMs = 0;
  const core = scripted(Array.from({ length: 6 }, () => effectBytes()), (index) => ({ phase: index < 4 ? 'sending' : 'fetching', done: index }));
  const reported = [];
  await new SyncRun(ports({ monotonicMs: () => (nowMs += 70) }), core, (each) => reported.push(each.done)).run(origin);
  assert.deepEqual(reported, [0, 3, 4, 6]);
});

test('run: cancelled, the core is told once and ends it', async () => {
  const arrived = deferred();
  const { origin } = await serve(() => arrived.resolve());
  const core = scripted([effectBytes()]);
  const run = new SyncRun(ports(), core, () => {});
  const running = run.run(origin);
  await arrived.promise;
  run.cancel();
  assert.equal((await running).isRunning, false);
  assert.deepEqual(core.answers.map((bytes) => bytes[0]), [0, 5]);
});

test('run: a core that wants another request after the end is refused', async () => {
  const arrived = deferred();
  const { origin } = await serve(() => arrived.resolve());
  const run = new SyncRun(ports(), scripted(Array.from({ length: 9 }, () => effectBytes())), () => {});
  const running = run.run(origin);
  await arrived.promise;
  run.cancel();
  await assert.rejects(running, { name: 'BadEffectError' });
});

test('run: stopped, the core is not asked again', async () => {
  const arrived = deferred();
  const { origin } = await serve(() => arrived.resolve());
  const core = scripted([effectBytes()]);
  const run = new SyncRun(ports(), core, () => {});
  const running = run.run(origin);
  await arrived.promise;
  run.stop();
  assert.equal(await running, undefined);
  assert.equal(core.answers.length, 1);
});

test('run: an address the page may not reach is the reason the person is told', async () => {
  const core = scripted([effectBytes()]);
  const forbidden = ports({ fetch: async () => { throw new TypeError('x'); }, wasForbidden: async () => true });
  const status = await new SyncRun(forbidden, core, () => {}).run('https://other.example');
  assert.equal(status.problem, 'hub_forbidden');
  assert.equal(core.answers[1][0], 2, 'to the core it is unreachable');
});
