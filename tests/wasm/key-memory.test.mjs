// Goal: after a lock the core's memory holds no byte of a key: not the master key, nothing derived from it, not the
// device's secret keys, not the passphrase key, not a recovery key, not a team's keys, made here or got by sync. Method: core.wasm on a random source that is noted
// down, so that the keys are known; the whole memory is searched. Each search finds them before the lock, so it can.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { after, test } from 'node:test';

import { Agency } from '../cli/support/team.mjs';
import { MemoryDisk, memoryPorts } from '../support/memory-host.mjs';
import { importWebModules } from '../support/web-modules.mjs';
import { wasmModule } from '../support/wasm-modules.mjs';

const { instantiateWithHost } = await importWebModules('web/src/worker/core.ts');
const { COMMAND_IDS } = await importWebModules('web/src/protocol/protocol.gen.ts');
const { SECRETS_SIZE_BYTES, secretBytes } = await importWebModules('web/src/protocol/secrets.ts');
const { answerBytes, readEffect, transport } = await importWebModules('web/src/worker/sync-frames.ts', 'web/src/worker/sync-transport.ts');

const KEY_SIZE_BYTES = 32;
const VAULT_KEYS_SIZE_BYTES = 4 * KEY_SIZE_BYTES;
/** A piece this long is no accident, and finds a key that was moved or partly overwritten. */
const PIECE_SIZE_BYTES = 12;
const CASE = 'c0000000000000000000000000000001';
/** What a person typed into a record. */
const TYPED = 'Quillfeather 7 Velarium';

/** One core whose random bytes are known. */
async function noted() {
  const draws = [];
  const disk = new MemoryDisk();
  const ports = memoryPorts(disk, {
    fillRandom: (target) => {
      webcrypto.getRandomValues(target);
      draws.push(Buffer.from(target));
    },
  });
  const { exports, memory } = await instantiateWithHost(await wasmModule('core'), ports);
  const runBytes = (command, request) => {
    const address = exports.fk_abi_alloc(request.length);
    memory.write(address, request);
    assert.equal(exports.fk_abi_call(COMMAND_IDS[command], address, request.length), 0);
    exports.fk_abi_free(address, request.length);
    return Buffer.from(memory.copy(exports.fk_abi_reply_ptr(), exports.fk_abi_reply_size_bytes()));
  };
  const run = (command, request) => {
    const reply = JSON.parse(runBytes(command, Buffer.from(JSON.stringify(request))).toString());
    assert.equal(reply.ok, true, `${command}: ${JSON.stringify(reply)}`);
    return reply.reply;
  };
  /** Draws of the size of a key while act runs. */
  const drawnKeys = (act) => {
    const before = draws.length;
    act();
    return draws.slice(before).filter((bytes) => bytes.length === KEY_SIZE_BYTES);
  };
  return { draws, drawnKeys, memory, run, runBytes };
}

/** The same with a new vault in it; keys: by name, as they were drawn. */
async function notedVault() {
  const core = await noted();
  const passphraseKey = Buffer.from(webcrypto.getRandomValues(new Uint8Array(KEY_SIZE_BYTES)));
  const secrets = () => secretBytes({ passphraseKey: new Uint8Array(passphraseKey).buffer });
  core.run('core.start', {});
  core.run('vault.prepare', { memoryKib: 65_536 });
  const drawn = core.drawnKeys(() => assert.match(core.runBytes('vault.create', secrets()).toString(), /"ok":true/));
  // The second is the state from which the cipher of SQLite draws nonces, which stand in the files: no key.
  assert.equal(drawn.length, 4);
  const [master, , signingSeed, boxSecret] = drawn;
  const keys = [
    ['master key', master], ['signing seed', signingSeed], ['box secret', boxSecret], ...(await derivedFrom(master)),
  ];
  return { ...core, passphraseKey, secrets, keys };
}

async function derivedFrom(master) {
  const { exports, memory } = await instantiateWithHost(await wasmModule('core-test'), memoryPorts());
  const source = exports.fk_test_alloc(KEY_SIZE_BYTES);
  const target = exports.fk_test_alloc(VAULT_KEYS_SIZE_BYTES);
  memory.write(source, master);
  exports.fk_test_vault_keys(source, target);
  const keys = Buffer.from(memory.copy(target, VAULT_KEYS_SIZE_BYTES));
  return ['page key', 'MAC key', 'identity wrap', 'export key'].map((name, i) => [name, keys.subarray(i * KEY_SIZE_BYTES, (i + 1) * KEY_SIZE_BYTES)]);
}

/** Names of the keys of which any piece is somewhere in memory. */
function found(memory, keys) {
  const everything = Buffer.from(memory.copy(0, memory.sizeBytes));
  const isThere = (key) => {
    for (let at = 0; at + PIECE_SIZE_BYTES <= key.length; at += 4) {
      if (everything.includes(key.subarray(at, at + PIECE_SIZE_BYTES))) return true;
    }
    return false;
  };
  return keys.filter(([, key]) => isThere(key)).map(([name]) => name);
}

