/**
 * The ways into a vault as the store worker's controls: making and opening it, other keys, one more, a recovery key, a
 * distress phrase. A passphrase comes as a key by port, the output of a passkey as bytes; all are wiped once used.
 */
import type { CallResult, Control, KdfParameters, KdfResult, RecoveryKeyReply, SecretsGiven } from '../protocol/envelope.ts';
import {
  COMMAND_IDS,
  type CommandName,
  type Commands,
  type ErrorCode,
  type VaultPrepareReply,
  type VaultStatusReply,
} from '../protocol/protocol.gen.ts';
import type { VaultEntry } from '../protocol/vault-entry.ts';
import { SECRETS_SIZE_BYTES, secretBytes } from '../protocol/secrets.ts';
import type { Core } from './core.ts';

type Answer = CallResult<unknown, string>;

/** Commands whose request is secrets, and those that take a typed recovery key. */
type SecretsCommand = 'vault.create' | 'vault.unlock' | 'vault.inspect' | 'keys.change' | 'keys.add' | 'keys.prove' | 'keys.distress';
type TypedKeyCommand = 'keys.recovery.unlock' | 'keys.recovery.confirm';

const OPENING_COMMANDS: ReadonlySet<string> = new Set(['vault.create', 'vault.unlock', 'vault.inspect', 'keys.recovery.unlock']);

export type KeyControlName =
  | 'prepare'
  | 'create'
  | 'unlock'
  | 'inspect'
  | 'unlock-with-recovery-key'
  | 'change-key'
  | 'add-key'
  | 'prove-key'
  | 'set-distress-phrase'
  | 'make-recovery-key'
  | 'confirm-recovery-key';
type KeyControl = Extract<Control, { readonly control: KeyControlName }>;

interface KeyPorts {
  readonly core: () => Core;
  readonly derive: (parameters: KdfParameters, port: MessagePort) => Promise<KdfResult>;
  /** Beside the vault that is made. */
  readonly writeLabel: (entry: VaultEntry) => Promise<void>;
  /** The vault has just been opened. */
  readonly onOpened: () => void;
}

export class KeyControls {
  readonly #ports: KeyPorts;
  #prepared: VaultPrepareReply | null = null;

  constructor(ports: KeyPorts) {
    this.#ports = ports;
  }

  async answer(message: KeyControl): Promise<Answer> {
    switch (message.control) {
      case 'prepare':
        return this.#prepare(message.memoryKib, message.isPractice);
      case 'create':
        return this.#create(message.memoryKib, message.entry, message);
      case 'unlock':
        return this.#unlock('vault.unlock', message);
      case 'inspect':
        return this.#unlock('vault.inspect', message);
      case 'unlock-with-recovery-key':
        return this.#callRawRequest('keys.recovery.unlock', new Uint8Array(message.typed));
      case 'change-key':
        return this.#withSecrets('keys.change', [message.old ?? {}, message.secrets]);
      case 'add-key':
        return this.#withSecrets('keys.add', [message]);
      case 'prove-key':
        return this.#withSecrets('keys.prove', [message]);
      case 'set-distress-phrase':
        return this.#withSecrets('keys.distress', [message]);
      case 'make-recovery-key':
        return this.#makeRecoveryKey();
      case 'confirm-recovery-key':
        return this.#callRawRequest('keys.recovery.confirm', new Uint8Array(message.typed));
    }
  }

