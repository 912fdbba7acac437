/**
 * One store worker and the requests it has not answered.
 *
 * Every request gets exactly one result. When the worker ends without answering, by a trap or because
 * the page ended it, what is open gets 'crashed' or 'stopped'.
 */
import { trustedScriptUrl } from '../platform/trusted-urls.ts';
import type { BackupProgress } from '../protocol/backup.ts';
import type { CallResult, CommandRequest, Control, KdfRequest, StoreEvent, StoreMessage } from '../protocol/envelope.ts';
import type { LockView } from '../protocol/protocol.gen.ts';
import type { SyncStatus } from '../protocol/sync.ts';

export type Result<Reply> = CallResult<Reply, string>;
export type PassphraseControl =
  | { readonly control: 'unlock' }
  | { readonly control: 'inspect' }
  | { readonly control: 'create'; readonly memoryKib: number }
  | { readonly control: 'verify-export' | 'restore-export'; readonly file: Blob };

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
  #nextId = 1;
  #hasEnded = false;

  constructor(listener: StoreListener | null) {
    this.#listener = listener;
    this.#worker = new Worker(trustedScriptUrl('storeWorkerUrl'), { type: 'module', name: 'store' });
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

  send(body: Control | CommandRequest, transfer: Transferable[] = []): Promise<Result<unknown>> {
    if (this.#hasEnded) {
      return Promise.resolve(STOPPED);
    }
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#open.set(id, resolve);
      this.#worker.postMessage({ id, ...body }, transfer);
    });
  }

  /** A KDF worker of its own gets the passphrase; the key it makes goes to the store worker, not here. */
  async sendWithPassphrase(control: PassphraseControl, passphrase: string): Promise<Result<unknown>> {
    const { port1, port2 } = new MessageChannel();
    const kdfWorker = new Worker(trustedScriptUrl('kdfWorkerUrl'), { type: 'module', name: 'kdf' });
    kdfWorker.onerror = (event) => {
      event.preventDefault();
      void this.send({ control: 'abandon-derivation' });
    };
    try {
      const result = this.send({ ...control, port: port1 }, [port1]);
      kdfWorker.postMessage({ passphrase, port: port2 } satisfies KdfRequest, [port2]);
      return await result;
    } finally {
      kdfWorker.terminate();
    }
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
    this.#worker.terminate();
    const open = [...this.#open.values()];
    this.#open.clear();
    open.forEach((settle) => settle(result));
  }
}
