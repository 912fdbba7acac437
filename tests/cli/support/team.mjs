// An agency with a real hub and native vaults, for tests of enrolment and sync: every command is a process of its own.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { PROGRAM, Server } from '../../hub/support/server.mjs';
import { program } from '../../scenarios/support/fieldkit.mjs';

export const CODE = /(?:[0-9A-HJKMNP-TV-Z]{4}-){14}[0-9A-HJKMNP-TV-Z]{4}/;
export const WAIT_S = '60';
export const newId = () => randomBytes(16).toString('hex');
const PASSPHRASE = 'abacus abdomen abdominal acorn acid\n';

/** A command that talks: lines of its output as they come, answers in. */
export class Conversation {
  constructor(args, { input } = {}) {
    this.output = '';
    this.complaint = '';
    this.waiting = [];
    this.child = spawn(program, args, { stdio: 'pipe' });
    this.child.stdin.on('error', () => {}); // it ended without reading on
    this.child.stdout.on('data', (chunk) => { this.output += chunk; this.#wake(); });
    this.child.stderr.on('data', (chunk) => { this.complaint += chunk; });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code) => { this.code = code; this.#wake(); resolve(code); });
    });
    if (input !== undefined) this.child.stdin.write(input);
  }

  #wake() {
    this.waiting = this.waiting.filter((look) => !look());
  }

  /** The first match in what it has said; a refusal when it ends without. */
  said(pattern) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.output);
        if (match !== null) resolve(match);
        else if (this.code !== undefined) reject(new Error(`ended with ${this.code} and without ${pattern}: ${this.output}${this.complaint}`));
        return match !== null || this.code !== undefined;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  async words() {
    return (await this.said(/^Words: ([a-z- ]+)$/m))[1];
  }

  async answer(text) {
    await this.said(/yes\/no: /);
    this.child.stdin.write(`${text}\n`);
  }
}

export class Agency {
  static async start() {
    const agency = new Agency();
    agency.directory = mkdtempSync(path.join(tmpdir(), 'fieldkit-team-'));
    agency.passphrase = agency.path('passphrase');
    writeFileSync(agency.passphrase, PASSPHRASE);
    const made = spawnSync(program, ['agency', 'create', '--out', agency.path('agency')], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(made.stderr);
    agency.code = CODE.exec(made.stdout)[0];
    const found = spawnSync(PROGRAM, ['found', '--store', agency.store, agency.path('agency/founding.bin')], { encoding: 'utf8' });
    if (found.status !== 0) throw new Error(found.stderr);
    await agency.startHub();
    return agency;
  }

  path(name) {
    return path.join(this.directory, name);
  }

  get store() {
    return `sqlite:${this.path('hub.sqlite')}`;
  }

  /** At the port it had before, so that the vaults find it again. */
  async startHub() {
    this.hub = await Server.start(['--store', this.store], this.hub?.port ?? 0);
  }

  get origin() {
    return this.hub.origin;
  }

  async end() {
    await this.hub.stop();
    rmSync(this.directory, { recursive: true });
  }

  vault(name) {
    return ['--vault', this.path(name), '--passphrase-file', this.passphrase];
  }

  /** One command to its end: { code, reply, complaint }. */
  call(name, command, request = {}) {
    const result = spawnSync(program, ['call', ...this.vault(name), command], { input: JSON.stringify(request), encoding: 'utf8' });
    return { code: result.status, reply: result.stdout === '' ? undefined : JSON.parse(result.stdout), complaint: result.stderr };
  }

  newVault(name) {
    const { code, complaint } = this.call(name, 'vault.create');
    if (code !== 0) throw new Error(complaint);
  }

  sync(name, ...args) {
    const result = spawnSync(program, ['sync', ...this.vault(name), ...args], { encoding: 'utf8' });
    return { code: result.status, output: result.stdout, complaint: result.stderr };
  }

  enrol(name, code, ...args) {
    return new Conversation(['enrol', ...this.vault(name), '--hub', this.origin, '--code-file', '-', '--wait', WAIT_S, ...args], { input: `${code}\n` });
  }

  invite(name, ...args) {
    return new Conversation(['invite', ...this.vault(name), '--wait', WAIT_S, ...args]);
  }

  /** The first administrator's office computer. */
  async found(name = 'office') {
    this.newVault(name);
    const enrol = this.enrol(name, this.code, '--name', 'Robin Office', '--team', 'Northern team');
    if (await enrol.ended !== 0) throw new Error(enrol.complaint);
  }

  /** A colleague's vault into the team, the words compared on both sides. Returns them. */
  async join(administrator, name, ...args) {
    this.newVault(name);
    const invite = this.invite(administrator, '--name', `Person ${name}`);
    const enrol = this.enrol(name, (await invite.said(CODE))[0], ...args);
    const words = [await enrol.words(), await invite.words()];
    await enrol.answer('yes');
    await invite.answer('yes');
    const codes = [await enrol.ended, await invite.ended];
    if (codes.some((code) => code !== 0)) throw new Error(`${codes}: ${enrol.complaint}${invite.complaint}`);
    return words;
  }

  /** A case with one victim, committed. Returns { caseId, personId }. */
  record(name, victim) {
    const ids = { caseId: newId(), personId: newId() };
    this.write(name, ids.caseId, ids.caseId, 'case', { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH' });
    this.write(name, ids.caseId, ids.personId, 'person', { name: victim });
    this.write(name, ids.caseId, newId(), 'party', { person: ids.personId, role: 'victim' });
    return ids;
  }

  write(name, caseId, recordId, type, fields) {
    const changes = Object.entries(fields).map(([field, value]) => ({ field, value }));
    const saved = this.call(name, 'draft.save', { timeMs: Date.now(), caseId, recordId, type, changes });
    const committed = this.call(name, 'draft.commit', { mutationId: newId(), timeMs: Date.now(), recordIds: [recordId] });
    if (saved.code !== 0 || committed.code !== 0) throw new Error(`${saved.complaint}${committed.complaint}`);
  }

  cases(name) {
    return this.call(name, 'case.list', { limit: 100 }).reply.cases;
  }
}
