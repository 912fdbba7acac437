// An agency of two people and their devices, written from docs/adr/0009 and 0010 without the project's own code: roster
// entries, segments and frames by hand, over real HTTP.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';

import { blake2b } from './blake2b.mjs';

export const KIND = { error: 1, done: 2, challengeRequest: 3, challenge: 4, auth: 5, token: 6, roster: 7, rosterAdd: 8, grants: 9,
  push: 10, pushed: 11, pull: 12, pulled: 13, have: 14, held: 15, frontiers: 16, invite: 17, enrol: 18, enrolling: 19, withdraw: 20 };
export const CODE = { ok: 0, invalidInput: 3, tooLarge: 5, notFound: 7, auth: 9, io: 13, exists: 14, notYet: 19, headMoved: 20, forbidden: 21,
  gap: 22, fork: 23, quota: 25, busy: 26, otherProtocol: 30, otherHub: 31, codeUsed: 33, token: 34 };
const FRAME_SIZE = 16;
const SEED_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex'); // an Ed25519 seed as PKCS #8

export const u16 = (value) => { const b = Buffer.alloc(2); b.writeUInt16LE(value); return b; };
export const u32 = (value) => { const b = Buffer.alloc(4); b.writeUInt32LE(value); return b; };
export const u64 = (value) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(value)); return b; };
const zeros = (size) => Buffer.alloc(size);
const join = (...pieces) => Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));

/** A pair of signing keys. */
export function newKeys() {
  const privateKey = createPrivateKey({ key: join(SEED_PREFIX, randomBytes(32)), format: 'der', type: 'pkcs8' });
  const publicBytes = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { privateKey, publicBytes, boxPublic: randomBytes(32) };
}

const signedBytes = (purpose, agency, content) => join(`fk/${purpose}/v1`, zeros(1), agency, createHash('blake2b512').update(content).digest());
const signFor = (keys, purpose, agency, content) => sign(null, signedBytes(purpose, agency, content), keys.privateKey);

export const frame = (kind, count, ...rest) => join('FKHB', u16(1), u16(kind), u32(count), zeros(4), ...rest);

/** { kind, count, rest } of a frame; throws on anything else. */
export function readFrame(bytes) {
  if (bytes.length < FRAME_SIZE || bytes.toString('latin1', 0, 4) !== 'FKHB') throw new Error(`no frame: ${bytes.subarray(0, 40)}`);
  return { kind: bytes.readUInt16LE(6), count: bytes.readUInt32LE(8), rest: bytes.subarray(FRAME_SIZE) };
}

export class Agency {
  constructor() {
    this.root = newKeys();
    this.founding = newKeys();
    this.id = blake2b(join('fk/agency/v1', this.root.publicBytes)).subarray(0, 16);
    this.founder = { person: randomBytes(16), device: randomBytes(16), keys: newKeys(), chains: new Map() };
    this.worker = { person: randomBytes(16), device: randomBytes(16), keys: newKeys(), chains: new Map() };
    this.everybody = randomBytes(16);
    this.team = randomBytes(16);
    this.foundingTokenId = randomBytes(16);
    this.hashes = [];
    this.foundingEntry = this.entry(this.root, 0, this.root.publicBytes, this.founding.publicBytes, this.founder.person,
      this.foundingTokenId, u64(Date.now() + 3_600_000));
  }

  /** The next entry of the roster; counts as appended. */
  entry(signer, kind, ...payload) {
    const body = join(...payload);
    const header = join('FKROST01', u32(this.hashes.length), u16(kind), u16(body.length), this.id, this.hashes.at(-1) ?? zeros(32),
      signer.publicBytes, u64(Date.now()), zeros(24));
    const content = join(header, body);
    const whole = join(content, signFor(signer, 'roster', this.id, content));
    this.hashes.push(blake2b(whole));
    return whole;
  }

  device(signer, who) {
    return this.entry(signer, 1, who.device, who.person, Buffer.from([2]), zeros(7), who.keys.publicBytes, who.keys.boxPublic, zeros(128));
  }

  membership(signer, compartment, who, isMember = true) {
    return this.entry(signer, 5, compartment, who.person, Buffer.from([isMember ? 1 : 0, isMember ? 1 : 0]), zeros(6));
  }

  /** What the first administrator's device posts. */
  foundingEntries() {
    const { founder } = this;
    const compartment = (id, kind) => this.entry(founder.keys, 4, id, Buffer.from([kind]), zeros(7), zeros(128));
    const epoch = (id) => this.entry(founder.keys, 6, id, u32(1), zeros(4), randomBytes(32), zeros(72));
    return [this.device(this.founding, founder), compartment(this.everybody, 1), this.membership(founder.keys, this.everybody, founder),
      epoch(this.everybody), this.entry(founder.keys, 2, founder.person, zeros(128)), compartment(this.team, 2),
      this.membership(founder.keys, this.team, founder), epoch(this.team)];
  }

  /** What it posts for a colleague. */
  workerEntries() {
    const { founder, worker } = this;
    return [this.entry(founder.keys, 2, worker.person, zeros(128)), this.entry(founder.keys, 3, worker.person, u32(2), zeros(4)),
      this.device(founder.keys, worker), this.membership(founder.keys, this.everybody, worker), this.membership(founder.keys, this.team, worker)];
  }

