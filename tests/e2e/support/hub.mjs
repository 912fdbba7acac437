// The process that serves the app: the real fieldkit-hub, started and stopped as a network comes and goes.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { until } from './until.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const APP_DIR = process.env.FK_E2E_APP ?? `${ROOT}build/web`;
export const HUB = process.env.FK_E2E_HUB ?? `${ROOT}build/release/bin/fieldkit-hub`;

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A hub on one port for its whole life: the origin, and with it the vault, stays the same when it is started again. */
export class Hub {
  #process;
  /** More for its environment, from the next start on. */
  environment = {};
  /** All it ever said. */
  log = '';

  /** With `store`, as the hub's own flag takes it, it keeps sealed records; without, it only serves the app. */
  static async start(appDir = APP_DIR, store = undefined) {
    for (const need of [HUB, `${appDir}/index.html`]) {
      if (!existsSync(need)) throw new Error(`${need} is missing: build it with ./build-scripts/start.sh`);
    }
    const hub = new Hub();
    hub.appDir = appDir;
    hub.store = store;
    hub.port = await freePort();
    hub.origin = `http://localhost:${hub.port}`;
    await hub.start();
    return hub;
  }

  get isDown() {
    return this.#process === undefined;
  }

  async start() {
    const kept = this.store === undefined ? [] : ['--store', this.store];
    this.#process = spawn(HUB, ['--listen', `127.0.0.1:${this.port}`, '--app', this.appDir, ...kept], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.environment } });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (chunk) => (this.log += chunk));
    }
    await until(async () => {
      if (this.#process.exitCode !== null) throw new Error(`it ended with ${this.#process.exitCode}: ${this.log.slice(-4000)}`);
      return (await fetch(`http://127.0.0.1:${this.port}/healthz`)).ok;
    }, 'fieldkit-hub answers /healthz', 10_000);
  }

  /** Takes the server away; every later request is refused. */
  async stop() {
    if (this.#process === undefined) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
    this.#process = undefined;
  }
}
