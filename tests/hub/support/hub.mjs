// A hub on a store of its own with a founded and joined agency.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Agency, Client } from './agency.mjs';
import { run, Server } from './server.mjs';

export class Hub {
  constructor() {
    this.dir = mkdtempSync(path.join(tmpdir(), 'fieldkit-hub-'));
    this.store = `sqlite:${path.join(this.dir, 'hub.db')}`;
    this.agency = new Agency();
  }

  remove() {
    rmSync(this.dir, { recursive: true, force: true });
  }

  found() {
    const entry = path.join(this.dir, 'founding');
    writeFileSync(entry, this.agency.foundingEntry);
    return run(['found', '--store', this.store, entry]);
  }

  check() {
    return run(['check', '--store', this.store]);
  }

  async start(args = [], options = {}) {
    this.server = await Server.start(['--store', this.store, ...args], 0, options);
    return this.server;
  }

  async stop(signal) {
    return this.server.stop(signal);
  }

  client(who) {
    return new Client(this.server.origin, this.agency, who);
  }

  /** Found, start, enter both devices into the roster, sign both in. */
  async begin(args) {
    const founded = await this.found();
    if (founded.code !== 0) throw new Error(founded.output);
    await this.start(args);
    const { agency } = this;
    const first = await this.client(agency.founder).post('/v1/roster', agency.rosterAdd(0, agency.foundingEntries()));
    this.founder = await this.client(agency.founder).signIn();
    const head = agency.hashes.length - 1;
    const second = await this.founder.post('/v1/roster', agency.rosterAdd(head, agency.workerEntries()));
    if (first.status !== 200 || second.status !== 200) throw new Error(`roster: ${first.code}, ${second.code}`);
    this.worker = await this.client(agency.worker).signIn();
    return this;
  }
}
