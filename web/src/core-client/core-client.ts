/**
 * The page's only way to the core.
 *
 * Starts and ends the store worker, keeps to one live window, and repeats a change that was under way
 * when the worker stopped. A mutation carries its time and its ids from whoever made it, so a repeat is
 * the same mutation and the core answers it with the first reply.
 */
import { newId } from '../platform/random.ts';
import type { BackupProgress, ExportReply, FileHeadReply, ReadReply, RekeyReply } from '../protocol/backup.ts';
import type { CallError, Control, OpenReply, PageCommand } from '../protocol/envelope.ts';
import type { SyncStatus } from '../protocol/sync.ts';
import {
  MUTATIONS, type Commands, type LockStateReply, type VaultCreateReply, type VaultPrepareReply, type VaultUnlockReply,
} from '../protocol/protocol.gen.ts';
import type { CoreNews, CreatedVault, StartResult, UnlockReply } from './client-types.ts';
import { missingCapability } from './capabilities.ts';
import { measureDerivation } from './kdf-connection.ts';
import { KeyClient, sendTyped } from './key-client.ts';
import { settingsByMeasure } from './kdf-settings.ts';
import { LiveWindow } from './live-window.ts';
import { isMoveUnderWay } from './moving.ts';
import { STOPPED, StoreConnection, type Keys, type Result } from './store-connection.ts';
import type { VaultEntry } from '../protocol/vault-entry.ts';
import { VaultCopies, type RestoredVault } from './vault-copies.ts';
import { listVaults, type ListedVault } from './vault-directories.ts';

const MOVE_DEADLINE_MS = 15_000;
const LOCK_DEADLINE_MS = 3_000;

interface Opened {
  readonly directory: string | null;
  readonly connection: StoreConnection;
  readonly result: Promise<Result<OpenReply>>;
}

interface SentCommand {
  readonly directory: string | null;
  readonly command: PageCommand;
  readonly request: unknown;
}

export class CoreClient {
  /** The ways into the open vault. */
  readonly keys = new KeyClient((send) => this.#sendToOpen(send));
  readonly #window = new LiveWindow(() => this.#letGo());
  readonly #listeners: ((news: CoreNews) => void)[] = [];
  readonly #syncListeners: ((status: SyncStatus) => void)[] = [];
  readonly #copies = new VaultCopies({
    open: (directory, create) => this.#openFor(directory, create),
    chosen: () => this.#directory,
    choose: (directory) => (this.#directory = directory),
    removeUnfinished: () => this.removeUnfinished(),
    lock: () => this.lock(),
    settings: () => settingsByMeasure(measureDerivation),
  });
  readonly #backupListeners: ((progress: BackupProgress) => void)[] = [];
  /** Of the vault that was chosen, or is being made; null while none is. */
  #directory: string | null = null;
  #isPrepared = false;
  #opened: Opened | null = null;
  #content: Opened | null = null;
  /** Mutations without an answer, oldest first; those a crash left over are sent again after unlock. */
  #mutations: SentCommand[] = [];

  constructor() {
    window.addEventListener('pagehide', () => this.#leave());
    window.addEventListener('pageshow', (event) => {
      if (event.persisted) {
        this.#tell('locked');
      }
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') {
        void this.#opened?.connection.send({ control: 'tidy' });
      }
    });
  }

  onNews(listener: (news: CoreNews) => void): void {
    this.#listeners.push(listener);
  }

  /** Where a run of sync stands, while it goes on and at its end. */
  onSync(listener: (status: SyncStatus) => void): void {
    this.#syncListeners.push(listener);
  }

  /** One run against the hub, to its end. wrong-state: one is under way. Locking ends it with stopped. */
  async sync(timeMs: number): Promise<Result<SyncStatus>> {
    const opened = this.#opened;
    if (!this.#window.isLive || opened === null || !(await opened.result).ok) {
      return STOPPED;
    }
    return (await opened.connection.send({ control: 'sync', timeMs })) as Result<SyncStatus>;
  }