test('lock__leaves_no_byte_of_any_key_in_memory', async () => {
  const core = await notedVault();
  const { passphraseKey, secrets, keys: always } = core;
  const keys = [...always, ['passphrase key', passphraseKey]];

  const work = () => {
    core.run('draft.save', {
      timeMs: 1, caseId: CASE, recordId: CASE, type: 'case', changes: [{ field: 'reference', value: TYPED }],
    });
    core.run('case.get', { caseId: CASE });
    core.run('vault.check', {});
  };
  work();
  const printed = core.runBytes('keys.recovery.make', Buffer.from('{}')).subarray(1);
  const recovery = core.draws.at(-1);
  assert.equal(recovery.length, 20);
  keys.push(['recovery key', recovery], ['text of a record', Buffer.from(TYPED)]);
  const open = found(core.memory, keys);
  for (const name of [...always.map(([keyName]) => keyName), 'recovery key']) {
    assert.ok(open.includes(name), `the search finds the ${name} while the vault is open: ${open}`);
  }
  assert.ok(!open.includes('passphrase key'), 'of the passphrase nothing is kept, even while the vault is open');
  const nextKey = Buffer.from(webcrypto.getRandomValues(new Uint8Array(KEY_SIZE_BYTES)));
  keys.push(['next passphrase key', nextKey]);
  const change = new Uint8Array(2 * SECRETS_SIZE_BYTES);
  change.set(secretBytes({ passphraseKey: new Uint8Array(nextKey).buffer }), SECRETS_SIZE_BYTES);
  assert.match(core.runBytes('keys.recovery.confirm', printed).toString(), /"ok":true/);
  assert.match(core.runBytes('keys.change', change).toString(), /"ok":true/);
  core.run('vault.lock', {});
  assert.deepEqual(found(core.memory, keys), [], 'after the lock');

  for (const [command, request] of [
    ['vault.unlock', secretBytes({ passphraseKey: new Uint8Array(nextKey).buffer })],
    ['keys.recovery.unlock', printed],
  ]) {
    assert.match(core.runBytes(command, request).toString(), /"ok":true/, command);
    work();
    assert.ok(found(core.memory, keys).includes('master key'));
    core.run('vault.lock', {});
    assert.deepEqual(found(core.memory, keys), [], `after ${command} and the next lock`);
  }
  assert.match(core.runBytes('vault.unlock', secrets()).toString(), /"code":"auth"/);
  assert.deepEqual(found(core.memory, keys), [], 'after a passphrase that opened nothing');
});

/** Over a connection that the hub had closed meanwhile a run ends early; the next one goes on. */
const RUNS_MAX = 3;

/** Sync to its end, over the worker's own transport. Out: the tokens the hub gave. */
async function sync(core, hub) {
  const ports = { fetch, setTimer: () => () => undefined, wasForbidden: async () => false };
  const tokens = new Set();
  let problem = 'none yet';
  for (let run = 0; run < RUNS_MAX && problem !== undefined; run += 1) {
    core.run('sync.begin', { timeMs: Date.now() });
    for (let answer = { kind: 'none' }; ;) {
      const effect = readEffect(core.runBytes('sync.step', answerBytes(answer)));
      if (effect.kind === 'done') break;
      if (effect.token !== '') tokens.add(effect.token);
      ({ answer } = await transport(ports, hub, effect, new AbortController().signal));
    }
    ({ problem } = core.run('sync.status', {}));
  }
  assert.equal(problem, undefined);
  return [...tokens].flatMap((token) => [['token', Buffer.from(token, 'hex')], ['token as text', Buffer.from(token)]]);
}

const agency = await Agency.start();
after(() => agency.end());

test('lock__leaves_no_byte_of_a_team_s_keys_made_here_or_got_by_sync', async () => {
  const hub = agency.origin;
  const [office, colleague] = [await notedVault(), await notedVault()];
  const wish = (code) => ({ timeMs: Date.now(), code, hub, deviceLabel: 'Device', deviceKind: 'office' });
  const teamKeys = office.drawnKeys(() =>
    office.run('enrol.begin', { ...wish(agency.code), personName: 'Robin Office', teamName: 'Northern team' }));
  assert.equal(teamKeys.length, 2);
  const epochs = [['key of the agency', teamKeys[0]], ['key of the team', teamKeys[1]]];
  const tokens = await sync(office, hub);
  const { inviteId, code } = office.run('invite.begin', { timeMs: Date.now(), personName: 'Alex Ward', administrator: false });
  await sync(office, hub);
  colleague.run('enrol.begin', wish(code));
  colleague.run('enrol.confirm', {});
  tokens.push(...(await sync(colleague, hub)));
  await sync(office, hub);
  office.run('invite.confirm', { inviteId, timeMs: Date.now() });
  for (const core of [office, colleague, office, colleague]) tokens.push(...(await sync(core, hub)));
  assert.equal(colleague.run('team.status', {}).state, 'member');
  assert.ok(tokens.length > 0);

  for (const [name, core] of [['office', office], ['colleague', colleague]]) {
    const recordId = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString('hex');
    const changes = [['status', 'open'], ['openedOn', '2026-09-21'], ['areaProfile', 'AREA_NORTHMARSH']].map(([field, value]) => ({ field, value }));
    core.run('draft.save', { timeMs: Date.now(), caseId: recordId, recordId, type: 'case', changes });
    core.run('draft.commit', { mutationId: recordId, timeMs: Date.now(), recordIds: [recordId] });
    await sync(core, hub);
    const open = found(core.memory, epochs);
    assert.deepEqual(open, epochs.map(([keyName]) => keyName), `the search finds the team's keys while the vault of the ${name} is open`);
    core.run('vault.lock', {});
    assert.deepEqual(found(core.memory, [...core.keys, ...epochs, ...tokens]), [], `${name}: after the lock`);
    assert.match(core.runBytes('vault.unlock', core.secrets()).toString(), /"ok":true/);
    await sync(core, hub);
    core.run('vault.lock', {});
    assert.deepEqual(found(core.memory, [...core.keys, ...epochs, ...tokens]), [], `${name}: after a run of a second session and its lock`);
  }
});
