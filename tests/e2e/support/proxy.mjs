// What stands between the browsers and the hub: passes every byte on and keeps it, and misbehaves when told to.
// It speaks TCP, not HTTP: what it keeps is what was on the wire. Only a fault looks at the head of a request, and only for /v1/.
import { readFileSync } from 'node:fs';
import net from 'node:net';

/** What a person meets in the field in place of the hub; each takes the socket of one request. */
const http = (status, type, body, more = '') => `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n${more}\r\n`;
const PORTAL = '<!DOCTYPE html><html><body><h1>Welcome to the hotel</h1><p>Please sign in to use the network.</p></body></html>';

function frame(kind, count, rest = Buffer.alloc(0), version = 1) {
  const head = Buffer.alloc(16);
  head.write('FKHB', 0, 'latin1');
  head.writeUInt16LE(version, 4);
  head.writeUInt16LE(kind, 6);
  head.writeUInt32LE(count, 8);
  return Buffer.concat([head, rest]);
}

const binary = (socket, status, body, more) => {
  socket.write(`HTTP/1.1 ${status}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\nConnection: close\r\n${more ?? ''}\r\n`);
  socket.end(body);
};

const protocol = JSON.parse(readFileSync(new URL('../../../core/protocol/protocol.json', import.meta.url), 'utf8'));
const CODES = Object.fromEntries(protocol.errors.map(({ text, value }) => [text, value]));
const seconds = (count) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(count);
  return bytes;
};

/** How a slow network hands on what the hub says. */
const SLOW_PIECE_BYTES = 2048;
const SLOW_PAUSE_MS = 40;

export const FAULTS = {
  /** Nothing listens any more. */
  down: (socket) => socket.resetAndDestroy(),
  /** A network that wants to be signed in to. */
  html: (socket) => socket.end(http('200 OK', 'text/html', PORTAL) + PORTAL),
  garbage: (socket) => binary(socket, '200 OK', Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 89 + 7) & 255))),
  /** The head promises more than comes. */
  half: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 4000\r\n\r\n');
    socket.end(frame(2, 0));
  },
  otherVersion: (socket) => binary(socket, '200 OK', frame(2, 0, undefined, 9)),
  /** Takes the request and never says anything. */
  silent: () => {},
  /** The hub's own refusals, as it words them (fk/messages.h: code, then seconds to wait). */
  quota: (socket) => binary(socket, '413 Payload Too Large', frame(1, CODES.quota, seconds(0))),
  busy: (socket) => binary(socket, '503 Service Unavailable', frame(1, CODES.busy, seconds(60)), 'Retry-After: 60\r\n'),
};

export class Proxy {
  #server;
  #sockets = new Set();
  #fault;
  /** Answers trickle. */
  isSlow = false;
  /** Every byte from the browsers and from the hub. */
  taken = [];

  static async start(hubPort) {
    const proxy = new Proxy();
    proxy.hubPort = hubPort;
    proxy.#server = net.createServer((socket) => proxy.#accept(socket));
    await new Promise((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    proxy.port = proxy.#server.address().port;
    proxy.origin = `http://localhost:${proxy.port}`;
    return proxy;
  }

  /** One of FAULTS by name, or undefined: everything is passed on. Open connections end, so that each next request meets it. */
  fail(name) {
    if (name !== undefined && FAULTS[name] === undefined) throw new Error(`no fault ${name}`);
    this.#fault = name;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  #keep(chunk) {
    this.taken.push(chunk);
  }

  #track(socket) {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  #accept(socket) {
    this.#track(socket);
    if (this.#fault === undefined) return this.#pass(socket, Buffer.alloc(0));
    const fault = FAULTS[this.#fault];
    let head = Buffer.alloc(0);
    const read = (chunk) => {
      head = Buffer.concat([head, chunk]);
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      if (!/^[A-Z]+ \/v1\//.test(head.toString('latin1', 0, 40))) return this.#pass(socket, head);
      this.#keep(head);
      socket.on('data', (more) => this.#keep(more));
      fault(socket);
    };
    socket.on('data', read);
    return undefined;
  }

  #pass(socket, head) {
    const hub = net.connect(this.hubPort, '127.0.0.1');
    this.#track(hub);
    socket.once('close', () => hub.destroy());
    hub.once('close', () => socket.destroy());
    if (head.length > 0) {
      this.#keep(head);
      hub.write(head);
    }
    socket.on('data', (chunk) => {
      this.#keep(chunk);
      hub.write(chunk);
    });
    hub.on('data', (chunk) => {
      this.#keep(chunk);
      if (this.isSlow) this.#trickle(hub, socket, chunk);
      else socket.write(chunk);
    });
    socket.once('end', () => hub.end());
    hub.once('end', () => { if (!this.isSlow) socket.end(); });
  }

  /** Nothing more is read from the hub until this piece is through. */
  #trickle(hub, socket, chunk) {
    hub.pause();
    const next = (at) => {
      if (socket.destroyed) return;
      if (at >= chunk.length) {
        hub.resume();
        return;
      }
      socket.write(chunk.subarray(at, at + SLOW_PIECE_BYTES));
      setTimeout(next, SLOW_PAUSE_MS, at + SLOW_PIECE_BYTES);
    };
    next(0);
  }

  bytes() {
    return Buffer.concat(this.taken);
  }

  async stop() {
    this.#sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