  /** The run under way ends soon; sync() then answers. */
  cancelSync(): void {
    void this.#opened?.connection.send({ control: 'cancel-sync' });
  }

  /** How far an export or the reading of one is, while it goes on. */
  onBackup(listener: (progress: BackupProgress) => void): void {
    this.#backupListeners.push(listener);
  }

  /** A sealed export of the open vault, read back and found the same. Other commands wait for it. */
  exportVault(): Promise<Result<ExportReply>> {
    return this.#copies.export();
  }

  /** A test restore of an exported file. keys null: with the key the vault is open with. auth: they do not open this file. */
  verifyExport(file: Blob, keys: string | Keys | null): Promise<Result<ReadReply>> {
    return this.#copies.verify(file, keys === null ? null : keysOf(keys));
  }

  /** What a passkey is asked with, to open an exported file. */
  readExportHead(file: Blob): Promise<Result<FileHeadReply>> {
    return this.#copies.readHead(file);
  }

  /** A vault made of an exported file in a new directory; locked. On failure nothing of it stays. */
  restoreExport(file: Blob, keys: string | Keys, entry: VaultEntry): Promise<Result<RestoredVault>> {
    return this.#copies.restore(file, keysOf(keys), entry);
  }

  /** Everything under a new master key; the old vault is destroyed. Locked then; other ways in are to be made again. */
  changeMasterKey(keys: string | Keys): Promise<Result<RekeyReply>> {
    return this.#copies.changeMasterKey(keysOf(keys));
  }

  /** An export, reading or copy under way ends soon, with cancelled. */
  cancelBackup(): void {
    void this.#opened?.connection.send({ control: 'cancel-export' });
  }

  /** Check the browser, become the live window, open the vault directory without a key. */
  start(): Promise<StartResult> {
    return this.#start(() => this.#window.claim());
  }

  /** The same, asking another window to lock and let go first. */
  moveHere(): Promise<StartResult> {
    return this.#start(() => this.#window.moveHere(MOVE_DEADLINE_MS));
  }

