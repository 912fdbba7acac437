/**
 * The files of one vault directory, opened once as synchronous access handles and held.
 *
 * Directory: vaults/<32 hex digits>/ of the origin private file system. The core sees numbers only:
 * nothing thrown by the browser reaches it (VaultFiles in core.ts says what the numbers mean).
 */
import type { VaultFiles } from './core.ts';
import type { HostErrorCode } from '../protocol/envelope.ts';
import { moveText, readMove, type MoveJournal, type VaultMove } from './move-journal.ts';
import { ENTRY_BYTES_MAX, LABEL_FILE } from '../protocol/vault-entry.ts';
import { isThrowawayStorage } from './private-browsing.ts';

/** By the numbers of enum fk_vault_file in core/port. */
export const VAULT_FILE_NAMES: readonly string[] = [
  'pages', 'log0', 'log1', 'super0', 'super1', 'keys', 'tries', 'pages2', 'log2', 'log3', 'super2', 'super3',
];
export const VAULTS_DIRECTORY = 'vaults';
const DIRECTORY_NAME = /^[0-9a-f]{32}$/;
const PROBE_FILE = 'probe';
const SCRATCH_DIRECTORY = 'scratch';
const JOURNAL_FILE = 'moving';
const JOURNAL_BYTES_MAX = 512;
const HANDLE_FAILED = -1;

/**
 * A closed window's handles can live on for seconds after its worker was ended, so a refusal is
 * asked again, with growing pauses, for about 10 seconds.
 */
const RETRY_PAUSES_MS: readonly number[] = [20, 50, 100, 200, 400, 800, 1600, 3200, 3600];

export class StorageError extends Error {
  override readonly name = 'StorageError';
  constructor(readonly code: HostErrorCode, readonly detail: string) {
    super(`${code}: ${detail}`);
  }
}

export interface OpenVaultFiles extends VaultFiles {
  close(): void;
}

/** No vault: what the core sees before there is one, and in a worker that only serves content. */
export const NO_FILES: OpenVaultFiles = {
  read: () => 0,
  write: () => HANDLE_FAILED,
  flush: () => HANDLE_FAILED,
  truncate: () => HANDLE_FAILED,
  size: () => 0,
  close: () => undefined,
};

export async function openVaultFiles(directory: string, create: boolean): Promise<OpenVaultFiles> {
  return openFilesIn(await vaultDirectory(directory, create));
}

async function openFilesIn(folder: FileSystemDirectoryHandle): Promise<OpenVaultFiles> {
  const handles: FileSystemSyncAccessHandle[] = [];
  try {
    for (const name of VAULT_FILE_NAMES) {
      handles.push(await openHandle(folder, name));
    }
  } catch (error) {
    closeAll(handles);
    throw error;
  }
  return filesOver(handles);
}

/** Removes the directory with its files. Its handles are closed. */
export async function removeVaultDirectory(directory: string): Promise<void> {
  const vaults = await (await storageRoot()).getDirectoryHandle(VAULTS_DIRECTORY);
  await retryWhileHeld(() => vaults.removeEntry(checkedName(directory), { recursive: true }));
}

/**
 * The files of a directory apart from the vaults', for a test restore: empty, whatever an earlier one left there. What is
 * in them is sealed under keys that nobody keeps.
 */
export async function openScratchFiles(): Promise<OpenVaultFiles> {
  await removeScratchDirectory();
  const root = await storageRoot();
  return openFilesIn(await root.getDirectoryHandle(SCRATCH_DIRECTORY, { create: true }));
}

export async function removeScratchDirectory(): Promise<void> {
  const root = await storageRoot();
  try {
    await retryWhileHeld(() => root.removeEntry(SCRATCH_DIRECTORY, { recursive: true }));
  } catch (error) {
    if (!(error instanceof StorageError && error.detail === 'NotFoundError')) {
      throw error;
    }
  }
}

/** The label of a vault, if it has one, beside its copy. */
export async function copyLabel({ from, to }: VaultMove): Promise<void> {
  const [source, target] = [await vaultDirectory(from, false), await vaultDirectory(to, false)];
  let file: File;
  try {
    file = await (await source.getFileHandle(LABEL_FILE)).getFile();
  } catch {
    return;
  }
  await writeWhole(target, LABEL_FILE, new Uint8Array(await file.slice(0, ENTRY_BYTES_MAX).arrayBuffer()));
}

/** Beside the vaults: which directory is being copied into which. */
export const moveJournal: MoveJournal = {
  async read() {
    try {
      const file = await (await (await storageRoot()).getFileHandle(JOURNAL_FILE)).getFile();
      return readMove(await file.slice(0, JOURNAL_BYTES_MAX).text());
    } catch {
      return null;
    }
  },
  async write(move) {
    await writeWhole(await storageRoot(), JOURNAL_FILE, new TextEncoder().encode(moveText(move)));
  },
  async clear() {
    await (await storageRoot()).removeEntry(JOURNAL_FILE).catch(() => undefined);
  },
};

