/** Exports, their test restores and restoring, as the store worker's controls: which files, which key, what is removed. */
import type { ExportReply, FileHeadReply, ReadReply } from '../protocol/backup.ts';
import type { CallResult, KdfParameters, KdfResult, SecretsGiven, StoreMessage } from '../protocol/envelope.ts';
import type { VaultEntry } from '../protocol/vault-entry.ts';
import { BackupRefusal, BackupRun, type OpeningSecrets } from './backup-run.ts';
import type { Core } from './core.ts';
import type { FileSets } from './file-sets.ts';
import type { OpenVaultFiles } from './opfs.ts';
import { closeSecrets, givenSecrets } from './given-secrets.ts';

export interface BackupPorts {
  readonly core: () => Core;
  readonly fileSets: () => FileSets | null;
  readonly environment: {
    readonly openScratch: () => Promise<OpenVaultFiles>;
    readonly removeScratch: () => Promise<void>;
    readonly post: (message: StoreMessage) => void;
  };
  /** Beside the vault that is made. */
  readonly writeLabel: (entry: VaultEntry) => Promise<void>;
  readonly derive: (parameters: KdfParameters, port: MessagePort) => Promise<KdfResult>;
}

type Answer<Reply> = CallResult<Reply, string>;

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

  verify(file: Blob, given: SecretsGiven | null): Promise<Answer<ReadReply>> {
    return this.#alone(async (run) => {
      const secrets = given === null ? null : await this.#secrets(run, file, given);
      return this.#inScratch(() => this.#test(run, file, secrets));
    });
  }

  async head(file: Blob): Promise<Answer<FileHeadReply>> {
    const { prfInputHex } = await this.#newRun().head(file);
    return { ok: true, reply: { prfInputHex } };
  }

  /**
   * The label is written first, the key file last: what is cut off in between is a folder that can be removed. That it is one of
   * practice is known only from the file; without room for saying so the vault says it itself once it is open.
   */
  restore(file: Blob, entry: VaultEntry, given: SecretsGiven): Promise<Answer<ReadReply>> {
    return this.#alone(async (run) => {
      await this.#ports.writeLabel(entry);
      const { isPractice, rowCount, unsentCount } = await run.read(file, 'restore', await this.#secrets(run, file, given), 'reading');
      if (isPractice) {
        await this.#ports.writeLabel({ ...entry, isPractice }).catch(() => undefined);
      }
      return { rowCount, unsentCount };
    });
  }

  async #test(run: BackupRun, file: Blob, secrets: OpeningSecrets | null): Promise<ReadReply> {
    const { rowCount, unsentCount } = await run.read(file, 'test', secrets, 'reading');
    return { rowCount, unsentCount };
  }

  #newRun(): BackupRun {
    return new BackupRun(this.#ports.core(), (payload) => this.#ports.environment.post({ event: 'backup', payload }));
  }

  async #alone<Reply>(work: (run: BackupRun) => Promise<Reply>): Promise<Answer<Reply>> {
    const run = this.#newRun();
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

  /** By the salt of the file. */
  async #secrets(run: BackupRun, file: Blob, given: SecretsGiven): Promise<OpeningSecrets> {
    try {
      const secrets = await givenSecrets(given, await run.head(file), this.#ports.derive);
      if (!secrets.ok) {
        throw new BackupRefusal(secrets);
      }
      return { bytes: secrets.reply, typed: new Uint8Array(given.typed === undefined ? [] : given.typed.slice(0)) };
    } finally {
      closeSecrets(given);
    }
  }
}