  /** The caller makes ids and times first. content.get answers in any state: help must open without storage too. */
  async call<Name extends PageCommand>(
    command: Name,
    request: Commands[Name]['request'],
  ): Promise<Result<Commands[Name]['reply']>> {
    const opened = this.#window.isLive ? this.#open(this.#directory, false) : this.#openContent();
    const result = await this.#send(opened, command, request);
    const isAnswered = result.ok || command !== 'content.get' || result.error.code === 'not-found';
    // The worker was just being locked, or the vault's files cannot be opened.
    return (isAnswered ? result : await this.#send(this.#openContent(), command, request)) as Result<Commands[Name]['reply']>;
  }

  /** Close what is open, unchanged, and turn to another vault, looked at without a key. null: to none, as before making one. */
  async choose(directory: string | null): Promise<StartResult> {
    if (!this.#window.isLive) {
      return { kind: 'other-window' };
    }
    await this.#close();
    return this.#turnTo(directory);
  }

  /** The workers of the next unlock() are started and load their programs, while somebody types. They have no key. */
  makeReady(): void {
    if (this.#window.isLive && this.#directory !== null) this.#open(this.#directory, false).connection.makeKdfReady();
  }

  /**
   * Choose a new vault's id, salt and settings, before a passkey is asked for it: the reply says with what. createVault
   * then makes this one. The settings are the largest this device derives a key with in about a second.
   */
  async prepareVault(isPractice = false): Promise<Result<VaultPrepareReply>> {
    const [memoryKib = 0] = await settingsByMeasure(measureDerivation);
    const prepared = (await this.#sendToNew({ control: 'prepare', memoryKib, isPractice })) as Result<VaultPrepareReply>;
    this.#isPrepared = prepared.ok;
    return prepared;
  }

  /** Make a vault in a new directory and open it. On failure nothing of it stays. */
  async createVault(keys: string | Keys, entry: VaultEntry): Promise<Result<CreatedVault>> {
    if (!this.#window.isLive) {
      return OTHER_WINDOW;
    }
    const settings = this.#isPrepared ? [undefined] : await settingsByMeasure(measureDerivation);
    this.#isPrepared = false;
    let created: Result<unknown> = STOPPED;
    for (const memoryKib of settings) {
      created = await this.#createWith(keysOf(keys), entry, memoryKib);
      // What was measured a moment ago may not be free now; a vault that exists never gets a lower setting.
      if (created.ok || created.error.code !== 'kdf-no-memory') break;
    }
    if (!created.ok) {
      await this.removeUnfinished();
      return created;
    }
    return { ok: true, reply: { ...(created.reply as VaultCreateReply), directory: this.#directory ?? '' } };
  }

  /** auth: these keys open nothing here; wait, locked-out: see vault.status. */
  async unlock(keys: string | Keys): Promise<Result<UnlockReply>> {
    return this.#unlock((connection) => connection.sendWithKeys([keysOf(keys)], ([given]) => ({ control: 'unlock', ...given })));
  }

  /** mistyped: detail names the group. A new passphrase is asked for next. */
  async unlockWithRecoveryKey(typed: string): Promise<Result<UnlockReply>> {
    return this.#unlock((connection) => sendTyped(connection, 'unlock-with-recovery-key', typed));
  }

  /** lock.pin. The bytes move to the worker, which wipes them. */
  choosePin(pin: Uint8Array<ArrayBuffer>): Promise<Result<LockStateReply>> {
    return this.#sendPin('choose-pin', pin);
  }

  /** lock.open. A wrong PIN is no error: the reply says what is left. stopped: the vault is locked, only unlock() opens. */
  openByPin(pin: Uint8Array<ArrayBuffer>): Promise<Result<LockStateReply>> {
    return this.#sendPin('open-by-pin', pin);
  }

  async #sendPin(control: 'choose-pin' | 'open-by-pin', { buffer }: Uint8Array<ArrayBuffer>): Promise<Result<LockStateReply>> {
    const sent = this.#opened?.connection.send({ control, pin: buffer }, [buffer]);
    return ((await sent) ?? STOPPED) as Result<LockStateReply>;
  }

  /** The damaged vault for reading, as far as it is consistent. Answers as unlock(), and damaged when nothing is. */
  async inspect(keys: string | Keys): Promise<Result<unknown>> {
    if (!this.#window.isLive) {
      return OTHER_WINDOW;
    }
    const { connection, result } = this.#open(this.#directory, false);
    const opened = await result;
    return opened.ok ? connection.sendWithKeys([keysOf(keys)], ([given]) => ({ control: 'inspect', ...given })) : opened;
  }

  /** Keys wiped, files closed, worker ended. Always succeeds. */
  async lock(): Promise<void> {
    this.#mutations = [];
    await this.#close();
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    await opened?.connection.lock(LOCK_DEADLINE_MS);
  }

  /** Remove a directory whose vault was never finished. A directory that holds a vault is refused. */
  removeUnfinished(): Promise<Result<unknown>> {
    return this.#remove({ control: 'remove-unfinished' });
  }

  /**
   * Remove the chosen vault for good. unsentCount: of vault.storage, as the person was shown it; null when the vault is
   * locked and cannot be asked. wrong-state: it says another number now, and nothing was removed.
   */
  removeVault(unsentCount: string | null): Promise<Result<unknown>> {
    return this.#remove({ control: 'remove-vault', unsentCount });
  }

  /** Another label for the vault that is open. */
  async relabel(entry: VaultEntry): Promise<Result<unknown>> {
    const opened = this.#opened;
    return opened === null ? STOPPED : opened.connection.send({ control: 'label', entry });
  }

  listVaults(): Promise<readonly ListedVault[]> {
    return listVaults();
  }

  async #remove(control: Control): Promise<Result<unknown>> {
    if (!this.#window.isLive) {
      return OTHER_WINDOW;
    }
    const { connection, result } = this.#open(this.#directory, false);
    const opened = await result;
    if (!opened.ok) {
      return opened;
    }
    const removed = await connection.send(control);
    if (removed.ok) {
      this.#mutations = this.#mutations.filter((sent) => sent.directory !== this.#directory);
      this.#directory = null;
      await this.#close();
    }
    return removed;
  }

  async #createWith(keys: Keys, entry: VaultEntry, memoryKib: number | undefined): Promise<Result<unknown>> {
    const opened = await this.#openNew();
    return opened.ok
      ? opened.reply.sendWithKeys([keys], ([given]) => ({ control: 'create', memoryKib, entry, ...given }))
      : opened;
  }

  async #sendToNew(control: Control): Promise<Result<unknown>> {
    const opened = await this.#openNew();
    return opened.ok ? opened.reply.send(control) : opened;
  }

  /** The directory that a new vault will have. */
  async #openNew(): Promise<Result<StoreConnection>> {
    if (!this.#window.isLive) {
      return OTHER_WINDOW;
    }
    this.#directory ??= newId();
    const { connection, result } = this.#open(this.#directory, true);
    const opened = await result;
    return opened.ok ? { ok: true, reply: connection } : opened;
  }