  #prepare(memoryKib: number, isPractice: boolean): CallResult<VaultPrepareReply, string> {
    const prepared = this.#call('vault.prepare', { memoryKib, isPractice });
    this.#prepared = prepared.ok ? prepared.reply : null;
    return prepared;
  }

  async #create(memoryKib: number | undefined, entry: VaultEntry, given: SecretsGiven): Promise<Answer> {
    const prepared = memoryKib === undefined ? null : this.#prepare(memoryKib, entry.isPractice);
    if (prepared?.ok === false) {
      return closing([given], prepared);
    }
    if (this.#prepared === null) {
      return closing([given], refused('wrong-state', 'no vault is prepared'));
    }
    await this.#ports.writeLabel(entry);
    return this.#callWithSecrets('vault.create', this.#prepared, [given]);
  }

  async #unlock(command: 'vault.unlock' | 'vault.inspect', given: SecretsGiven): Promise<Answer> {
    const status = this.#call('vault.status', {});
    if (!status.ok) {
      return closing([given], status);
    }
    const { state, waitMs, isLockedOut } = status.reply;
    const parameters = parametersOf(status.reply);
    if (state !== 'locked' || parameters === null) {
      return closing([given], refused('wrong-state', `the vault is ${state}`));
    }
    // The core would answer the same, after a second of key derivation for nothing.
    if (given.port !== undefined && (isLockedOut || waitMs > 0)) {
      return closing([given], isLockedOut ? refused('locked-out', '') : refused('wait', String(waitMs)));
    }
    return this.#callWithSecrets(command, parameters, [given]);
  }

  /** For a vault that is open: its own salt and settings. */
  async #withSecrets(command: SecretsCommand, given: readonly SecretsGiven[]): Promise<Answer> {
    const status = this.#call('vault.status', {});
    const parameters = status.ok ? parametersOf(status.reply) : null;
    if (!status.ok || parameters === null || status.reply.state !== 'open') {
      return closing(given, status.ok ? refused('wrong-state', `the vault is ${status.reply.state}`) : status);
    }
    return this.#callWithSecrets(command, parameters, given);
  }

  /** Several sets of secrets stand one behind the other in the request. */
  async #callWithSecrets(
    command: SecretsCommand,
    { saltHex, memoryKib, passes }: KdfParameters,
    given: readonly SecretsGiven[],
  ): Promise<Answer> {
    const request = new Uint8Array(given.length * SECRETS_SIZE_BYTES);
    let offset = 0;
    for (const { port, isChosen, prf } of given) {
      const derived = port === undefined ? undefined : await this.#ports.derive({ saltHex, memoryKib, passes }, port);
      if (derived?.ok === false) {
        request.fill(0);
        return closing(given, derived);
      }
      const secrets = secretBytes({ passphraseKey: derived?.key, isChosen, prf });
      request.set(secrets, offset);
      secrets.fill(0);
      offset += SECRETS_SIZE_BYTES;
    }
    return this.#callRawRequest(command, request);
  }

  /** Wiped by callBytes, whatever happens. */
  #callRawRequest(command: SecretsCommand | TypedKeyCommand, request: Uint8Array): Answer {
    const answer = JSON.parse(this.#ports.core().callBytes(COMMAND_IDS[command], request)) as Answer;
    if (answer.ok && OPENING_COMMANDS.has(command)) {
      this.#ports.onOpened();
    }
    return answer;
  }

  #makeRecoveryKey(): Answer {
    const reply = this.#ports.core().callRaw('keys.recovery.make', new TextEncoder().encode('{}'));
    if (typeof reply === 'string') {
      return JSON.parse(reply) as Answer;
    }
    const text = new TextDecoder().decode(reply.subarray(1));
    reply.fill(0);
    return { ok: true, reply: { text } satisfies RecoveryKeyReply };
  }

  #call<Name extends CommandName>(command: Name, request: unknown): CallResult<Commands[Name]['reply'], string> {
    return JSON.parse(this.#ports.core().callJson(command, request)) as CallResult<Commands[Name]['reply'], string>;
  }
}

function parametersOf({ saltHex, memoryKib, passes }: VaultStatusReply): KdfParameters | null {
  return saltHex === undefined || memoryKib === undefined || passes === undefined ? null : { saltHex, memoryKib, passes };
}

/** Nobody waits on a port any more, and no output of a passkey stays. */
function closing(given: readonly SecretsGiven[], answer: Answer): Answer {
  for (const { port, prf } of given) {
    port?.close();
    if (prf !== undefined) new Uint8Array(prf).fill(0);
  }
  return answer;
}

function refused(code: ErrorCode, detail: string): Answer {
  return { ok: false, error: { code, detail } };
}
