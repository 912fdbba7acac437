/** Copies of a vault as the client offers them: exports, their verification, restoring, and a change of master key. */
import { newId } from '../platform/random.ts';
import type { ExportReply, FileHeadReply, ReadReply, RekeyReply } from '../protocol/backup.ts';
import type { VaultEntry } from '../protocol/vault-entry.ts';
import { STOPPED, type Keys, type Result, type StoreConnection } from './store-connection.ts';

export interface RestoredVault extends ReadReply {
  readonly directory: string;
}

/** What of the client they need. */
export interface CopyPorts {
  /** The worker of the chosen vault, or a new one. A refusal: another window is live, or the files cannot be opened. */
  readonly open: (directory: string | null, create: boolean) => Promise<Result<StoreConnection>>;
  readonly chosen: () => string | null;
  readonly choose: (directory: string | null) => void;
  readonly removeUnfinished: () => Promise<unknown>;
  readonly lock: () => Promise<void>;
  /** Settings of the key derivation to try, largest first. */
  readonly settings: () => Promise<readonly number[]>;
}

export class VaultCopies {
  readonly #ports: CopyPorts;

  constructor(ports: CopyPorts) {
    this.#ports = ports;
  }

  async export(): Promise<Result<ExportReply>> {
    const opened = await this.#ports.open(this.#ports.chosen(), false);
    return opened.ok ? ((await opened.reply.send({ control: 'export' })) as Result<ExportReply>) : opened;
  }

  async verify(file: Blob, keys: Keys | null): Promise<Result<ReadReply>> {
    const opened = await this.#ports.open(this.#ports.chosen(), false);
    if (!opened.ok) {
      return opened;
    }
    const verified = opened.reply.sendWithKeys(
      keys === null ? [] : [keys],
      ([secrets = null]) => ({ control: 'verify-export', file, secrets }),
    );
    return (await verified) as Result<ReadReply>;
  }

  async readHead(file: Blob): Promise<Result<FileHeadReply>> {
    const opened = await this.#ports.open(this.#ports.chosen(), false);
    return opened.ok ? ((await opened.reply.send({ control: 'export-head', file })) as Result<FileHeadReply>) : opened;
  }

  /** On failure nothing of it stays, and the vault that was chosen is chosen again. */
  async restore(file: Blob, keys: Keys, entry: VaultEntry): Promise<Result<RestoredVault>> {
    const directory = newId();
    const before = this.#ports.chosen();
    const opened = await this.#ports.open(directory, true);
    const restored = opened.ok
      ? await opened.reply.sendWithKeys([keys], ([secrets = {}]) => ({ control: 'restore-export', file, entry, secrets }))
      : opened;
    this.#ports.choose(directory);
    if (!restored.ok) {
      await this.#ports.removeUnfinished();
      this.#ports.choose(before);
      return restored;
    }
    return { ok: true, reply: { ...(restored.reply as ReadReply), directory } };
  }

  async changeMasterKey(keys: Keys): Promise<Result<RekeyReply>> {
    const opened = await this.#ports.open(this.#ports.chosen(), false);
    if (!opened.ok) {
      return opened;
    }
    const to = newId();
    let changed: Result<unknown> = STOPPED;
    for (const memoryKib of await this.#ports.settings()) {
      changed = await opened.reply.sendWithKeys([keys], ([secrets = {}]) => ({ control: 'rekey', to, memoryKib, secrets }));
      if (changed.ok || changed.error.code !== 'kdf-no-memory') break;
    }
    if (changed.ok) {
      await this.#ports.lock();
      this.#ports.choose((changed.reply as RekeyReply).directory);
    }
    return changed as Result<RekeyReply>;
  }
}
