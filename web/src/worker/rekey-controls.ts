/**
 * A change of passphrase because somebody may know it: the open vault is copied under a new master key into a new
 * directory, and the old one is destroyed. What decides, at every moment, is the copy's key file, which is written last:
 * without it the copy is removed, with it the old vault is (docs/adr/0017).
 */
import type { CallResult, KdfParameters, KdfResult, SecretsGiven, StoreMessage } from '../protocol/envelope.ts';
import type { BackupProgress, RekeyReply, SettleReply } from '../protocol/backup.ts';
import { COMMAND_IDS, type CommandName, type Commands } from '../protocol/protocol.gen.ts';
import { BackupRefusal } from './backup-run.ts';
import type { Core, VaultFiles } from './core.ts';
import type { FileSets } from './file-sets.ts';
import type { MoveJournal, VaultMove } from './move-journal.ts';
import type { OpenVaultFiles } from './opfs.ts';
import { destroyKeys } from './vault-folder.ts';
import { closeSecrets, givenSecrets } from './given-secrets.ts';

export interface RekeyPorts {
  readonly core: () => Core;
  readonly fileSets: () => FileSets | null;
  readonly directory: () => string | null;
  readonly derive: (parameters: KdfParameters, port: MessagePort) => Promise<KdfResult>;
  readonly environment: {
    readonly openFiles: (directory: string, create: boolean) => Promise<OpenVaultFiles>;
    readonly removeDirectory: (directory: string) => Promise<void>;
    readonly loadCore: (files: VaultFiles) => Promise<Core>;
    /** What stands in plain beside a vault goes with it. */
    readonly copyLabel: (move: VaultMove) => Promise<void>;
    readonly journal: MoveJournal;
    readonly post: (message: StoreMessage) => void;
  };
}

const STEPS_BETWEEN_NEWS = 8;

export class RekeyControls {
  readonly #ports: RekeyPorts;
  #isCancelled = false;

  constructor(ports: RekeyPorts) {
    this.#ports = ports;
  }

  /** A copy that is not done is given up; a done one is not. */
  cancel(): void {
    this.#isCancelled = true;
  }

  /**
   * The whole change. On success the old directory is gone, the vault is locked in the new one, and closeFiles was
   * called. On any refusal the open vault goes on as it was and nothing of the copy stays.
   */
  async rekey(to: string, memoryKib: number, given: SecretsGiven, closeFiles: () => void): Promise<CallResult<RekeyReply, string>> {
    const { environment } = this.#ports;
    const from = this.#ports.directory();
    const sets = this.#ports.fileSets();
    if (from === null || sets === null || from === to) {
      closeSecrets(given);
      return { ok: false, error: { code: 'wrong-state', detail: 'no directory' } };
    }
    const move: VaultMove = { from, to };
    this.#isCancelled = false;
    await environment.journal.write(move);
    try {
      const files = await environment.openFiles(to, true);
      sets.openOther(files);
      await environment.copyLabel(move);
      await this.#copy(memoryKib, given);
    } catch (error) {
      closeSecrets(given);
      if (!(await this.#undo(move, sets))) {
        // Nobody can say now which of the two counts: the next start does, before either is opened.
        closeFiles();
      }
      throw error;
    }
    // The copy is the vault from here on. What is left to do is done again by settle() if it is cut off.
    this.#json('vault.lock', {});
    closeFiles();
    await this.#removeOld(move);
    return { ok: true, reply: { directory: to } };
  }

  /** Out: true when the copy is certainly none and the vault goes on. */
  async #undo(move: VaultMove, sets: FileSets): Promise<boolean> {
    if (this.#ports.core().crashed || !destroyKeys(sets.other)) {
      return false;
    }
    const { environment } = this.#ports;
    sets.closeOther();
    await environment.removeDirectory(move.to).catch(() => undefined);
    await environment.journal.clear();
    return true;
  }

  /** After a crash: keep the one vault that counts. For a worker that has opened no directory. */
  async settle(): Promise<CallResult<SettleReply, string>> {
    const { journal, removeDirectory } = this.#ports.environment;
    const move = await journal.read();
    if (move === null) {
      await journal.clear();
      return { ok: true, reply: { settled: 'nothing' } };
    }
    if (await this.#isVault(move.to)) {
      await this.#removeOld(move);
      return { ok: true, reply: { settled: 'copy-kept' } };
    }
    // Only beside a whole vault is the other one removed.
    if (await this.#isVault(move.from)) {
      await removeDirectory(move.to).catch(() => undefined);
    }
    await journal.clear();
    return { ok: true, reply: { settled: 'copy-removed' } };
  }

  async #copy(memoryKib: number, given: SecretsGiven): Promise<void> {
    const secrets = await givenSecrets(given, this.#json('rekey.prepare', { memoryKib }), this.#ports.derive);
    if (!secrets.ok) {
      throw new BackupRefusal(secrets);
    }
    const total = Number(this.#bytes('rekey.begin', secrets.reply).rowTotal);
    for (let steps = 0, isDone = false; !isDone; steps++) {
      const answer = this.#json('rekey.step', {});
      isDone = answer.isDone;
      if (!isDone && steps % STEPS_BETWEEN_NEWS === 0) {
        await this.#news({ phase: 'copying', done: Number(answer.rowsDone), total });
      }
    }
  }

  async #news(payload: BackupProgress): Promise<void> {
    this.#ports.environment.post({ event: 'backup', payload });
    await new Promise((resolve) => setTimeout(resolve));
    if (this.#isCancelled) {
      this.#json('rekey.cancel', {});
      throw new BackupRefusal({ ok: false, error: { code: 'cancelled', detail: 'copy' } });
    }
  }

  /** The key file first: from then on nobody opens it, whatever of the rest is still there. */
  async #removeOld(move: VaultMove): Promise<void> {
    const { environment } = this.#ports;
    const files = await environment.openFiles(move.from, false).catch(() => null);
    if (files !== null) {
      destroyKeys(files);
      files.close();
      await environment.removeDirectory(move.from);
    }
    await environment.journal.clear();
  }

  async #isVault(directory: string): Promise<boolean> {
    const files = await this.#ports.environment.openFiles(directory, false).catch(() => null);
    if (files === null) {
      return false;
    }
    try {
      const core = await this.#ports.environment.loadCore(files);
      core.callJson('core.start', {});
      const status = JSON.parse(core.callJson('vault.status', {})) as CallResult<Commands['vault.status']['reply'], string>;
      return status.ok && status.reply.state === 'locked';
    } finally {
      files.close();
    }
  }

  #json<Name extends CommandName>(command: Name, request: unknown): Commands[Name]['reply'] {
    return demanded(this.#ports.core().callJson(command, request));
  }

  #bytes<Name extends CommandName>(command: Name, request: Uint8Array): Commands[Name]['reply'] {
    return demanded(this.#ports.core().callBytes(COMMAND_IDS[command], request));
  }
}

function demanded<Reply>(replyText: string): Reply {
  const answer = JSON.parse(replyText) as CallResult<Reply, string>;
  if (!answer.ok) {
    throw new BackupRefusal(answer);
  }
  return answer.reply;
}
