// PouchDB and express-pouchdb (bench/peers), started for the sync workloads: the server with its page, other clients, a page to ask.
import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PEERS = fileURLToPath(new URL('./peers/', import.meta.url));
const PAGE = '<!doctype html><html lang="en"><title>Peer</title><script src="/pouchdb.js"></script><script type="module" src="/page.js"></script>';
const run = promisify(execFile);

function buildPage(folder) {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'index.html'), PAGE);
  cpSync(path.join(PEERS, 'node_modules/pouchdb/dist/pouchdb.min.js'), path.join(folder, 'pouchdb.js'));
  cpSync(path.join(PEERS, 'page-entry.mjs'), path.join(folder, 'page.js'));
  return folder;
}

export class SyncPeer {
  #clientCount = 0;

  static async start() {
    if (!existsSync(path.join(PEERS, 'node_modules'))) throw new Error('the peers are not installed: ./build-scripts/install.sh peers');
    const peer = new SyncPeer();
    peer.folder = mkdtempSync(path.join(os.tmpdir(), 'fieldkit-bench-peer-'));
    mkdirSync(path.join(peer.folder, 'server'));
    const pageFolder = buildPage(path.join(peer.folder, 'page'));
    peer.process = spawn('node', ['--no-warnings', path.join(PEERS, 'server.mjs'), path.join(peer.folder, 'server'), pageFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const port = await new Promise((resolve, reject) => {
      peer.process.stdout.once('data', (text) => resolve(Number(String(text).trim())));
      peer.process.once('exit', (code) => reject(new Error(`the server of the peer ended with ${code}`)));
    });
    peer.origin = `http://127.0.0.1:${port}`;
    return peer;
  }

  /** Another device that fetches all of a database, to its end. */
  client(name) {
    return run('node', [path.join(PEERS, 'client.mjs'), path.join(this.folder, `client-${++this.#clientCount}`), `${this.origin}/db/${name}`]);
  }

  async visit(page) {
    await page.goto(`${this.origin}/`);
    await page.waitForFunction(() => globalThis.peer !== undefined);
    return (method, ...values) => page.evaluate((name, list) => globalThis.peer[name](...list), method, values);
  }

  async end() {
    if (this.process.exitCode === null) {
      const ended = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
