// The store worker's service in Node: the code the browser runs, on a disk in memory, with real modules and real ports.
import { MemoryDisk, memoryPorts } from './memory-host.mjs';
import { importWebModules } from './web-modules.mjs';
import { wasmModule } from './wasm-modules.mjs';

const { StoreService, Core, derive, normalPassphrase } = await importWebModules(
  'web/src/worker/store-service.ts',
  'web/src/worker/core.ts',
  'web/src/worker/kdf.ts',
  'web/src/protocol/passphrase.ts',
);

export const DIRECTORY = '0123456789abcdef0123456789abcdef';
export const MEMORY_KIB = 65_536;
export const ENTRY = { label: 'Notebook 1', isPractice: false, isWiped: false };

/** One life of a store worker on a disk. */
export class StoreDriver {
  events = [];
  hasEnded = false;
  removed = [];
  labels = [];
  answerCount = 0;
  /** One heartbeat of the lock; undefined while none is due. */
  beat = undefined;
  #open = new Map();
  #nextId = 1;

  constructor(disk, overrides = {}) {
    this.disk = disk;
    const { ports = {}, onCore = () => undefined, ...environment } = overrides;
    this.service = new StoreService({
      openFiles: async () => disk.open(),
      removeDirectory: async (directory) => void this.removed.push(directory),
      writeLabel: async (directory, entry) => void this.labels.push({ directory, ...entry }),
      probe: async () => undefined,
      openScratch: async () => (this.scratch = new MemoryDisk()),
      removeScratch: async () => (this.scratch = undefined),
      copyLabel: async () => undefined,
      journal: { read: async () => null, write: async () => undefined, clear: async () => undefined },
      loadCore: async (files) => {
        const core = await Core.load(await wasmModule('core'), memoryPorts(disk, { files, ...ports }));
        onCore(core);
        return core;
      },
      sync: {
        fetch: (url, init) => fetch(url, init),
        setTimer: () => () => undefined,
        monotonicMs: () => performance.now(),
        wasForbidden: async () => false,
      },
      every: (_ms, run) => {
        this.beat = run;
        return () => (this.beat = undefined);
      },
      post: (message) => this.#receive(message),
      end: () => (this.hasEnded = true),
      ...environment,
    });
  }

  /** Of what was asked last. */
  get lastId() {
    return this.#nextId - 1;
  }

  ask(body) {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#open.set(id, resolve);
      this.service.receive({ id, ...body });
    });
  }

  open(create = false) {
    return this.ask({ control: 'open', directory: DIRECTORY, create });
  }

  command(command, request) {
    return this.ask({ command, request });
  }

  /** What the page does with a passphrase: a second party derives, its key comes by a port. */
  async withPassphrase(control, typed, answer = deriveAs) {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = async ({ data }) => {
      const result = await answer(typed, data);
      port2.postMessage(result, result.ok ? [result.key] : []);
      port2.close();
    };
    try {
      return await this.ask({ ...control, port: port1, secrets: { port: port1 } });
    } finally {
      port2.close();
    }
  }

  create(typed, entry = ENTRY) {
    return this.withPassphrase({ control: 'create', memoryKib: MEMORY_KIB, entry }, typed);
  }

  /** Other keys in the open vault; old is left out, or a passphrase. */
  changeKey(typed, old, { prf } = {}) {
    const [secrets, proof] = [portFor(typed), old === undefined ? undefined : portFor(old)];
    return this.ask({ control: 'change-key', secrets: { ...secrets, prf }, old: proof });
  }

  addKey(control, typed, { prf, isChosen } = {}) {
    return this.ask({ control, ...portFor(typed), prf, isChosen });
  }

  unlock(typed) {
    return this.withPassphrase({ control: 'unlock' }, typed);
  }

  /** As StoreConnection of the core client has it. */
  sendWithKeys(keys, message) {
    const given = ({ passphrase, isChosen, prf, recoveryKey }) =>
      recoveryKey === undefined ? { ...portFor(passphrase), isChosen, prf } : { typed: new TextEncoder().encode(recoveryKey).buffer };
    return this.ask(message(keys.map(given)));
  }

  #receive(message) {
    if ('event' in message) {
      this.events.push(message);
      return;
    }
    const { id, ...answer } = message;
    this.answerCount += 1;
    const settle = this.#open.get(id);
    this.#open.delete(id);
    settle(answer);
  }
}

/** A port whose other end derives, or none for no passphrase. */
function portFor(typed) {
  if (typed === undefined) return {};
  const { port1, port2 } = new MessageChannel();
  port2.onmessage = async ({ data }) => {
    const result = await deriveAs(typed, data);
    port2.postMessage(result, result.ok ? [result.key] : []);
    port2.close();
  };
  return { port: port1 };
}

async function deriveAs(typed, parameters) {
  return derive(await wasmModule('kdf'), new TextEncoder().encode(normalPassphrase(typed)), parameters);
}

/** A disk that already holds a vault; the driver is open on it. */
export async function driverWithVault(disk, passphrase, overrides) {
  const driver = new StoreDriver(disk, overrides);
  const opened = await driver.open(true);
  const created = opened.ok ? await driver.create(passphrase) : opened;
  if (!created.ok) {
    throw new Error(JSON.stringify(created));
  }
  return driver;
}
