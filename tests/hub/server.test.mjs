// What the running fieldkit-hub answers, and what it does not.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';

import { makeApp, run, Server } from './support/server.mjs';

const HASH = '0123456789abcdef';
const FILES = {
  'index.html': '<!doctype html><title>Notes</title>',
  'sw.js': '0;',
  'manifest.webmanifest': '{}',
  [`app-${HASH}.js`]: '1;',
  [`app-${HASH}.css`]: 'a{}',
  [`core-${HASH}.wasm`]: Buffer.from('0061736d01000000', 'hex'),
  [`icon-${HASH}.svg`]: '<svg/>',
  [`icon-${HASH}.png`]: 'png',
  [`words-${HASH}.txt`]: '11111\tabacus\n',
  'large.txt': 'x'.repeat(4 * 1024 * 1024),
};
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8',
  wasm: 'application/wasm', webmanifest: 'application/manifest+json', svg: 'image/svg+xml', png: 'image/png',
  txt: 'text/plain; charset=utf-8' };
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' "
  + "https://hub.example.org; style-src 'self'; img-src 'self' blob: data:; manifest-src 'self'; base-uri 'none'; "
  + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html fk-url";
const ALWAYS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

let app;
let server;
before(async () => {
  app = makeApp(FILES);
  server = await Server.start(['--app', app.dir, '--hub-origin', 'https://hub.example.org']);
});
after(async () => {
  await server.stop();
  app.remove();
});

const get = (address, options = {}) => fetch(server.origin + address, { redirect: 'error', ...options });

function assertSecurityHeaders(response) {
  for (const [name, value] of Object.entries(ALWAYS)) {
    assert.equal(response.headers.get(name), value, name);
  }
  const features = response.headers.get('permissions-policy').split(', ');
  assert.ok(features.length > 20);
  const allowed = features.filter((feature) => !/^[a-z-]+=\(\)$/.test(feature));
  assert.deepEqual(
    allowed, ['camera=(self)', 'publickey-credentials-create=(self)', 'publickey-credentials-get=(self)'],
    'the camera reads enrolment codes, passkeys open a vault; nothing else is allowed',
  );
  for (const feature of ['microphone', 'geolocation', 'usb', 'clipboard-read']) {
    assert.ok(features.includes(`${feature}=()`), feature);
  }
  for (const name of ['server', 'access-control-allow-origin', 'set-cookie', 'x-powered-by']) {
    assert.equal(response.headers.get(name), null, name);
  }
}

describe('files', () => {
  for (const [name, content] of Object.entries(FILES)) {
    test(`GET and HEAD /${name}`, async () => {
      const response = await get(`/${name}`);
      assert.equal(response.status, 200);
      assertSecurityHeaders(response);
      assert.equal(response.headers.get('content-type'), TYPES[name.split('.').pop()]);
      assert.equal(response.headers.get('cache-control'),
        name.includes(HASH) ? 'public, max-age=31536000, immutable' : 'no-cache');
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(content));

      const head = await get(`/${name}`, { method: 'HEAD' });
      assert.equal(head.status, 200);
      assertSecurityHeaders(head);
      assert.equal(head.headers.get('content-length'), String(Buffer.from(content).length));
      assert.equal(head.headers.get('etag'), response.headers.get('etag'));
      assert.equal((await head.arrayBuffer()).byteLength, 0);
    });
  }

  test('/ is the page, also with a query', async () => {
    for (const address of ['/', '/?a=b', '/index.html?x']) {
      assert.equal(await (await get(address)).text(), FILES['index.html']);
    }
  });

  test('an ETag the client has is answered with 304 and no body', async () => {
    const etag = (await get('/sw.js')).headers.get('etag');
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await get('/sw.js', { headers: { 'If-None-Match': known } });
      assert.equal(response.status, 304, known);
      assertSecurityHeaders(response);
      assert.equal(response.headers.get('etag'), etag);
      assert.equal(response.headers.get('cache-control'), 'no-cache');
      assert.equal(await response.text(), '');
    }
    assert.equal((await get('/sw.js', { headers: { 'If-None-Match': '"other"' } })).status, 200);
  });

  test('files with another content have another ETag', async () => {
    const tags = await Promise.all(Object.keys(FILES).map(async (name) => (await get(`/${name}`)).headers.get('etag')));
    assert.equal(new Set(tags).size, tags.length);
  });
});

