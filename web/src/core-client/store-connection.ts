/**
 * One store worker and the requests it has not answered.
 *
 * Every request gets exactly one result. When the worker ends without answering, by a trap or because
 * the page ended it, what is open gets 'crashed' or 'stopped'.
 */
import { newKdfWorker, onKdfFailure } from './kdf-connection.ts';
import type { BackupProgress } from '../protocol/backup.ts';
import type { CallResult, CommandRequest, Control, KdfRequest, SecretsGiven, StoreEvent, StoreMessage } from '../protocol/envelope.ts';
import type { LockView } from '../protocol/protocol.gen.ts';
import type { SyncStatus } from '../protocol/sync.ts';
import { startWorker } from './workers.ts';

export type Result<Reply> = CallResult<Reply, string>;
/** What a person gives to open a vault, or to open it from now on. */
export interface Keys {
  readonly passphrase?: string | undefined;
  /** the words are the person's own: at least 16 characters, and only together with a passkey */
  readonly isChosen?: boolean | undefined;
  /** output of a passkey, transferred away by its use */
  readonly prf?: ArrayBuffer | undefined;
  /** as it was typed; instead of the others, and for an exported file alone */
  readonly recoveryKey?: string | undefined;
}

/** A control without the secrets in it; with gives the message back with them. */
export type WithSecrets = (given: readonly SecretsGiven[]) => Control;

export const STOPPED: Result<never> = { ok: false, error: { code: 'stopped', detail: 'the worker has ended' } };

/** What a worker says by itself. */
export interface StoreListener {
  readonly onCrash: () => void;
  readonly onSync: (status: SyncStatus) => void;
  readonly onBackup: (progress: BackupProgress) => void;
  /** The lock is in another state. After cold the worker has ended. */
  readonly onLock: (view: LockView) => void;
}

export class StoreConnection {
  readonly #worker: Worker;
  readonly #listener: StoreListener | null;
  readonly #open = new Map<number, (result: Result<unknown>) => void>();
  #kdfWorker: Worker | null = null;
  #nextId = 1;
  #hasEnded = false;

  constructor(listener: StoreListener | null) {
    this.#listener = listener;
    this.#worker = startWorker('store');
    this.#worker.onmessage = (event: MessageEvent<StoreMessage>) => this.#receive(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#crash('the worker script failed');
    };
    this.#worker.onmessageerror = () => this.#crash('a message could not be read');
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  send(body: Control | CommandRequest, transfer: Transferable[] = [], id = this.#nextId++): Promise<Result<unknown>> {
    if (this.#hasEnded) {
      return Promise.resolve(STOPPED);
    }
    return new Promise((resolve) => {
      this.#open.set(id, resolve);
      this.#worker.postMessage({ id, ...body }, transfer);
    });
  }

  /** Start the worker of the next derivation, which loads its program. Kept until it is used, or until the end. */
  makeKdfReady(): void {
    if (!this.#hasEnded) {
      this.#kdfWorker ??= newKdfWorker(() => (this.#kdfWorker = null));
    }
  }

  /**
   * Each passphrase goes to a KDF worker of its own; the key it makes goes to the store worker, not here. With its worker
   * ends the memory that the derivation took.
   */
  async sendWithKeys(keys: readonly Keys[], message: WithSecrets): Promise<Result<unknown>> {
    const id = this.#nextId++;
    const workers: Worker[] = [];
    const transfer: Transferable[] = [];
    const given = keys.map(({ passphrase, isChosen, prf, recoveryKey }): SecretsGiven => {
      if (prf !== undefined) transfer.push(prf);
      if (recoveryKey !== undefined) {
        const typed = new TextEncoder().encode(recoveryKey).buffer;
        transfer.push(typed);
        return { typed };
      }
      if (passphrase === undefined) return { prf };
      const { port1, port2 } = new MessageChannel();
      transfer.push(port1);
      workers.push(this.#derive(passphrase, port2, id));
      return { port: port1, isChosen, prf };
    });
    try {
      return await this.send(message(given), transfer, id);
    } finally {
      workers.forEach((worker) => worker.terminate());
    }
  }

  /** of: the request that waits for the key. */
  #derive(passphrase: string, port: MessagePort, of: number): Worker {
    const abandon = (): void => void this.send({ control: 'abandon-derivation', of });
    const worker = this.#kdfWorker === null ? newKdfWorker(abandon) : onKdfFailure(this.#kdfWorker, abandon);
    this.#kdfWorker = null;
    worker.postMessage({ passphrase, port } satisfies KdfRequest, [port]);
    return worker;
  }

  /** Wipe, close and end: asked first; after deadlineMs, or when answered, terminated. */
  async lock(deadlineMs: number): Promise<void> {
    let timer = 0;
    const deadline = new Promise<void>((resolve) => {
      timer = window.setTimeout(resolve, deadlineMs);
    });
    await Promise.race([this.send({ control: 'lock' }), deadline]);
    window.clearTimeout(timer);
    this.#end(STOPPED);
  }

  /** Without waiting, for a page that is going away. */
  postLock(): void {
    void this.send({ control: 'lock' });
  }

  #receive(message: StoreMessage): void {
    if ('event' in message) {
      this.#hear(message);
      return;
    }
    const { id, ...result } = message;
    const settle = this.#open.get(id);
    this.#open.delete(id);
    settle?.(result);
  }

  #hear(message: StoreEvent): void {
    if (this.#hasEnded) return;
    switch (message.event) {
      case 'crashed':
        this.#crash(message.payload.detail);
        return;
      case 'sync':
        this.#listener?.onSync(message.payload);
        return;
      case 'backup':
        this.#listener?.onBackup(message.payload);
        return;
      case 'lock':
        if (message.payload.state === 'cold') this.#end(STOPPED);
        this.#listener?.onLock(message.payload);
    }
  }

  #crash(detail: string): void {
    if (!this.#hasEnded) {
      this.#end({ ok: false, error: { code: 'crashed', detail } });
      this.#listener?.onCrash();
    }
  }

  #end(result: Result<never>): void {
    this.#hasEnded = true;
    this.#kdfWorker?.terminate();
    this.#kdfWorker = null;
    this.#worker.terminate();
    const open = [...this.#open.values()];
    this.#open.clear();
    open.forEach((settle) => settle(result));
  }
}
