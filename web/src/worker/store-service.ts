/**
 * What the store worker does, without the worker around it: the queue, the core, its files, the keys
 * that come by port. store-worker.ts gives it OPFS and postMessage; tests give it a disk in memory.
 *
 * One request at a time, in order; every request gets exactly one answer. After a trap everything is
 * answered with 'crashed' and the service has ended.
 */
import type {
  CallResult,
  Control,
  KdfParameters,
  KdfResult,
  OpenControl,
  OpenReply,
  StoreMessage,
  StoreRequest,
} from '../protocol/envelope.ts';
import { WORKER_ONLY_COMMANDS } from '../protocol/envelope.ts';
import {
  COMMAND_IDS,
  type CommandName,
  type Commands,
  type ErrorCode,
  type LockView,
} from '../protocol/protocol.gen.ts';
import { CommandError, answerOf, demanded, parsed, refused, type Answer } from './answers.ts';
import { Core, CoreCrashedError, type VaultFiles } from './core.ts';
import { FileSets } from './file-sets.ts';
import { IdleTidying } from './idle-tidying.ts';
import { KeyControls } from './key-controls.ts';
import { isTransfer, TransferControls, type TransferEnvironment } from './transfer-controls.ts';
import { NO_FILES, StorageError, type OpenVaultFiles } from './opfs.ts';
import type { SyncStatus } from '../protocol/sync.ts';
import type { VaultEntry } from '../protocol/vault-entry.ts';
import { SyncRun, type SyncPorts } from './sync-driver.ts';
import { LockWatch } from './lock-watch.ts';
import { destroyKeys, isLossAgreed, labelOfOpenVault } from './vault-folder.ts';

export interface StoreEnvironment extends TransferEnvironment {
  readonly openFiles: (directory: string, create: boolean) => Promise<OpenVaultFiles>;
  readonly removeDirectory: (directory: string) => Promise<void>;
  readonly writeLabel: (directory: string, entry: VaultEntry) => Promise<void>;
  readonly probe: () => Promise<void>;
  readonly loadCore: (files: VaultFiles) => Promise<Core>;
  readonly sync: SyncPorts;
  /** Calls `run` again and again; out: how to end that. */
  readonly every: (ms: number, run: () => void) => () => void;
  readonly post: (message: StoreMessage) => void;
  /** Nothing is posted after it. */
  readonly end: () => void;
}

interface RunningSync {
  readonly run: SyncRun;
  /** Its answer is posted. */
  readonly ended: Promise<void>;
}

export class StoreService {
  readonly #environment: StoreEnvironment;
  readonly #lockWatch: LockWatch;
  readonly #idle: IdleTidying;
  #queue: Promise<void> = Promise.resolve();
  #core: Core | null = null;
  #files: OpenVaultFiles | null = null;
  #fileSets: FileSets | null = null;
  readonly #keys: KeyControls;
  readonly #transfers: TransferControls;
  #directory: string | null = null;
  /** a lock is asked for: nothing new begins */
  #isClosing = false;
  #hasEnded = false;
  #isEnding = false;
  #sync: RunningSync | null = null;
  #abandonDerivation: (() => void) | null = null;
  /** the request that is carried out, of those that are queued */
  #running: number | null = null;
  /** requests whose key will not come */
  readonly #abandoned = new Set<number>();

