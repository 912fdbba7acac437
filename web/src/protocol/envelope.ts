/**
 * What travels between page, store worker and KDF worker.
 *
 * Commands of protocol.json go as {id, command, request} and come back as {id, ok, reply | error}.
 * What concerns the worker itself (files, keys, its end) goes as {id, control}. The KDF result never
 * comes from the page: it arrives on a MessagePort whose other end the KDF worker holds.
 */
import type { CommandName, CoreStartReply, ErrorCode, LockView, RawReplyCommand, VaultStatusReply } from './protocol.gen.ts';
import type { BackupProgress } from './backup.ts';
import type { SyncStatus } from './sync.ts';
import type { VaultEntry } from './vault-entry.ts';

/** An export or a reading is one control; its steps are between worker and core. */
const BACKUP_COMMANDS = [
  'backup.begin', 'backup.chunk', 'backup.end', 'backup.head', 'backup.open', 'backup.take', 'backup.finish', 'backup.cancel',
  'rekey.prepare', 'rekey.begin', 'rekey.step', 'rekey.cancel',
] as const;
type BackupCommand = (typeof BACKUP_COMMANDS)[number];

/** Commands the store worker makes by itself; from the page they are refused. */
export type WorkerOnlyCommand =
  | 'core.start'
  | 'vault.prepare'
  | 'vault.create'
  | 'vault.unlock'
  | 'vault.lock'
  | 'vault.checkpoint'
  | 'vault.inspect'
  | 'sync.begin'
  | 'sync.cancel'
  | 'lock.pin'
  | 'lock.open'
  | BackupCommand
  | 'keys.change'
  | 'keys.add'
  | 'keys.prove'
  | 'keys.distress'
  | 'keys.recovery.confirm'
  | 'keys.recovery.unlock'
  | RawReplyCommand;
export type PageCommand = Exclude<CommandName, WorkerOnlyCommand>;

export const WORKER_ONLY_COMMANDS: ReadonlySet<string> = new Set<WorkerOnlyCommand>([
  'core.start',
  'vault.prepare',
  'vault.create',
  'vault.unlock',
  'vault.lock',
  'vault.checkpoint',
  'vault.inspect',
  'sync.begin',
  'sync.cancel',
  'lock.pin',
  'lock.open',
  'sync.step',
  ...BACKUP_COMMANDS,
  'keys.change',
  'keys.add',
  'keys.prove',
  'keys.distress',
  'keys.recovery.make',
  'keys.recovery.confirm',
  'keys.recovery.unlock',
]);

/** Errors that are not the core's. */
export type HostErrorCode =
  /** the core trapped; the worker has ended and the vault must be opened again */
  | 'crashed'
  /** this browser has no private file system with synchronous access */
  | 'no-opfs'
  /** the browser refuses storage: private browsing, or switched off */
  | 'storage-refused'
  /** a private window whose files die with it */
  | 'private-browsing'
  /** another window or an ended worker still holds the files */
  | 'held-elsewhere'
  /** no vault directory of that name */
  | 'no-directory'
  /** a program file could not be loaded, or is not of this build */
  | 'not-loaded'
  /** the device cannot give the memory that the vault's key derivation needs; never tried with less */
  | 'kdf-no-memory'
  /** the KDF worker ended without a result */
  | 'kdf-failed'
  /** the worker was ended before it answered */
  | 'stopped'
  /** this page is not served over a secure connection */
  | 'not-secure'
  /** this browser cannot tell windows apart (no Web Locks) */
  | 'no-locks'
  /** this browser cannot run the core (WebAssembly with SIMD) */
  | 'no-wasm'
  /** another window has the vaults open */
  | 'other-window';

export interface CallError<Code extends string = ErrorCode | HostErrorCode> {
  readonly code: Code;
  /** For developers and for choosing the sentence on screen. Never shown as it is. */
  readonly detail: string;
}

export type CallResult<Reply, Code extends string = ErrorCode | HostErrorCode> =
  | { readonly ok: true; readonly reply: Reply }
  | { readonly ok: false; readonly error: CallError<Code> };

/** directory null: no vault, only content; every file is empty and refuses a write. */
export interface OpenControl {
  readonly control: 'open';
  readonly directory: string | null;
  readonly create: boolean;
}

export interface OpenReply {
  readonly start: CoreStartReply;
  readonly status: VaultStatusReply;
}

/**
 * What a person has at hand. Of a passphrase only the port travels, on which the KDF worker will send its key; the output
 * of a passkey comes as bytes, transferred, so that no copy stays in the page.
 */
export interface SecretsGiven {
  readonly port?: MessagePort | undefined;
  /** a person chose the words of the passphrase */
  readonly isChosen?: boolean | undefined;
  readonly prf?: ArrayBuffer | undefined;
  /** instead of the others, and for an exported file alone: a recovery key as it was typed, UTF-8, transferred */
  readonly typed?: ArrayBuffer | undefined;
}

/** Text of a recovery key as it was typed, UTF-8, transferred. */
export interface TypedKey {
  readonly typed: ArrayBuffer;
}

