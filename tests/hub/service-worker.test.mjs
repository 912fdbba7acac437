// The built app under the running hub: the list of the service worker is the set of files, and real Chromium takes
// a set whole or not at all and waits before it changes to another.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import puppeteer from 'puppeteer-core';

import { ROOT, Server } from './support/server.mjs';

const APP = path.join(ROOT, 'build/web');
const sha384 = (bytes) => `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
const filesOf = (dir) => readdirSync(dir, { recursive: true }).map(String).filter((name) => statSync(path.join(dir, name)).isFile());

/** The precache list, read out of the built script. */
function listOf(dir) {
  const script = readFileSync(path.join(dir, 'sw.js'), 'utf8');
  const json = /\[\{[^[\]]*?sha384-[^[\]]*\}\]/.exec(script)[0].replace(/([{,])(\w+):/g, '$1"$2":');
  return JSON.parse(json);
}

describe('the built set', () => {
  test('the list names every file but the service worker, each with the hash of its bytes', () => {
    const list = listOf(APP);
    assert.deepEqual(list.map(({ url }) => url).sort(), filesOf(APP).filter((name) => name !== 'sw.js').map((name) => `/${name}`).sort());
    for (const { url, integrity } of list) {
      assert.equal(integrity, sha384(readFileSync(path.join(APP, url))), url);
    }
  });

  test('each entry has the revision of its bytes, and all but index.html and the manifest carry it in their name', () => {
    for (const { url, revision } of listOf(APP)) {
      const sha256 = createHash('sha256').update(readFileSync(path.join(APP, url))).digest('hex').slice(0, 16);
      assert.equal(revision, sha256, url);
      assert.ok(['/index.html', '/manifest.webmanifest'].includes(url) || url.includes(`-${sha256}.`), url);
    }
  });

  test('nothing in it names another origin as a place to load from', () => {
    for (const name of filesOf(APP).filter((file) => /\.(css|html|webmanifest)$/.test(file))) {
      assert.doesNotMatch(readFileSync(path.join(APP, name), 'utf8'), /(src|href)="(https?:)?\/\/|url\((?!"?data:)|@import|@font-face/, name);
    }
  });

  test('one build hash is in page, workers and service worker', () => {
    const hashes = ['app', 'store-worker', 'kdf-worker', 'sw'].map((script) => {
      const name = filesOf(APP).find((file) => new RegExp(`^${script}(-[0-9a-f]{16})?\\.js$`).test(file));
      return /hash:"([0-9a-f]{16})"/.exec(readFileSync(path.join(APP, name), 'utf8'))?.[1];
    });
    /* A worker that never looks at the hash does not carry it; none carries another. */
    assert.ok(hashes.at(-1) !== undefined);
    assert.deepEqual([...new Set(hashes.filter((hash) => hash !== undefined))].length, 1);
  });
});

describe('in Chromium', () => {
  let profile;
  let dir;
  let browser;
  let server;
  before(async () => {
    profile = mkdtempSync(path.join(tmpdir(), 'fieldkit-profile-'));
    dir = mkdtempSync(path.join(tmpdir(), 'fieldkit-app-'));
    cpSync(APP, dir, { recursive: true });
    server = await Server.start(['--app', dir]);
    browser = await puppeteer.launch({ executablePath: process.env.FK_CHROMIUM ?? '/usr/bin/chromium', userDataDir: profile,
      args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(profile, { recursive: true, force: true });
    rmSync(dir, { recursive: true, force: true });
  });

  /** Starts the hub again on the same port, with what the folder holds now. */
  async function restart() {
    const { port } = server;
    await server.stop();
    server = await Server.start(['--app', dir], port);
  }

  /** A page of the origin that does not run the app; it registers as the app does and tells what became of it. */
  async function openPlain() {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/healthz`);
    return page;
  }
  const register = (page) => page.evaluate(async () => {
    const policy = globalThis.policy ??= trustedTypes.createPolicy('fk-url', { createScriptURL: (url) => url });
    try {
      const registration = await navigator.serviceWorker.register(policy.createScriptURL('/sw.js'), { updateViaCache: 'none' });
      const worker = registration.installing ?? (await registration.update()).installing;
      return await new Promise((resolve) => {
        const look = () => ['installed', 'activated', 'redundant'].includes(worker.state) && resolve(worker.state);
        worker.addEventListener('statechange', look);
        look();
      });
    } catch (error) {
      return `refused: ${error}`;
    }
  });
  const cached = (page) => page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname).sort();
  });
  const states = (page) => page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration('/');
    return { active: registration?.active?.state ?? null, waiting: registration?.waiting?.state ?? null };
  });

  test('a set with one file missing or changed is not installed', async () => {
    const page = await openPlain();
    const victim = filesOf(dir).find((name) => name.startsWith('words-'));
    const bytes = readFileSync(path.join(dir, victim));
    for (const spoil of [() => rmSync(path.join(dir, victim)), () => writeFileSync(path.join(dir, victim), 'changed')]) {
      spoil();
      await restart();
      assert.equal(await register(page), 'redundant');
      assert.deepEqual(await states(page), { active: null, waiting: null });
    }
    writeFileSync(path.join(dir, victim), bytes);
    await restart();
    await page.close();
  });

  test('a whole set is installed, and serves the app with the server gone', async () => {
    const page = await openPlain();
    assert.notEqual(await register(page), 'redundant');
    await page.evaluate(() => navigator.serviceWorker.ready);
    assert.deepEqual(await cached(page), listOf(dir).map(({ url }) => url).sort());
    const { port } = server;
    await server.stop();
    const answer = await page.goto(`http://127.0.0.1:${port}/any/page`);
    assert.equal(answer.status(), 200);
    assert.ok(answer.fromServiceWorker());
    assert.equal(await answer.text(), readFileSync(path.join(dir, 'index.html'), 'utf8'));
    assert.match(answer.headers()['content-security-policy'], /default-src 'none'/);
    server = await Server.start(['--app', dir], port);
    await page.close();
  });

  test('woken because the network is back, it tells open windows so, and does nothing else', async () => {
    const page = await openPlain();
    await register(page);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      globalThis.said = [];
      navigator.serviceWorker.addEventListener('message', ({ data }) => globalThis.said.push(data));
      navigator.serviceWorker.startMessages();
    });
    const devtools = await page.createCDPSession();
    const found = new Promise((resolve) => devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      if (registrations.length > 0) resolve(registrations[0]);
    }));
    await devtools.send('ServiceWorker.enable');
    const { registrationId } = await found;
    for (const tag of ['another', 'reconnect']) {
      await devtools.send('ServiceWorker.dispatchSyncEvent', { origin: new URL(page.url()).origin, registrationId, tag, lastChance: false });
    }
    await page.waitForFunction(() => globalThis.said.length > 0);
    assert.deepEqual(await page.evaluate(() => globalThis.said), [{ type: 'reconnected' }]);
    assert.equal((await page.browser().pages()).filter((each) => each.url() === page.url()).length, 1, 'no window is opened');
    await devtools.detach();
    await page.close();
  });

  test('a new version waits, holds no file back from the old one, and takes over when asked', async () => {
    const page = await openPlain();
    appendFileSync(path.join(dir, 'sw.js'), '\n/* another build */\n');
    await restart();
    assert.equal(await register(page), 'installed');
    assert.deepEqual(await states(page), { active: 'activated', waiting: 'installed' });

    const description = await page.evaluate(async () => {
      const { waiting } = await navigator.serviceWorker.getRegistration('/');
      const channel = new MessageChannel();
      const answer = new Promise((resolve) => (channel.port1.onmessage = ({ data }) => resolve(data)));
      waiting.postMessage({ type: 'unknown' });
      waiting.postMessage({ type: 'describe' }, [channel.port2]);
      return answer;
    });
    assert.equal(description.type, 'description');
    assert.match(description.buildHash, /^[0-9a-f]{16}$/);
    assert.deepEqual(await states(page), { active: 'activated', waiting: 'installed' });

    await page.evaluate(async () => {
      const { waiting } = await navigator.serviceWorker.getRegistration('/');
      const isActive = new Promise((resolve) => waiting.addEventListener('statechange', () => waiting.state === 'activated' && resolve()));
      waiting.postMessage({ type: 'activate' });
      await isActive;
    });
    assert.deepEqual(await states(page), { active: 'activated', waiting: null });
    assert.deepEqual(await cached(page), listOf(dir).map(({ url }) => url).sort());
    await page.close();
  });

  test('a broken new version leaves the old one as it was', async () => {
    const page = await openPlain();
    const held = await cached(page);
    const list = listOf(dir);
    const script = readFileSync(path.join(dir, 'sw.js'), 'utf8').replace(list[0].integrity, sha384('other'));
    writeFileSync(path.join(dir, 'sw.js'), script.replace('/* another build */', `/* ${list[0].url} */`).replaceAll(list[0].url, `/absent-${list[0].url.slice(1)}`));
    await restart();
    assert.equal(await register(page), 'redundant');
    assert.deepEqual(await states(page), { active: 'activated', waiting: null });
    assert.deepEqual((await cached(page)).filter((url) => !url.startsWith('/absent-')), held);
    await page.close();
  });

  test('the browser knows every header the hub sends', async () => {
    const page = await browser.newPage();
    const said = [];
    page.on('console', (message) => said.push(message.text()));
    await page.goto(`${server.origin}/healthz`);
    assert.deepEqual(said.filter((text) => /unrecognized feature|permissions-policy|content security policy/i.test(text)), []);
    assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);
    await page.close();
  });
});