  constructor(environment: StoreEnvironment) {
    this.#environment = environment;
    this.#lockWatch = new LockWatch({
      every: environment.every,
      ask: () => this.#guarded(() => this.#askLock()),
      onChange: (view) => this.#lockChanged(view),
    });
    this.#keys = new KeyControls({
      core: () => this.#openCore(),
      derive: (parameters, port) => this.#derive(parameters, port),
      writeLabel: (entry) => this.#writeLabel(entry),
      onOpened: () => this.#lockWatch.begin(),
    });
    this.#transfers = new TransferControls({
      core: () => this.#openCore(),
      fileSets: () => this.#fileSets,
      writeLabel: (entry) => this.#writeLabel(entry),
      directory: () => this.#directory,
      environment,
      derive: (parameters, port) => this.#derive(parameters, port),
    });
    this.#idle = new IdleTidying(environment.sync.setTimer, () => void this.#inQueue(() => this.#tidy()).catch(() => undefined));
  }

  receive(message: StoreRequest): void {
    const { id } = message;
    if ('command' in message && message.command.startsWith('lock.')) {
      // A lock waits for no export and no check.
      this.#guarded(() => this.#answer(id, this.#command(message.command, message.request)), id);
      return;
    }
    const control = 'control' in message ? message : null;
    switch (control?.control) {
      case 'abandon-derivation':
        this.#abandoned.add(control.of);
        if (this.#running === control.of) this.#abandonDerivation?.();
        this.#environment.post({ id, ok: true, reply: {} });
        return;
      case 'sync':
        this.#startSync(id, control.timeMs);
        return;
      case 'cancel-sync':
        this.#sync?.run.cancel();
        this.#environment.post({ id, ok: true, reply: {} });
        return;
      case 'cancel-export':
        this.#transfers.cancel();
        this.#environment.post({ id, ok: true, reply: {} });
        return;
      case 'lock':
        this.#transfers.cancel();
        this.#idle.stop();
        // Nobody waits for a key that is not wanted any more, or for the hub.
        this.#abandonDerivation?.();
        this.#isClosing = true;
        this.#sync?.run.stop();
        break;
      default:
    }
    if (control !== null && isTransfer(control)) {
      this.#transfers.announce(control);
    }
    this.#queue = this.#queue.then(() => this.#run(message));
  }

  async #run(message: StoreRequest): Promise<void> {
    const { id } = message;
    if (this.#hasEnded) {
      this.#environment.post({ id, ...refused('stopped', 'the worker has ended') });
      return;
    }
    this.#running = id;
    try {
      this.#answer(id, 'control' in message ? await this.#control(message) : this.#command(message.command, message.request));
      if (!('control' in message) && !this.#isClosing) {
        this.#idle.touched();
      }
    } catch (error) {
      this.#environment.post({ id, ...answerOf(error) });
      this.#endAfterCrash(error);
    }
    this.#running = null;
    this.#abandoned.delete(id);
    this.#endIfOver();
  }

  /** Out of turn, between two calls of whatever is under way. id: of the request that a fault answers. */
  #guarded(act: () => void, id?: number): void {
    try {
      act();
    } catch (error) {
      if (id !== undefined) {
        this.#environment.post({ id, ...answerOf(error) });
      }
      this.#endAfterCrash(error);
    }
    this.#endIfOver();
  }

  #answer(id: number, answer: Answer): void {
    this.#environment.post({ id, ...answer });
    this.#heedLock(answer);
  }

  /** An answer that says how the vault is locked, or that could only come from a lock, is acted on before the next beat. */
  #heedLock(answer: Answer): void {
    if (answer.ok) {
      const { lock } = answer.reply as { readonly lock?: LockView };
      if (lock !== undefined) this.#lockWatch.heard(lock);
    } else if (LOCK_CODES.has(answer.error.code) && !this.#hasEnded && this.#core !== null) {
      this.#askLock();
    }
  }

  #askLock(): void {
    const answer = this.#call('lock.state', {});
    if (answer.ok) this.#lockWatch.heard(answer.reply.lock);
  }

  #lockChanged(view: LockView): void {
    this.#environment.post({ event: 'lock', payload: view });
    if (view.state === 'cold') {
      // The core has wiped the keys. Nobody waits for the hub, or for a file.
      this.#sync?.run.stop();
      this.#transfers.cancel();
      this.#closeFiles();
      this.#hasEnded = true;
    }
  }

  #endAfterCrash(error: unknown): void {
    if (error instanceof CoreCrashedError) {
      this.#environment.post({ event: 'crashed', payload: { detail: error.detail } });
      this.#closeFiles();
      this.#hasEnded = true;
    }
  }

  /** Not waited for in the queue: the last step of a run may stand in it. */
  #endIfOver(): void {
    if (!this.#hasEnded || this.#isEnding) {
      return;
    }
    this.#isEnding = true;
    if (this.#sync === null) {
      this.#environment.end();
    } else {
      void this.#sync.ended.then(() => this.#environment.end());
    }
  }

  #startSync(id: number, timeMs: number): void {
    if (this.#sync !== null || this.#isClosing) {
      const reason = this.#isClosing ? refused('stopped', 'the vault is being locked') : refused('wrong-state', 'a run is under way');
      this.#environment.post({ id, ...reason });
      return;
    }
    const post = (payload: SyncStatus): void => this.#environment.post({ event: 'sync', payload });
    const run = new SyncRun(this.#environment.sync, { step: (answer) => this.#inQueue(() => this.#step(answer)) }, post);
    const ended = this.#runSync(run, timeMs).then((answer) => {
      this.#sync = null;
      this.#environment.post({ id, ...answer });
    });
    this.#sync = { run, ended };
  }

  async #runSync(run: SyncRun, timeMs: number): Promise<Answer> {
    try {
      const hub = await this.#inQueue(() => this.#beginSync(timeMs));
      const status = await run.run(hub);
      return status === undefined ? refused('stopped', 'the vault is being locked') : { ok: true, reply: status };
    } catch (error) {
      return answerOf(error);
    }
  }

  /** One piece of a run, in its turn among the other requests. */
  #inQueue<T>(work: () => T): Promise<T> {
    const result = this.#queue.then(() => {
      if (this.#hasEnded) {
        throw new StorageError('stopped', 'the worker has ended');
      }
      return work();
    });
    this.#queue = result.then(
      () => this.#endIfOver(),
      (error: unknown) => {
        this.#endAfterCrash(error);
        this.#endIfOver();
      },
    );
    return result;
  }

  /** Out: the origin of the hub. */
  #beginSync(timeMs: number): string {
    demanded(this.#call('sync.begin', { timeMs }));
    const { hub } = demanded(this.#call('team.status', {}));
    if (hub === undefined) {
      throw new CommandError(refused('wrong-state', 'no hub'));
    }
    return hub;
  }

  #step(answer: Uint8Array<ArrayBuffer>): { effect: Uint8Array; status: SyncStatus } {
    const effect = this.#openCore().callRaw('sync.step', answer);
    if (typeof effect === 'string') {
      throw new CommandError(parsed(effect));
    }
    return { effect, status: demanded(this.#call('sync.status', {})) };
  }

  #command(command: string, request: unknown): Answer {
    if (WORKER_ONLY_COMMANDS.has(command) || !Object.hasOwn(COMMAND_IDS, command)) {
      return refused('unknown-command', 'not a command of the page');
    }
    return this.#call(command as CommandName, request);
  }

  async #control(message: Control): Promise<Answer> {
    if (isTransfer(message)) {
      return this.#transfers.run(message, () => {
        this.#closeFiles();
        this.#hasEnded = true;
      });
    }
    switch (message.control) {
      case 'open':
        return this.#open(message);
      case 'probe':
        await this.#environment.probe();
        return { ok: true, reply: {} };
      case 'choose-pin':
        return parsed<unknown>(this.#openCore().callBytes(COMMAND_IDS['lock.pin'], new Uint8Array(message.pin)));
      case 'open-by-pin':
        return parsed<unknown>(this.#openCore().callBytes(COMMAND_IDS['lock.open'], new Uint8Array(message.pin)));
      case 'tidy':
        return this.#tidy();
      case 'prepare':
      case 'create':
      case 'unlock':
      case 'inspect':
      case 'unlock-with-recovery-key':
      case 'change-key':
      case 'add-key':
      case 'prove-key':
      case 'set-distress-phrase':
      case 'make-recovery-key':
      case 'confirm-recovery-key':
        return this.#keys.answer(message);
      case 'lock':
        return this.#lock();
      case 'remove-unfinished':
        return this.#removeUnfinished();
      case 'label':
        return this.#label(message.entry);
      case 'remove-vault':
        return this.#removeVault(message.unsentCount);
      case 'sync':
      case 'cancel-sync':
      case 'cancel-export':
      case 'abandon-derivation':
        // Answered by receive().
        return { ok: true, reply: {} };
    }
  }

  async #open({ directory, create }: OpenControl): Promise<Answer> {
    if (this.#core !== null) {
      return refused('wrong-state', 'open already');
    }
    try {
      this.#files = directory === null ? NO_FILES : await this.#environment.openFiles(directory, create);
      this.#directory = directory;
      this.#fileSets = new FileSets(this.#files);
      this.#core = await this.#environment.loadCore(this.#fileSets);
    } catch (error) {
      this.#closeFiles();
      throw error;
    }
    const start = this.#call('core.start', {});
    const status = start.ok ? this.#call('vault.status', {}) : start;
    if (!start.ok || !status.ok) {
      this.#closeFiles();
      this.#hasEnded = true;
      return status;
    }
    return { ok: true, reply: { start: start.reply, status: status.reply } satisfies OpenReply };
  }

  /** What cannot be moved now is moved another time: a full device, a locked vault. */
  #tidy(): Answer {
    if (this.#core !== null) {
      this.#call('vault.checkpoint', {});
    }
    return { ok: true, reply: {} };
  }

  #derive(parameters: KdfParameters, port: MessagePort): Promise<KdfResult> {
    const abandoned: KdfResult = { ok: false, error: { code: 'kdf-failed', detail: 'abandoned' } };
    if (this.#running !== null && this.#abandoned.has(this.#running)) {
      port.close();
      return Promise.resolve(abandoned);
    }
    return new Promise<KdfResult>((resolve) => {
      const finish = (result: KdfResult): void => {
        this.#abandonDerivation = null;
        port.close();
        resolve(result);
      };
      this.#abandonDerivation = () => finish(abandoned);
      port.onmessage = (event: MessageEvent<KdfResult>) => finish(event.data);
      port.postMessage(parameters);
    });
  }

  async #lock(): Promise<Answer> {
    await this.#sync?.ended;
    const answer = this.#core === null ? { ok: true as const, reply: {} } : this.#call('vault.lock', {});
    this.#closeFiles();
    this.#hasEnded = true;
    return answer;
  }

  async #removeUnfinished(): Promise<Answer> {
    const directory = this.#directory;
    const status = this.#call('vault.status', {});
    if (!status.ok) {
      return status;
    }
    if (directory === null || (status.reply.state !== 'unfinished' && status.reply.state !== 'none')) {
      return refused('wrong-state', 'the directory holds a vault');
    }
    return this.#endWithout(directory);
  }

  async #writeLabel(entry: VaultEntry): Promise<void> {
    if (this.#directory === null) {
      throw new StorageError('no-directory', 'label');
    }
    await this.#environment.writeLabel(this.#directory, entry);
  }

  async #label(entry: VaultEntry): Promise<Answer> {
    const status = this.#call('vault.status', {});
    const checked = labelOfOpenVault(status, entry);
    if (checked.ok) {
      await this.#writeLabel(checked.reply);
    }
    return checked;
  }

  async #removeVault(agreedCount: string | null): Promise<Answer> {
    const directory = this.#directory;
    const agreed = isLossAgreed(this.#call('vault.storage', {}), agreedCount);
    if (!agreed.ok || directory === null || this.#files === null) {
      return agreed.ok ? refused('wrong-state', 'no directory') : agreed;
    }
    this.#call('vault.lock', {});
    return destroyKeys(this.#files) ? this.#endWithout(directory) : refused('io', 'key file');
  }

  async #endWithout(directory: string): Promise<Answer> {
    this.#closeFiles();
    this.#hasEnded = true;
    await this.#environment.removeDirectory(directory);
    return { ok: true, reply: {} };
  }

  #call<Name extends CommandName>(command: Name, request: unknown): CallResult<Commands[Name]['reply'], string> {
    return parsed<Commands[Name]['reply']>(this.#openCore().callJson(command, request));
  }

  #openCore(): Core {
    if (this.#core === null) {
      throw new StorageError('stopped', 'no vault directory is open');
    }
    return this.#core;
  }

  #closeFiles(): void {
    this.#lockWatch.end();
    this.#fileSets?.closeOther();
    this.#fileSets = null;
    this.#files?.close();
    this.#files = null;
    this.#core = null;
  }
}

/** After which the lock is asked how it stands. */
const LOCK_CODES: ReadonlySet<string> = new Set<ErrorCode>(['warm-locked', 'wrong-state']);