async function writeWhole(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const handle = await openHandle(folder, name);
  try {
    handle.truncate(0);
    if (handle.write(bytes, { at: 0 }) !== bytes.byteLength) {
      throw new StorageError('storage-refused', name);
    }
    handle.flush();
  } finally {
    handle.close();
  }
}

/** Opens, writes, flushes and removes one file. Throws StorageError when this browser cannot keep a vault. */
export async function probeStorage(): Promise<void> {
  const root = await storageRoot();
  const handle = await openHandle(root, PROBE_FILE);
  try {
    if (await isThrowawayStorage(handle)) {
      throw new StorageError('private-browsing', 'storage in memory');
    }
    const written = handle.write(new Uint8Array(1), { at: 0 });
    handle.flush();
    if (written !== 1) {
      throw new StorageError('storage-refused', 'a write of one byte fell short');
    }
  } catch (error) {
    throw error instanceof StorageError ? error : new StorageError('storage-refused', nameOf(error));
  } finally {
    handle.close();
    await root.removeEntry(PROBE_FILE);
  }
}

/** Adapts handles of any realm that has them; tests pass their own. */
export function filesOver(handles: readonly FileSystemSyncAccessHandle[]): OpenVaultFiles {
  const attempt = (file: number, action: (handle: FileSystemSyncAccessHandle) => number): number => {
    const handle = handles[file];
    try {
      return handle === undefined ? HANDLE_FAILED : action(handle);
    } catch {
      return HANDLE_FAILED;
    }
  };
  return {
    read: (file, target, at) => attempt(file, (handle) => handle.read(target, { at })),
    write: (file, source, at) => attempt(file, (handle) => writeAll(handle, source, at)),
    flush: (file) => attempt(file, (handle) => (handle.flush(), 0)),
    truncate: (file, sizeBytes) => attempt(file, (handle) => (handle.truncate(sizeBytes), 0)),
    size: (file) => attempt(file, (handle) => handle.getSize()),
    close: () => closeAll(handles),
  };
}

/**
 * At quota Chromium answers 4294967288, Firefox a short count, others throw QuotaExceededError: all
 * of them are a full disk, which the core hears as a short count.
 */
function writeAll(handle: FileSystemSyncAccessHandle, source: Uint8Array<ArrayBuffer>, at: number): number {
  try {
    const written = handle.write(source, { at });
    return written <= source.byteLength ? written : 0;
  } catch (error) {
    if (nameOf(error) === 'QuotaExceededError') {
      return 0;
    }
    throw error;
  }
}

function closeAll(handles: readonly FileSystemSyncAccessHandle[]): void {
  for (const handle of handles) {
    try {
      handle.close();
    } catch {
      // A handle the browser took back is closed already; the others still have to be.
    }
  }
}

async function storageRoot(): Promise<FileSystemDirectoryHandle> {
  if (typeof navigator.storage?.getDirectory !== 'function') {
    throw new StorageError('no-opfs', 'getDirectory');
  }
  try {
    return await navigator.storage.getDirectory();
  } catch (error) {
    throw new StorageError('storage-refused', nameOf(error));
  }
}

export async function vaultDirectory(directory: string, create: boolean): Promise<FileSystemDirectoryHandle> {
  const root = await storageRoot();
  try {
    const vaults = await root.getDirectoryHandle(VAULTS_DIRECTORY, { create });
    return await vaults.getDirectoryHandle(checkedName(directory), { create });
  } catch (error) {
    if (error instanceof StorageError) {
      throw error;
    }
    throw new StorageError(nameOf(error) === 'NotFoundError' ? 'no-directory' : 'storage-refused', nameOf(error));
  }
}

export async function openHandle(folder: FileSystemDirectoryHandle, name: string): Promise<FileSystemSyncAccessHandle> {
  const file = await folder.getFileHandle(name, { create: true }).catch((error: unknown) => {
    throw new StorageError('storage-refused', nameOf(error));
  });
  if (typeof file.createSyncAccessHandle !== 'function') {
    throw new StorageError('no-opfs', 'createSyncAccessHandle');
  }
  return retryWhileHeld(() => file.createSyncAccessHandle());
}

async function retryWhileHeld<Result>(action: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (nameOf(error) !== 'NoModificationAllowedError') {
        throw new StorageError('storage-refused', nameOf(error));
      }
      const pauseMs = RETRY_PAUSES_MS[attempt];
      if (pauseMs === undefined) {
        throw new StorageError('held-elsewhere', nameOf(error));
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

function checkedName(directory: string): string {
  if (!DIRECTORY_NAME.test(directory)) {
    throw new StorageError('no-directory', 'name');
  }
  return directory;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
