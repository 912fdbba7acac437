// Goal: a change of master key through the store worker ends with one vault, under the new passphrase, in the new
// directory; cut off at any call of any file or of the journal, the next start keeps exactly one, with everything in it.
// Method: the worker's service over directories in memory, the shipped core; keys stand in for derived ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryDisk } from '../support/memory-host.mjs';
import { ENTRY, StoreDriver } from '../support/store-driver.mjs';

const FROM = 'f'.repeat(32);
const TO = 'e'.repeat(32);
const CASE = 'c0000000000000000000000000000001';
const VICTIM = 'a0000000000000000000000000000001';
const TIME_MS = 1_790_000_000_000;
const LIST = { limit: 100, closedToo: true };
const codeOf = (answer) => (answer.ok ? 'ok' : answer.error.code);

/** Quick: what matters here is which key, not how it came from a phrase. */
const keyOf = async (typed) => {
  const key = new Uint8Array(32);
  new TextEncoder().encodeInto(typed, key);
  return { ok: true, key: key.buffer };
};

/** Directories of one device. `downAt`: from that call on nothing answers any more, as after a kill. */
class Device {
  disks = new Map();
  move = null;
  calls = 0;
  downAt = Infinity;

  get isDown() {
    return this.calls > this.downAt;
  }

  #count() {
    this.calls += 1;
    if (this.isDown) throw new Error('killed');
  }

  #files(directory) {
    const disk = this.disks.get(directory);
    const guarded = (name) => (...values) => {
      this.calls += 1;
      return this.isDown ? -1 : disk[name](...values);
    };
    return { read: guarded('read'), write: guarded('write'), flush: guarded('flush'), truncate: guarded('truncate'), size: guarded('size'), close: () => undefined };
  }

  driver() {
    return new StoreDriver(new MemoryDisk(), {
      openFiles: async (directory, create) => {
        this.#count();
        if (!this.disks.has(directory) && !create) throw new Error('no directory');
        if (!this.disks.has(directory)) this.disks.set(directory, new MemoryDisk());
        return this.#files(directory);
      },
      removeDirectory: async (directory) => {
        this.#count();
        this.disks.delete(directory);
      },
      journal: {
        read: async () => this.move,
        write: async (move) => (this.#count(), (this.move = move)),
        clear: async () => (this.#count(), (this.move = null)),
      },
    });
  }
}

async function withVault() {
  const device = new Device();
  const driver = device.driver();
  await driver.ask({ control: 'open', directory: FROM, create: true });
  assert.equal(codeOf(await driver.withPassphrase({ control: 'create', memoryKib: 65_536, entry: ENTRY }, 'old phrase', keyOf)), 'ok');
  for (const [type, recordId, fields] of [
    ['case', CASE, { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH', reference: 'NM-7' }],
    ['person', VICTIM, { name: 'Siân Alder' }],
    ['party', 'a1000000000000000000000000000001', { person: VICTIM, role: 'victim' }],
  ]) {
    const changes = Object.entries(fields).map(([field, value]) => ({ field, value }));
    await driver.command('draft.save', { timeMs: TIME_MS, caseId: CASE, recordId, type, changes });
  }
  const recordIds = [CASE, VICTIM, 'a1000000000000000000000000000001'];
  assert.equal(codeOf(await driver.command('draft.commit', { mutationId: '9'.repeat(32), timeMs: TIME_MS, recordIds })), 'ok');
  return { device, driver, list: await driver.command('case.list', LIST) };
}

const rekey = (driver) => driver.withPassphrase({ control: 'rekey', to: TO, memoryKib: 65_536 }, 'new phrase', keyOf);

/** What a start finds: after settling, the one directory, what opens it, and its list. */
async function start(device) {
  device.downAt = Infinity;
  const settling = device.driver();
  assert.equal(codeOf(await settling.ask({ control: 'settle' })), 'ok');
  assert.equal(device.move, null);
  const found = [];
  for (const directory of device.disks.keys()) {
    for (const phrase of ['old phrase', 'new phrase']) {
      const driver = device.driver();
      await driver.ask({ control: 'open', directory, create: false });
      if (codeOf(await driver.withPassphrase({ control: 'unlock' }, phrase, keyOf)) === 'ok') {
        found.push({ directory, phrase, list: await driver.command('case.list', LIST) });
      }
    }
  }
  return found;
}

test('the vault is under the new passphrase in the new directory, and the old one is gone', async () => {
  const { device, driver, list } = await withVault();
  const answer = await rekey(driver);
  assert.equal(codeOf(answer), 'ok', JSON.stringify(answer));
  assert.deepEqual(answer.reply, { directory: TO });
  assert.equal(driver.hasEnded, true);
  assert.deepEqual([...device.disks.keys()], [TO]);
  assert.deepEqual(await start(device), [{ directory: TO, phrase: 'new phrase', list }]);
});

test('a copy that is refused or cancelled leaves the vault open and nothing of itself', async () => {
  const { device, driver, list } = await withVault();
  const failing = async () => ({ ok: false, error: { code: 'kdf-no-memory', detail: '' } });
  assert.equal(codeOf(await driver.withPassphrase({ control: 'rekey', to: TO, memoryKib: 65_536 }, 'x', failing)), 'kdf-no-memory');
  assert.deepEqual([...device.disks.keys()], [FROM]);
  assert.equal(device.move, null);
  assert.deepEqual(await driver.command('case.list', LIST), list);
  const copying = rekey(driver);
  await new Promise((resolve) => setTimeout(resolve));
  await driver.ask({ control: 'cancel-export' });
  assert.ok(['cancelled', 'ok'].includes(codeOf(await copying)));
});

test('killed at any call, exactly one vault is there and nothing of it is lost', async () => {
  const counted = await withVault();
  const before = counted.device.calls;
  assert.equal(codeOf(await rekey(counted.driver)), 'ok');
  const total = counted.device.calls - before;
  const kept = { [FROM]: 0, [TO]: 0 };
  for (let k = 0; k <= total; k++) {
    const { device, driver, list } = await withVault();
    device.downAt = device.calls + k;
    await rekey(driver);
    const found = await start(device);
    assert.equal(found.length, 1, `call ${k}: ${JSON.stringify(found.map(({ directory, phrase }) => [directory, phrase]))}`);
    assert.deepEqual(found[0].list, list, `call ${k}`);
    assert.equal(found[0].phrase, found[0].directory === FROM ? 'old phrase' : 'new phrase');
    kept[found[0].directory] += 1;
  }
  assert.ok(kept[FROM] > 20 && kept[TO] >= 3, JSON.stringify(kept));
  console.log(`killed at ${total + 1} calls: ${kept[FROM]} times the old vault, ${kept[TO]} times the copy`);
});
