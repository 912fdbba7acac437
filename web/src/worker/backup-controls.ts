/** Exports, their test restores and restoring, as the store worker's controls: which files, which key, what is removed. */
import type { BackupPhase, ExportReply, ReadReply } from '../protocol/backup.ts';
import type { CallResult, KdfParameters, KdfResult, StoreMessage } from '../protocol/envelope.ts';
import { BackupRefusal, BackupRun } from './backup-run.ts';
import type { Core } from './core.ts';
import type { FileSets } from './file-sets.ts';
import type { OpenVaultFiles } from './opfs.ts';

interface BackupPorts {
  readonly core: () => Core;
  readonly fileSets: () => FileSets | null;
  readonly environment: {
    readonly openScratch: () => Promise<OpenVaultFiles>;
    readonly removeScratch: () => Promise<void>;
    readonly post: (message: StoreMessage) => void;
  };
  readonly derive: (parameters: KdfParameters, port: MessagePort) => Promise<KdfResult>;
}

type Answer<Reply> = CallResult<Reply, string>;

const SECRETS_SIZE_BYTES = 88;
const HAS_PASSPHRASE = 1;
const PASSPHRASE_OFFSET_BYTES = 4;

export class BackupControls {
  readonly #ports: BackupPorts;
  #run: BackupRun | null = null;
  /** Asked for and waiting in the queue; of these, how many were cancelled there. */
  #waitingCount = 0;
  #cancelledCount = 0;

  constructor(ports: BackupPorts) {
    this.#ports = ports;
  }

  /** One of the three below is in the queue now. */
  announce(): void {
    this.#waitingCount += 1;
  }

  /** All that is under way or waiting. */
  cancel(): void {
    this.#run?.cancel();
    this.#cancelledCount = this.#waitingCount;
  }

  /** Written, read back into a store of its own and compared; only then it is one. */
  export(): Promise<Answer<ExportReply>> {
    return this.#alone(async (run) => {
      const { file, rowCount, digestHex } = await run.export();
      const tested = await this.#inScratch(() => run.read(file, 'test', null, 'testing'));
      if (tested.digestHex !== digestHex) {
        throw new BackupRefusal({ ok: false, error: { code: 'damaged', detail: 'not-equal' } });
      }
      return { file, rowCount };
    });
  }

  verify(file: Blob, port: MessagePort | null): Promise<Answer<ReadReply>> {
    return this.#alone(async (run) => {
      const secrets = port === null ? null : await this.#secrets(run, file, port);
      return this.#inScratch(() => this.#read(run, file, 'test', secrets, 'reading'));
    });
  }

  restore(file: Blob, port: MessagePort): Promise<Answer<ReadReply>> {
    return this.#alone(async (run) => this.#read(run, file, 'restore', await this.#secrets(run, file, port), 'reading'));
  }

  async #read(run: BackupRun, file: Blob, purpose: 'test' | 'restore', secrets: Uint8Array | null, phase: BackupPhase): Promise<ReadReply> {
    const { rowCount, unsentCount } = await run.read(file, purpose, secrets, phase);
    return { rowCount, unsentCount };
  }

  async #alone<Reply>(work: (run: BackupRun) => Promise<Reply>): Promise<Answer<Reply>> {
    const run = new BackupRun(this.#ports.core(), (payload) => this.#ports.environment.post({ event: 'backup', payload }));
    this.#run = run;
    this.#waitingCount -= 1;
    if (this.#cancelledCount > 0) {
      this.#cancelledCount -= 1;
      run.cancel();
    }
    try {
      return { ok: true, reply: await work(run) };
    } finally {
      this.#run = null;
    }
  }

  async #inScratch<Result>(work: () => Promise<Result>): Promise<Result> {
    const { environment } = this.#ports;
    const sets = this.#ports.fileSets();
    sets?.openOther(await environment.openScratch());
    try {
      return await work();
    } finally {
      sets?.closeOther();
      await environment.removeScratch();
    }
  }

  /** The key of the passphrase, by the salt of the file. */
  async #secrets(run: BackupRun, file: Blob, port: MessagePort): Promise<Uint8Array> {
    const { saltHex, memoryKib, passes } = await run.head(file).catch((error: unknown) => {
      port.close();
      throw error;
    });
    const result = await this.#ports.derive({ saltHex, memoryKib, passes }, port);
    if (!result.ok) {
      throw new BackupRefusal(result);
    }
    const secrets = new Uint8Array(SECRETS_SIZE_BYTES);
    secrets[0] = HAS_PASSPHRASE;
    const key = new Uint8Array(result.key);
    secrets.set(key, PASSPHRASE_OFFSET_BYTES);
    key.fill(0);
    return secrets;
  }
}
