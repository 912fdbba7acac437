// A device with several vaults in Node: the app's actions over the real core, one store worker's service for each directory,
// on disks in memory. What the client of the core does in a browser is done here with the same services.
import { randomBytes } from 'node:crypto';

import { MemoryDisk } from './memory-host.mjs';
import { NO_PASSKEYS } from './passkeys.mjs';
import { StoreDriver } from './store-driver.mjs';
import { importWebModules } from './web-modules.mjs';

const { createApp, KeyClient } = await importWebModules('web/src/app/app.ts', 'web/src/core-client/key-client.ts');

const bytesOf = (text) => new TextEncoder().encode(text).buffer;
const outcome = (answer) => (answer.ok ? { ok: true, value: answer.reply } : answer);

export class MemoryDevice {
  /** directory -> { disk, label }; label as listVaults gives it */
  folders = new Map();
  calls = [];
  #driver = null;
  #chosen;
  #news = () => {};
  #keys = new KeyClient((send) => send(this.#driver));

  /** CorePort of web/src/app/core-port.ts. */
  port() {
    return {
      start: () => this.#start(),
      takeOver: () => this.#start(),
      choose: async (directory) => {
        await this.lock();
        return this.#turnTo(directory);
      },
      listVaults: async () => ({ ok: true, value: this.rows() }),
      call: async (command, request) => {
        this.calls.push(command);
        return outcome(await (this.#driver ?? (await this.#opened(undefined))).command(command, request));
      },
      createVault: (passphrase, entry) => this.#create(passphrase, entry),
      unlock: async ({ passphrase, prf }) => outcome(await (await this.#reopened()).addKey('unlock', passphrase, { prf })),
      lock: () => this.lock(),
      choosePin: async () => ({ ok: false, error: { code: 'invalid-input' } }),
      openByPin: async () => ({ ok: false, error: { code: 'invalid-input' } }),
      relabel: async (entry) => outcome(await this.#driver.ask({ control: 'label', entry })),
      removeUnfinished: () => this.#remove({ control: 'remove-unfinished' }),
      removeVault: (unsentCount) => this.#remove({ control: 'remove-vault', unsentCount: unsentCount ?? null }),
      sync: async (timeMs) => outcome(await this.#driver.ask({ control: 'sync', timeMs })),
      inspect: async () => ({ ok: false, error: { code: 'damaged' } }),
      unlockWithRecoveryKey: async (typed) => outcome(await (await this.#reopened()).ask({ control: 'unlock-with-recovery-key', typed: bytesOf(typed) })),
      changePassphrase: async (next, old) => outcome(await this.#keys.change({ passphrase: next }, old)),
      prove: async (given) => outcome(await this.#keys.prove(given)),
      addPasskey: async (given, isChosen) => outcome(await this.#keys.add({ ...given, isChosen })),
      setDistressPhrase: async (phrase) => outcome(await this.#keys.setDistressPhrase(phrase)),
      makeRecoveryKey: async () => outcome(await this.#driver.ask({ control: 'make-recovery-key' })),
      confirmRecoveryKey: async (typed) => outcome(await this.#driver.ask({ control: 'confirm-recovery-key', typed: bytesOf(typed) })),
      exportVault: async () => outcome(await this.#driver.ask({ control: 'export' })),
      readExportHead: async (file) => outcome(await (await this.#reopened()).ask({ control: 'export-head', file })),
      restoreExport: (file, given, entry) => this.#restore(file, given, entry),
      cancelBackup: () => void this.#driver?.ask({ control: 'cancel-export' }),
      onBackup: () => {},
      cancelSync: () => {},
      onSync: () => {},
      onNews: (listener) => { this.#news = listener; },
    };
  }

  rows() {
    return [...this.folders].map(([directory, { disk, label }]) => ({ directory, entry: label, hasKeys: disk.files[5].length > 0 }));
  }

  /** The files of one vault, for comparing. */
  bytesOf(directory) {
    return this.folders.get(directory).disk.files.map((file) => Buffer.from(file).toString('base64'));
  }

  /** The worker ends without a word, as by a trap. */
  crash() {
    this.#driver = null;
    this.#news('crashed');
  }

  async lock() {
    await this.#driver?.ask({ control: 'lock' });
    this.#driver = null;
  }

  async #start() {
    const names = [...this.folders.keys()];
    return this.#turnTo(names.length === 1 ? names[0] : undefined);
  }

  async #turnTo(directory) {
    this.#chosen = directory;
    const { state } = (await (await this.#reopened()).command('vault.status', {})).reply;
    const isNone = directory === undefined;
    const gate = state === 'none' ? (isNone ? (this.folders.size === 0 ? 'none' : 'choose') : 'unfinished') : state;
    return { kind: 'vault', state: gate, version: '1', rows: this.rows(), chosen: directory };
  }

  async #create(passphrase, entry) {
    const directory = randomBytes(16).toString('hex');
    await this.lock();
    this.folders.set(directory, { disk: new MemoryDisk(), label: 'none' });
    this.#chosen = directory;
    const driver = await this.#reopened();
    const created = await driver.create(passphrase, entry);
    return created.ok ? { ok: true, value: { ...created.reply, directory } } : created;
  }

  async #restore(file, given, entry) {
    const directory = randomBytes(16).toString('hex');
    await this.lock();
    this.folders.set(directory, { disk: new MemoryDisk(), label: 'none' });
    const driver = await this.#opened(directory);
    const restored = await driver.sendWithKeys([given], ([secrets]) => ({ control: 'restore-export', file, entry, secrets }));
    await driver.ask({ control: 'lock' });
    if (restored.ok) return { ok: true, value: { ...restored.reply, directory } };
    this.folders.delete(directory);
    return restored;
  }

  async #remove(control) {
    const removed = outcome(await (await this.#reopened()).ask(control));
    if (removed.ok) this.#driver = null;
    return removed;
  }

  async #reopened() {
    this.#driver ??= await this.#opened(this.#chosen);
    return this.#driver;
  }

  async #opened(directory) {
    const folder = this.folders.get(directory);
    const driver = new StoreDriver(folder?.disk ?? new MemoryDisk(), {
      removeDirectory: async (name) => void this.folders.delete(name),
      writeLabel: async (name, entry) => void (this.folders.get(name).label = entry),
    });
    await driver.ask({ control: 'open', directory: directory ?? null, create: false });
    return driver;
  }
}

/** An app over the device. Everything of the browser is quiet. */
export function appOn(device, overrides = {}) {
  let nextId = 0;
  const addresses = [];
  /* Run by the test, or never. */
  const timers = [];
  const app = createApp({
    appName: 'Notebook', route: undefined, embedded: {}, core: device.port(),
    platform: {
      nowMs: () => 1_790_000_000_000, today: () => '2026-09-21', newId: () => (nextId += 1).toString(16).padStart(32, 'e'),
      makePassphrase: async () => 'acid bacon cedar delta eagle', readDeviceStorage: async () => ({}), askForPersistence: async () => ({}),
      print: () => {}, saveFile: () => {}, reload: () => {}, acceptUpdate: () => {}, origin: () => 'https://app.example', isOnline: () => true,
      wordsOf: async () => [], startCamera: async () => 'none', setAddress: (route, how) => addresses.push(`${how} ${route.name}`),
      passkeys: NO_PASSKEYS,
      ...overrides,
    },
    setTimer(_ms, run) {
      timers.push(run);
      return () => {};
    },
  });
  return { app, addresses, timers };
}