  /** ROSTER_ADD after the entry with that index. */
  rosterAdd(head, entries) {
    return frame(KIND.rosterAdd, entries.length, u32(head), zeros(4), this.hashes[head], ...entries);
  }

  chainOf(who, compartment = this.team) {
    const key = compartment.toString('hex');
    if (!who.chains.has(key)) who.chains.set(key, { next: 1n, prev: zeros(32) });
    return who.chains.get(key);
  }

  /** A segment with a body of no meaning; the chain of who goes on unless told not to. */
  segment(who, { count = 1, compartment = this.team, size = 512, keys = who.keys, stays = false, first, prev, agency = this.id } = {}) {
    const chain = this.chainOf(who, compartment);
    const head = this.hashes.length - 1;
    const header = join('FKSEGM01', u16(1), u16(1), u16(count), zeros(2), agency, compartment, u32(1), u32(head), this.hashes[head],
      who.device, u64(first ?? chain.next), prev ?? chain.prev, randomBytes(24), u32(size + 16), zeros(4));
    const body = randomBytes(size + 16);
    const content = join(header, blake2b(body));
    const signature = signFor(keys, 'segment', agency, content);
    const id = blake2b(join(content, signature));
    if (!stays) {
      chain.next += BigInt(count);
      chain.prev = id;
    }
    return { whole: join(header, body, signature), id };
  }
}

/** One device that talks to a hub. */
export class Client {
  constructor(origin, agency, who) {
    Object.assign(this, { origin, agency, who, token: undefined });
  }

  /** { status, kind, count, rest, code, headers }; code of an error frame, else 0. */
  async call(method, path, body, headers = {}) {
    const authorization = this.token === undefined ? {} : { Authorization: `Bearer ${this.token}` };
    const response = await fetch(this.origin + path, { method, body, headers: { ...authorization, 'Content-Type': 'application/octet-stream', ...headers } });
    const answer = readFrame(Buffer.from(await response.arrayBuffer()));
    return { status: response.status, headers: response.headers, code: answer.kind === KIND.error ? answer.count : 0, ...answer };
  }

  post(path, body) {
    return this.call('POST', path, body);
  }

  get(path) {
    return this.call('GET', path);
  }

  async challenge() {
    const { agency, who } = this;
    const answer = await this.post('/v1/auth/challenge', frame(KIND.challengeRequest, 0, agency.id, who.device));
    const [hubKey, challenge, time] = [answer.rest.subarray(0, 32), answer.rest.subarray(32, 96), answer.rest.subarray(96, 104)];
    const hub = createPublicKey({ key: join(Buffer.from('302a300506032b6570032100', 'hex'), hubKey), format: 'der', type: 'spki' });
    const content = signedBytes('hub-challenge', agency.id, join(hubKey, challenge, time, who.device));
    if (!verify(null, content, hub, answer.rest.subarray(104, 168))) throw new Error('the challenge is not signed by the hub');
    return { hubKey, challenge };
  }

  authFrame({ hubKey, challenge }, keys = this.who.keys) {
    const { agency, who } = this;
    const signature = signFor(keys, 'auth', agency.id, join(hubKey, challenge, who.device));
    return frame(KIND.auth, 0, agency.id, who.device, hubKey, challenge, signature);
  }

  async signIn() {
    const answer = await this.post('/v1/auth', this.authFrame(await this.challenge()));
    if (answer.status !== 200) throw new Error(`not signed in: ${answer.status}, code ${answer.code}`);
    this.token = answer.rest.toString('hex', 0, 32);
    return this;
  }

  /** [{ code, number }] of each segment, or the code of a refused request. */
  async push(...segments) {
    const answer = await this.post('/v1/push', frame(KIND.push, segments.length, ...segments.map(({ whole }) => whole)));
    if (answer.status !== 200) return answer.code;
    const outcomes = answer.rest.subarray(40);
    return segments.map((_, i) => ({ code: outcomes.readUInt16LE(16 * i), number: Number(outcomes.readBigUInt64LE(16 * i + 8)) }));
  }

  /** Ids of everything in a compartment, in the order of the log. */
  async pullIds(compartment = this.agency.team) {
    const ids = [];
    for (let after = 0n, more = true; more;) {
      const answer = await this.post('/v1/pull', frame(KIND.pull, 1, zeros(40), compartment, u64(after)));
      if (answer.status !== 200) throw new Error(`pull: ${answer.status}, code ${answer.code}`);
      more = (answer.rest.readUInt32LE(40) & 1) !== 0;
      let rest = answer.rest.subarray(48);
      for (let i = 0; i < answer.count; i++) {
        after = rest.readBigUInt64LE(0);
        const size = 176 + rest.readUInt32LE(8 + 168) + 64;
        const whole = rest.subarray(8, 8 + size);
        ids.push(blake2b(join(whole.subarray(0, 176), blake2b(whole.subarray(176, size - 64)), whole.subarray(size - 64))).toString('hex'));
        rest = rest.subarray(8 + size);
      }
    }
    return ids;
  }
}