  async #unlock(send: (connection: StoreConnection) => Promise<Result<unknown>>): Promise<Result<UnlockReply>> {
    if (!this.#window.isLive) {
      return OTHER_WINDOW;
    }
    const { connection, result } = this.#open(this.#directory, false);
    const opened = await result;
    if (!opened.ok) {
      return opened;
    }
    const unlocked = (await send(connection)) as Result<VaultUnlockReply>;
    if (!unlocked.ok) {
      return unlocked;
    }
    if (unlocked.reply.profile !== 'own') {
      // What was under way belongs to another vault and must not appear in this one.
      this.#mutations = [];
    }
    return { ok: true, reply: { ...unlocked.reply, repeatedCount: await this.#repeatMutations() } };
  }

  async #sendToOpen(send: (connection: StoreConnection) => Promise<Result<unknown>>): Promise<Result<unknown>> {
    const opened = this.#opened;
    if (!this.#window.isLive || opened === null || !(await opened.result).ok) {
      return STOPPED;
    }
    return send(opened.connection);
  }

  async #start(becomeLive: () => Promise<boolean>): Promise<StartResult> {
    const missing = await missingCapability();
    if (missing !== null) {
      return { kind: 'refused', error: missing };
    }
    if (!(await becomeLive())) {
      return { kind: 'other-window' };
    }
    const settled = await this.#settleMove();
    if (!settled.ok) {
      return refused(settled.error);
    }
    try {
      const directories = (await listVaults()).map(({ directory }) => directory);
      const isThere = this.#directory !== null && directories.includes(this.#directory);
      return await this.#turnTo(isThere ? this.#directory : directories.length === 1 ? (directories[0] ?? null) : null);
    } catch (error) {
      return refused({ code: 'storage-refused', detail: error instanceof Error ? error.name : 'unknown' });
    }
  }

  /** Looks at the vault of this directory. null: at none, only whether one could be kept here. */
  async #turnTo(directory: string | null): Promise<StartResult> {
    this.#directory = directory;
    const { connection, result } = this.#open(directory, false);
    const opened = await result;
    if (!opened.ok) {
      return refused(opened.error);
    }
    const probed = directory === null ? await connection.send({ control: 'probe' }) : opened;
    if (!probed.ok) {
      return refused(probed.error);
    }
    // Asked now: the worker may have been open, and unlocked, before this start.
    const status = await this.call('vault.status', {});
    if (!status.ok) {
      return refused(status.error);
    }
    const vaults = { rows: await listVaults(), chosen: directory };
    return { kind: 'ready', state: status.reply.state, appVersion: opened.reply.start.appVersion, vaults };
  }

  /** A change of master key that was cut off is brought to its end before any vault is listed. */
  async #settleMove(): Promise<Result<unknown>> {
    if (this.#opened !== null || !(await isMoveUnderWay())) {
      return { ok: true, reply: {} };
    }
    const connection = new StoreConnection(null);
    const settled = await connection.send({ control: 'settle' });
    await connection.lock(LOCK_DEADLINE_MS);
    return settled;
  }

  async #openFor(directory: string | null, create: boolean): Promise<Result<StoreConnection>> {
    if (!this.#window.isLive) return OTHER_WINDOW;
    const { connection, result } = this.#open(directory, create);
    const opened = await result;
    return opened.ok ? { ok: true, reply: connection } : opened;
  }

  /** A second worker without files and keys: in a window that is not live, and when the first cannot answer. */
  #openContent(): Opened {
    if (this.#content === null || this.#content.connection.hasEnded) {
      const connection = new StoreConnection(null);
      this.#content = { directory: null, connection, result: this.#openOn(connection, null, false) };
    }
    return this.#content;
  }

  /** The worker that is open on this directory, or a new one after the old one has let go. */
  #open(directory: string | null, create: boolean): Opened {
    const previous = this.#opened;
    if (previous !== null && previous.directory === directory && !previous.connection.hasEnded) {
      return previous;
    }
    const connection: StoreConnection = new StoreConnection({
      onCrash: () => this.#ended(connection, 'crashed'),
      onSync: (status) => this.#syncListeners.forEach((listener) => listener(status)),
      onBackup: (progress) => this.#backupListeners.forEach((listener) => listener(progress)),
      onLock: ({ state }) => {
        if (state === 'cold') this.#ended(connection, 'cold');
        else if (state === 'warm' && this.#opened?.connection === connection) this.#tell('warm');
      },
    });
    const letGo = previous?.connection.hasEnded === false ? previous.connection.lock(LOCK_DEADLINE_MS) : Promise.resolve();
    const result = letGo.then(() => this.#openOn(connection, directory, create));
    this.#opened = { directory, connection, result };
    return this.#opened;
  }

  async #openOn(connection: StoreConnection, directory: string | null, create: boolean): Promise<Result<OpenReply>> {
    const result = (await connection.send({ control: 'open', directory, create })) as Result<OpenReply>;
    if (!result.ok) {
      await connection.lock(LOCK_DEADLINE_MS);
    }
    return result;
  }

  async #send({ directory, connection, result: opening }: Opened, command: PageCommand, request: unknown): Promise<Result<unknown>> {
    const opened = await opening;
    if (!opened.ok) {
      return opened;
    }
    const sent: SentCommand = { directory, command, request };
    if (MUTATIONS.has(command)) {
      this.#mutations.push(sent);
    }
    const result = await connection.send({ command, request });
    if (result.ok || result.error.code !== 'crashed') {
      this.#mutations = this.#mutations.filter((mutation) => mutation !== sent);
    }
    return result;
  }

  /** One repeat each, in the vault it was meant for: a change that stops the worker again is given up. */
  async #repeatMutations(): Promise<number> {
    const left = this.#mutations.filter((sent) => sent.directory === this.#directory);
    this.#mutations = this.#mutations.filter((sent) => sent.directory !== this.#directory);
    for (const { command, request } of left) {
      await this.#opened?.connection.send({ command, request });
    }
    return left.length;
  }

  #ended(connection: StoreConnection, news: 'crashed' | 'cold'): void {
    if (this.#opened?.connection === connection) {
      this.#opened = null;
      this.#tell(news);
    }
  }

  async #letGo(): Promise<void> {
    await this.lock();
    this.#tell('moved-away');
  }

  #leave(): void {
    this.#mutations = [];
    this.#opened?.connection.postLock();
    this.#opened = null;
  }

  #tell(news: CoreNews): void {
    this.#listeners.forEach((listener) => listener(news));
  }
}

const OTHER_WINDOW: Result<never> = { ok: false, error: { code: 'other-window', detail: 'not the live window' } };

function keysOf(keys: string | Keys): Keys {
  return typeof keys === 'string' ? { passphrase: keys } : keys;
}

function refused(error: CallError<string>): StartResult {
  return { kind: 'refused', error };
}
