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
  HostErrorCode,
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
  type VaultPrepareReply,
  type VaultStatusReply,
} from '../protocol/protocol.gen.ts';
import { Core, CoreCrashedError, CoreMemoryError, type VaultFiles } from './core.ts';
import { NO_FILES, StorageError, type OpenVaultFiles } from './opfs.ts';
import { RefusedModuleError } from './loader.ts';

export interface StoreEnvironment {
  readonly openFiles: (directory: string, create: boolean) => Promise<OpenVaultFiles>;
  readonly removeDirectory: (directory: string) => Promise<void>;
  readonly probe: () => Promise<void>;
  readonly loadCore: (files: VaultFiles) => Promise<Core>;
  readonly post: (message: StoreMessage) => void;
  /** Nothing is posted after it. */
  readonly end: () => void;
}

type Answer = CallResult<unknown, string>;

export class StoreService {
  readonly #environment: StoreEnvironment;
  #queue: Promise<void> = Promise.resolve();
  #core: Core | null = null;
  #files: OpenVaultFiles | null = null;
  #directory: string | null = null;
  #hasEnded = false;
  #abandonDerivation: (() => void) | null = null;

  constructor(environment: StoreEnvironment) {
    this.#environment = environment;
  }

  receive(message: StoreRequest): void {
    if ('control' in message && message.control === 'abandon-derivation') {
      this.#abandonDerivation?.();
      this.#environment.post({ id: message.id, ok: true, reply: {} });
      return;
    }
    if ('control' in message && message.control === 'lock') {
      // Nobody waits for a key that is not wanted any more.
      this.#abandonDerivation?.();
    }
    this.#queue = this.#queue.then(() => this.#run(message));
  }

  async #run(message: StoreRequest): Promise<void> {
    const { id } = message;
    if (this.#hasEnded) {
      this.#environment.post({ id, ...refused('stopped', 'the worker has ended') });
      return;
    }
    try {
      const answer = 'control' in message ? await this.#control(message) : this.#command(message.command, message.request);
      this.#environment.post({ id, ...answer });
    } catch (error) {
      this.#environment.post({ id, ...answerOf(error) });
      if (error instanceof CoreCrashedError) {
        this.#environment.post({ event: 'crashed', payload: { detail: error.detail } });
        this.#closeFiles();
        this.#hasEnded = true;
      }
    }
    if (this.#hasEnded) {
      this.#environment.end();
    }
  }

  #command(command: string, request: unknown): Answer {
    if (WORKER_ONLY_COMMANDS.has(command) || !Object.hasOwn(COMMAND_IDS, command)) {
      return refused('unknown-command', 'not a command of the page');
    }
    return this.#call(command as CommandName, request);
  }

  async #control(message: Control): Promise<Answer> {
    switch (message.control) {
      case 'open':
        return this.#open(message);
      case 'probe':
        await this.#environment.probe();
        return { ok: true, reply: {} };
      case 'create':
        return this.#create(message.memoryKib, message.port);
      case 'unlock':
        return this.#unlock(message.port);
      case 'lock':
        return this.#lock();
      case 'remove-unfinished':
        return this.#removeUnfinished();
      case 'abandon-derivation':
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
      this.#core = await this.#environment.loadCore(this.#files);
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

  async #create(memoryKib: number, port: MessagePort): Promise<Answer> {
    const prepared = this.#call('vault.prepare', { memoryKib });
    return prepared.ok ? this.#openByPort('vault.create', prepared.reply, port) : closing(port, prepared);
  }

  async #unlock(port: MessagePort): Promise<Answer> {
    const status = this.#call('vault.status', {});
    if (!status.ok) {
      return closing(port, status);
    }
    const parameters = lockedParameters(status.reply);
    if (parameters === null) {
      return closing(port, refused('wrong-state', `the vault is ${status.reply.state}`));
    }
    return this.#openByPort('vault.unlock', parameters, port);
  }

  async #openByPort(
    command: 'vault.create' | 'vault.unlock',
    { saltHex, memoryKib, passes }: KdfParameters | VaultPrepareReply,
    port: MessagePort,
  ): Promise<Answer> {
    const result = await this.#derive({ saltHex, memoryKib, passes }, port);
    if (!result.ok) {
      return result;
    }
    // Wiped by callBytes, whatever happens.
    return parsed<VaultPrepareReply>(this.#openCore().callBytes(COMMAND_IDS[command], new Uint8Array(result.key)));
  }

  #derive(parameters: KdfParameters, port: MessagePort): Promise<KdfResult> {
    return new Promise<KdfResult>((resolve) => {
      const finish = (result: KdfResult): void => {
        this.#abandonDerivation = null;
        port.close();
        resolve(result);
      };
      this.#abandonDerivation = () => finish({ ok: false, error: { code: 'kdf-failed', detail: 'abandoned' } });
      port.onmessage = (event: MessageEvent<KdfResult>) => finish(event.data);
      port.postMessage(parameters);
    });
  }

  #lock(): Answer {
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
    this.#files?.close();
    this.#files = null;
    this.#core = null;
  }
}

function parsed<Reply>(replyText: string): CallResult<Reply, string> {
  return JSON.parse(replyText) as CallResult<Reply, string>;
}

function lockedParameters(status: VaultStatusReply): KdfParameters | null {
  const { state, saltHex, memoryKib, passes } = status;
  if (state !== 'locked' || saltHex === undefined || memoryKib === undefined || passes === undefined) {
    return null;
  }
  return { saltHex, memoryKib, passes };
}

function closing(port: MessagePort, answer: Answer): Answer {
  port.close();
  return answer;
}

function refused(code: HostErrorCode | ErrorCode, detail: string): { ok: false; error: { code: string; detail: string } } {
  return { ok: false, error: { code, detail } };
}

function answerOf(error: unknown): Answer {
  if (error instanceof CoreCrashedError || error instanceof StorageError) {
    return refused(error.code, error.detail);
  }
  if (error instanceof CoreMemoryError) {
    return refused('no-memory', error.message);
  }
  if (error instanceof RefusedModuleError) {
    return refused('not-loaded', error.message);
  }
  return refused('bug', error instanceof Error ? error.name : 'unknown');
}
