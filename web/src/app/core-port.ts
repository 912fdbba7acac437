/** What the actions need from the core: one call, the two ways in that take a passphrase, and news. */
import type { CoreError } from '../state/model.ts';
import type { JsonObject } from '../state/json.ts';
import type { RecoveryKeyReply } from '../protocol/envelope.ts';
import type { LockStateReply, SlotType } from '../protocol/protocol.gen.ts';
import type { BackupProgress, ExportReply, FileHeadReply, ReadReply } from '../protocol/backup.ts';
import type { Profile } from './profiles.ts';
import type { SyncStatus } from '../protocol/sync.ts';
import type { VaultEntry } from '../protocol/vault-entry.ts';
import type { VaultRow } from '../state/vaults.ts';

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: CoreError };

export type StartOutcome =
  /** choose: there are vaults and none is chosen */
  | { readonly kind: 'vault'; readonly state: 'none' | 'choose' | 'unfinished' | 'locked'; readonly version: string; readonly rows: readonly VaultRow[]; readonly chosen: string | undefined }
  | { readonly kind: 'other-window' }
  /** a state of errors.json */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: CoreError };

export interface UnlockNews {
  readonly tornTail: boolean;
  readonly finishedCheckpoint: boolean;
  /** No room: everything can be read, nothing saved until there is. */
  readonly rewritePending: boolean;
  /** A newer app wrote it, and this one only shows it. */
  readonly isReadOnly: boolean;
  readonly isPractice: boolean;
  readonly openedWith: SlotType;
  /** neutral: a vault of its own, opened by the distress phrase */
  readonly profile: Profile;
}

/** A passphrase, together with the output of a passkey where one is used. The output is transferred away by its use. */
export interface Given {
  readonly passphrase: string;
  readonly prf?: ArrayBuffer | undefined;
}

/** What opens an exported file: a passphrase, with the output of a passkey or without, or a recovery key as it was typed. */
export type GivenForFile = Given | { readonly recoveryKey: string };

export interface RestoredVault extends ReadReply {
  readonly directory: string;
}

export type CoreNews =
  /** another window asked for the records; ours has let go of them */
  | 'moved-away'
  /** the worker stopped by a fault */
  | 'crashed'
  /** the browser put the page away and brought it back */
  | 'locked'
  /** nobody was there: the PIN opens */
  | 'warm'
  /** nobody was there for long, or wrong PINs: only the passphrase opens */
  | 'cold';

export interface CorePort {
  start(): Promise<StartOutcome>;
  /** Asks the other window to let go, then starts here. */
  takeOver(): Promise<StartOutcome>;
  call(command: string, request: JsonObject): Promise<Outcome<JsonObject>>;
  /** Locks what is open and turns to another vault; undefined: to none, as before making one. */
  choose(directory: string | undefined): Promise<StartOutcome>;
  listVaults(): Promise<Outcome<readonly VaultRow[]>>;
  createVault(passphrase: string, entry: VaultEntry): Promise<Outcome<JsonObject>>;
  /** Another label for the open vault. */
  relabel(entry: VaultEntry): Promise<Outcome<JsonObject>>;
  /** unsentCount: as the person was shown it; undefined for a locked vault, which cannot be asked. */
  removeVault(unsentCount: string | undefined): Promise<Outcome<JsonObject>>;
  /** Loads what unlock() needs, without a key. May be called again and again. */
  makeReady(): void;
  unlock(given: Given): Promise<Outcome<UnlockNews>>;
  /** A damaged vault, for reading. */
  inspect(given: Given): Promise<Outcome<JsonObject>>;
  unlockWithRecoveryKey(typed: string): Promise<Outcome<UnlockNews>>;
  /** old left out: instead of what opened the vault; after the recovery key, of every passphrase. */
  changePassphrase(next: string, old: Given | undefined): Promise<Outcome<JsonObject>>;
  /** auth: this does not open the vault that is open. */
  prove(given: Given): Promise<Outcome<object>>;
  /** One more way in, of both together. isChosen: the words are the person's own. */
  addPasskey(given: Required<Given>, isChosen: boolean): Promise<Outcome<JsonObject>>;
  /** Everything under a new master key in a new directory; locked then, and other ways in are to be made again. */
  changeMasterKey(passphrase: string): Promise<Outcome<{ readonly directory: string }>>;
  /** A phrase that opens an empty vault instead of this one. exists: it opens something already. */
  setDistressPhrase(phrase: string): Promise<Outcome<JsonObject>>;
  makeRecoveryKey(): Promise<Outcome<RecoveryKeyReply>>;
  confirmRecoveryKey(typed: string): Promise<Outcome<JsonObject>>;
  lock(): Promise<void>;
  /** A sealed copy of the open vault, read back and found the same. */
  exportVault(): Promise<Outcome<ExportReply>>;
  /** What a passkey is asked with, to open a copy. */
  readExportHead(file: Blob): Promise<Outcome<FileHeadReply>>;
  /** A vault made of a copy, in a directory of its own; locked. On failure nothing of it stays. */
  restoreExport(file: Blob, given: GivenForFile, entry: VaultEntry): Promise<Outcome<RestoredVault>>;
  cancelBackup(): void;
  onBackup(listener: (progress: BackupProgress) => void): void;
  choosePin(pin: Uint8Array<ArrayBuffer>): Promise<Outcome<LockStateReply>>;
  /** A wrong PIN is no error. An error of any kind but a PIN that is none: only the passphrase opens. */
  openByPin(pin: Uint8Array<ArrayBuffer>): Promise<Outcome<LockStateReply>>;
  removeUnfinished(): Promise<Outcome<JsonObject>>;
  /** One run against the hub, to its end. Locking ends it. */
  sync(timeMs: number): Promise<Outcome<SyncStatus>>;
  cancelSync(): void;
  /** Where a run stands, while it goes on. */
  onSync(listener: (status: SyncStatus) => void): void;
  onNews(listener: (news: CoreNews) => void): void;
}
