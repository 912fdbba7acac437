/**
 * Vault directories of this origin, with the label each owner chose. Names of directories are random: 32 hex digits,
 * made before the vault's own id. Reads only; a label that cannot be read never hides its vault.
 */
import { ENTRY_BYTES_MAX, LABEL_FILE, readEntry, type VaultEntry } from '../protocol/vault-entry.ts';

/** The worker's side is web/src/worker/opfs.ts. */
const VAULTS_DIRECTORY = 'vaults';
const DIRECTORY_NAME = /^[0-9a-f]{32}$/;
const KEY_FILE = 'keys';

export interface ListedVault {
  readonly directory: string;
  readonly entry: VaultEntry | 'none' | 'damaged';
  /** false: the vault was never finished or is half removed; the core says so for certain when it looks */
  readonly hasKeys: boolean;
}

/** Sorted by label, then by name of the directory. Opens nothing. Throws when the storage cannot be read. */
export async function listVaults(): Promise<readonly ListedVault[]> {
  const vaults: ListedVault[] = [];
  for (const folder of await directories()) {
    const [entry, keyBytes] = await Promise.all([entryOf(folder), sizeOf(folder, KEY_FILE)]);
    vaults.push({ directory: folder.name, entry, hasKeys: keyBytes !== 0 });
  }
  const keyOf = ({ directory, entry }: ListedVault): string => `${typeof entry === 'string' ? '' : entry.label}\n${directory}`;
  return vaults.sort((one, other) => keyOf(one).localeCompare(keyOf(other), 'en', { numeric: true }));
}

async function directories(): Promise<readonly FileSystemDirectoryHandle[]> {
  const root = await navigator.storage.getDirectory();
  const found: FileSystemDirectoryHandle[] = [];
  try {
    const vaults = await root.getDirectoryHandle(VAULTS_DIRECTORY);
    for await (const [name, handle] of vaults.entries()) {
      if (handle.kind === 'directory' && DIRECTORY_NAME.test(name)) found.push(handle as FileSystemDirectoryHandle);
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return found;
}

async function entryOf(folder: FileSystemDirectoryHandle): Promise<ListedVault['entry']> {
  try {
    const file = await (await folder.getFileHandle(LABEL_FILE)).getFile();
    const entry = file.size > ENTRY_BYTES_MAX ? undefined : readEntry(new Uint8Array(await file.arrayBuffer()));
    return entry ?? 'damaged';
  } catch (error) {
    return isNotFound(error) ? 'none' : 'damaged';
  }
}

/** 0 when there is no such file; undefined when it cannot be looked at. */
async function sizeOf(folder: FileSystemDirectoryHandle, name: string): Promise<number | undefined> {
  try {
    return (await (await folder.getFileHandle(name)).getFile()).size;
  } catch (error) {
    return isNotFound(error) ? 0 : undefined;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'NotFoundError';
}