export type Control =
  | OpenControl
  | { readonly control: 'probe' }
  /** lock.pin and lock.open: the digits as bytes, wiped when they were used. */
  | { readonly control: 'choose-pin' | 'open-by-pin'; readonly pin: ArrayBuffer }
  /** The page is hidden and may not come back: what waits for a quiet moment is done now. */
  | { readonly control: 'tidy' }
  /** Choose id and salt of a new vault, so that a passkey can be asked before it is made. */
  | { readonly control: 'prepare'; readonly memoryKib: number; readonly isPractice: boolean }
  /**
   * memoryKib left out: the vault that was prepared. The label is written first, the key file last: what is cut off in
   * between is a folder that can be removed.
   */
  | ({ readonly control: 'create'; readonly memoryKib?: number | undefined; readonly entry: VaultEntry } & SecretsGiven)
  | ({ readonly control: 'unlock' } & SecretsGiven)
  /** The same for a damaged vault: as far as it is consistent, and for reading only. */
  | ({ readonly control: 'inspect' } & SecretsGiven)
  | ({ readonly control: 'unlock-with-recovery-key' } & TypedKey)
  /** old left out: the slot that opened the vault is replaced. */
  | { readonly control: 'change-key'; readonly old?: SecretsGiven | undefined; readonly secrets: SecretsGiven }
  | ({ readonly control: 'add-key' } & SecretsGiven)
  | ({ readonly control: 'prove-key' } & SecretsGiven)
  | ({ readonly control: 'set-distress-phrase' } & SecretsGiven)
  /** Replies with RecoveryKeyReply. */
  | { readonly control: 'make-recovery-key' }
  | ({ readonly control: 'confirm-recovery-key' } & TypedKey)
  /** Keys wiped, files closed, worker ended. */
  | { readonly control: 'lock' }
  /** Remove the open directory, if it holds no vault, and end. */
  | { readonly control: 'remove-unfinished' }
  /** Another label for the open vault. */
  | { readonly control: 'label'; readonly entry: VaultEntry }
  /**
   * Destroy the keys of the vault in the open directory, remove it, and end. unsentCount: what the person was shown
   * and agreed to lose, null for a locked vault; refused when the vault says another number now.
   */
  | { readonly control: 'remove-vault'; readonly unsentCount: string | null }
  /** One run against the hub, to its end. Not queued: other commands are answered between its steps. */
  | { readonly control: 'sync'; readonly timeMs: number }
  /** Not queued: the run under way, if there is one, ends soon and is answered. */
  | { readonly control: 'cancel-sync' }
  /** A sealed export of the open vault, tested before it is answered: ExportReply. Other commands wait. */
  | { readonly control: 'export' }
  /** Test restore of a file: ReadReply. secrets null: with the open vault's own key. */
  | { readonly control: 'verify-export'; readonly file: Blob; readonly secrets: SecretsGiven | null }
  /** What a passkey is asked with, to open a file: FileHeadReply. */
  | { readonly control: 'export-head'; readonly file: Blob }
  /** Make a vault of a file in the open directory, which is empty: ReadReply. It is locked then. */
  | { readonly control: 'restore-export'; readonly file: Blob; readonly entry: VaultEntry; readonly secrets: SecretsGiven }
  /**
   * Somebody may know the passphrase: the open vault under a new master key in a new directory, which the page names;
   * the old one destroyed. RekeyReply; then the worker ends. On a refusal the vault goes on, unless the worker ended.
   */
  | { readonly control: 'rekey'; readonly to: string; readonly memoryKib: number; readonly secrets: SecretsGiven }
  /** Before any vault is listed: bring a copy that was cut off to its end. SettleReply. */
  | { readonly control: 'settle' }
  /** Not queued: the export or reading under way ends soon and is answered with cancelled. */
  | { readonly control: 'cancel-export' }
  /** Not queued: a KDF worker ended, and a key of the request with this id will not come, whether it waits for it yet or not. */
  | { readonly control: 'abandon-derivation'; readonly of: number };

/** The new recovery key as text to print. It opens nothing until it was typed back. */
export interface RecoveryKeyReply {
  readonly text: string;
}

export interface CommandRequest {
  readonly command: PageCommand;
  readonly request: unknown;
}

export type StoreRequest = { readonly id: number } & (Control | CommandRequest);

export type StoreEvent =
  | { readonly event: 'crashed'; readonly payload: { readonly detail: string } }
  /** The lock is in another state. Cold: keys wiped, files closed; the worker ends. */
  | { readonly event: 'lock'; readonly payload: LockView }
  /** Where the run stands: at each new phase, now and then within one, and at its end. */
  | { readonly event: 'sync'; readonly payload: SyncStatus }
  /** How far an export or a reading is: now and then. */
  | { readonly event: 'backup'; readonly payload: BackupProgress };
export type StoreReply = { readonly id: number } & CallResult<unknown, string>;
export type StoreMessage = StoreReply | StoreEvent;

/** The page to each worker: its compiled program, or why there is none. */
export type ProgramGiven =
  | { readonly program: WebAssembly.Module; readonly refused?: undefined }
  | { readonly program?: undefined; readonly refused: string };

/**
 * The page's one request to the KDF worker: derive, with a port that leads to the store worker, or say how long a
 * derivation takes here, to the page.
 */
export type KdfRequest =
  | { readonly passphrase: string; readonly port: MessagePort }
  | { readonly measure: { readonly memoryKib: number; readonly passes: number } };

/** KDF worker to the page. */
export type KdfMeasured =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly error: CallError<'kdf-no-memory' | 'kdf-failed' | 'not-loaded'> };

/** Store worker to KDF worker, from vault.prepare or vault.status. */
export interface KdfParameters {
  readonly saltHex: string;
  readonly memoryKib: number;
  readonly passes: number;
}

/** KDF worker to store worker. */
export type KdfResult =
  | { readonly ok: true; readonly key: ArrayBuffer }
  | { readonly ok: false; readonly error: CallError<'kdf-no-memory' | 'kdf-failed' | 'not-loaded'> };
