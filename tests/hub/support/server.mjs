// The real fieldkit-hub on a free port, and raw HTTP for what a polite client would never send.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The build with sanitizers where there is one: a leak or an overrun then fails the test that stops it. */
export const PROGRAM = [process.env.FK_HUB, `${ROOT}build/dev/bin/fieldkit-hub`, `${ROOT}build/release/bin/fieldkit-hub`]
  .find((file) => file !== undefined && existsSync(file));

/** A folder like build/web, small: content by name. Removed by the returned function. */
export function makeApp(files) {
  const dir = mkdtempSync(path.join(tmpdir(), 'fieldkit-hub-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), content);
  }
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Runs the program to its end: for wrong use. */
export function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

export class Server {
  /** Starts and waits for the line that names the address. Port 0: a free one. */
  static start(args, port = 0, { wrapper = [] } = {}) {
    const server = new Server();
    server.log = '';
    const [command, ...before] = [...wrapper, PROGRAM];
    server.child = spawn(command, [...before, '--listen', `127.0.0.1:${port}`, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    server.ended = new Promise((resolve) => server.child.once('close', (code, signal) => resolve({ code, signal })));
    server.child.stderr.on('data', (chunk) => (server.log += chunk));
    return new Promise((resolve, reject) => {
      server.child.once('error', reject);
      server.child.stdout.on('data', (chunk) => {
        server.log += chunk;
        const bound = /listening on http:\/\/[^ ]*:(\d+)/.exec(server.log)?.[1];
        if (bound !== undefined) {
          server.port = Number(bound);
          server.origin = `http://127.0.0.1:${bound}`;
          resolve(server);
        }
      });
      void server.ended.then(({ code }) => reject(new Error(`fieldkit-hub ended with ${code}: ${server.log}`)));
    });
  }

  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.ended;
  }

  /** Sends bytes as they are and resolves with all that comes back until the server closes. */
  raw(bytes) {
    return new Promise((resolve, reject) => {
      const socket = net.connect(this.port, '127.0.0.1', () => socket.write(bytes));
      let answer = '';
      socket.setEncoding('latin1');
      socket.on('data', (chunk) => (answer += chunk));
      socket.once('error', (error) => (error.code === 'ECONNRESET' && answer !== '' ? resolve(answer) : reject(error)));
      socket.once('close', () => resolve(answer));
    });
  }
}