describe('what is not there', () => {
  test('404 is plain, with all headers', async () => {
    const response = await get('/nothing.html');
    assert.equal(response.status, 404);
    assertSecurityHeaders(response);
    assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(await response.text(), 'Not found.\n');
  });

  const outside = ['/../etc/passwd', '/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd', '/./index.html',
    '/index.html/', '/index.html%00.js', '/index.html%00', '\\..\\index.html', '/%69ndex.html', '/INDEX.HTML', '/.', '/..',
    '/proc/self/environ', 'http://127.0.0.1/../../etc/passwd', '/index.html;.js', '/~root', `/${'a/'.repeat(500)}`];
  for (const address of outside) {
    test(`${address.slice(0, 40)} leads nowhere`, async () => {
      const answer = await server.raw(`GET ${address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.[01] (400|404) /);
      assert.doesNotMatch(answer, /root:|Notes|PATH=/);
    });
  }

  test('a file that appears later is not served', async () => {
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${app.dir}/later.txt`, 'later');
    assert.equal((await get('/later.txt')).status, 404);
  });
});

describe('what is refused', () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND', 'get']) {
    test(`${method} is answered with 405`, async () => {
      const answer = await server.raw(`${method} / HTTP/1.1\r\nHost: x\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 405 /);
      assert.match(answer, /\r\nAllow: GET, HEAD\r\n/);
      assert.ok(answer.includes(POLICY));
    });
  }

  test('a body is refused without being read', async () => {
    for (const body of ['Content-Length: 1000000000', 'Transfer-Encoding: chunked']) {
      assert.match(await server.raw(`GET / HTTP/1.1\r\nHost: x\r\n${body}\r\n\r\n`), /^HTTP\/1\.1 413 /);
      assert.match(await server.raw(`POST / HTTP/1.1\r\nHost: x\r\n${body}\r\n\r\n`), /^HTTP\/1\.1 405 /);
    }
  });

  test('a header over 8 KiB is refused, one under it is not', async () => {
    const header = (size) => `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: ${'a'.repeat(size)}\r\n\r\n`;
    assert.match(await server.raw(header(7 * 1024)), /^HTTP\/1\.1 200 /);
    for (const size of [8 * 1024, 20 * 1024, 200 * 1024]) {
      assert.match(await server.raw(header(size)), /^HTTP\/1\.1 431 /);
    }
  });

  for (const [name, bytes] of Object.entries({
    'no HTTP at all': 'hello\r\n\r\n',
    'a request without a host': 'GET / HTTP/1.1\r\n\r\n',
    'binary bytes': Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('latin1') + '\r\n\r\n',
  })) {
    test(`${name} is no page and does not stop the server`, async () => {
      const answer = await server.raw(bytes).catch((error) => {
        assert.equal(error.code, 'ECONNRESET');
        return '';
      });
      assert.doesNotMatch(answer, /^HTTP\/1\.1 200/);
      assert.equal((await get('/healthz')).status, 200);
    });
  }
});

describe('life', () => {
  test('/healthz says ok and is never kept', async () => {
    const response = await get('/healthz');
    assert.equal(response.status, 200);
    assertSecurityHeaders(response);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(await response.text(), 'ok\n');
  });

  test('one connection carries many requests', async () => {
    const one = 'GET /sw.js HTTP/1.1\r\nHost: x\r\n';
    const answer = await server.raw(`${one}\r\n`.repeat(20) + `${one}Connection: close\r\n\r\n`);
    assert.equal(answer.match(/HTTP\/1\.1 200 OK/g).length, 21);
  });

  test('answers everyone while 300 connections are open and idle, of which it keeps 256', async () => {
    const own = await Server.start(['--app', app.dir]);
    const sockets = [];
    for (let i = 0; i < 300; i++) {
      const socket = net.connect(own.port, '127.0.0.1');
      socket.on('error', () => {});
      sockets.push(socket);
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    }
    /* Later visitors wait in line until the idle ones are closed at their deadline. */
    const response = await fetch(`${own.origin}/`);
    assert.equal(response.status, 200);
    sockets.forEach((socket) => socket.destroy());
    assert.deepEqual(await own.stop(), { code: 0, signal: null });
  });

  test('400 visitors at once all get the whole file', async () => {
    const sizes = await Promise.all(Array.from({ length: 400 }, async () => (await (await get('/large.txt')).arrayBuffer()).byteLength));
    assert.deepEqual([...new Set(sizes)], [FILES['large.txt'].length]);
  });

  test('a client that drips its request is closed at the deadline, not kept by each byte', async () => {
    const started = process.hrtime.bigint();
    const socket = net.connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    const request = 'GET / HTTP/1.1\r\nHost: x\r\nX-Drip: ';
    let sent = 0;
    const drip = setInterval(() => socket.write(request[sent++] ?? 'a'), 500);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(drip);
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    assert.ok(seconds > 8 && seconds < 15, `closed after ${seconds} s`);
    assert.doesNotMatch(answer, /200 OK/);
    assert.equal((await get('/healthz')).status, 200);
  });

  test('a visitor who leaves in the middle of an answer does not stop the server', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = net.connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('GET /large.txt HTTP/1.1\r\nHost: x\r\n\r\n');
      await new Promise((resolve) => socket.once('data', resolve));
      socket.resetAndDestroy();
    }
    assert.equal((await get('/healthz')).status, 200);
  });

  for (const signal of ['SIGTERM', 'SIGINT']) {
    test(`${signal} ends it with 0, also under open connections`, async () => {
      const own = await Server.start(['--app', app.dir]);
      const socket = net.connect(own.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('GET /large.txt HTTP/1.1\r\nHost: x\r\n\r\n');
      await new Promise((resolve) => socket.once('data', resolve));
      assert.deepEqual(await own.stop(signal), { code: 0, signal: null });
      socket.destroy();
    });
  }

  test('the log names our files and nothing a visitor chose', async () => {
    const own = await Server.start(['--app', app.dir]);
    await fetch(`${own.origin}/index.html?canary-query`, { headers: { 'User-Agent': 'canary-agent', Referer: 'http://canary-referer/' } });
    await fetch(`${own.origin}/canary-path`);
    await own.raw('CANARY-METHOD / HTTP/1.1\r\nHost: canary-host\r\n\r\n');
    await own.stop();
    const lines = own.log.trim().split('\n').slice(1);
    assert.equal(lines.length, 3);
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
    assert.match(lines[0], new RegExp(`^${time} GET /index.html 200 ${FILES['index.html'].length}$`));
    assert.match(lines[1], new RegExp(`^${time} GET - 404 0$`));
    assert.match(lines[2], new RegExp(`^${time} other - 405 0$`));
    assert.doesNotMatch(own.log.split('\n').slice(1).join('\n'), /canary|127\.0\.0\.1/i);
  });
});

describe('wrong use', () => {
  const cases = {
    'no argument': [],
    'an unknown argument': ['--app', '.', '--root', '/'],
    'a value missing': ['--app'],
    'a folder that is not there': ['--app', '/nonexistent'],
    'a port that is none': ['--app', '.', '--listen', '127.0.0.1:http'],
    'an origin with a path': ['--app', '.', '--hub-origin', 'https://hub.example.org/x'],
    'an origin that would break out of its header': ['--app', '.', '--hub-origin', "https://a; script-src 'unsafe-inline'"],
    'an origin without TLS': ['--app', '.', '--hub-origin', 'http://hub.example.org'],
  };
  for (const [name, args] of Object.entries(cases)) {
    test(`${name}: exit 2 and a sentence`, async () => {
      const { code, output } = await run(args);
      assert.equal(code, 2);
      assert.match(output, /^fieldkit-hub: .*[a-z].*\.\n/);
    });
  }

  test('a folder without a page: exit 2', async () => {
    const empty = makeApp({ 'notes.txt': 'x' });
    const { code, output } = await run(['--app', empty.dir]);
    empty.remove();
    assert.equal(code, 2);
    assert.match(output, /index\.html/);
  });

  test('an address in use: exit 1 and a sentence', async () => {
    const { code, output } = await run(['--app', app.dir, '--listen', `127.0.0.1:${server.port}`]);
    assert.equal(code, 1);
    assert.match(output, /Another program listens/);
  });

  test('--help: exit 0', async () => {
    const { code, output } = await run(['--help']);
    assert.equal(code, 0);
    assert.match(output, /--hub-origin/);
  });
});
