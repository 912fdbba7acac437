/** A vault's directory as a whole: its label in plain, and its end. The six files themselves are opfs.ts. */
import type { CallResult } from '../protocol/envelope.ts';
import type { VaultStatusReply, VaultStorageReply } from '../protocol/protocol.gen.ts';
import { LABEL_FILE, writeEntry, type VaultEntry } from '../protocol/vault-entry.ts';
import { openHandle, StorageError, vaultDirectory, VAULT_FILE_NAMES, type OpenVaultFiles } from './opfs.ts';

/** Replaces the label. A label that was cut off by a power cut is not read, and the vault is listed without one. */
export async function writeLabel(directory: string, entry: VaultEntry): Promise<void> {
  const bytes = writeEntry(entry);
  const handle = await openHandle(await vaultDirectory(directory, false), LABEL_FILE);
  try {
    if (handle.write(bytes, { at: 0 }) !== bytes.byteLength) throw new StorageError('storage-refused', 'label');
    handle.truncate(bytes.byteLength);
    handle.flush();
  } finally {
    handle.close();
  }
}

const KEYS = VAULT_FILE_NAMES.indexOf('keys');

/**
 * Makes the vault unreadable for good: without its key file nothing of the other files can ever be opened. Comes
 * before the directory goes, so that a removal cut off in the middle leaves a folder that is offered for removal.
 * Out: false when the storage did not answer; the vault may then still be there.
 */
export function destroyKeys(files: OpenVaultFiles): boolean {
  const sizeBytes = files.size(KEYS);
  if (sizeBytes < 0) return false;
  const isOverwritten = files.write(KEYS, new Uint8Array(sizeBytes), 0) === sizeBytes && files.flush(KEYS) === 0;
  return isOverwritten && files.truncate(KEYS, 0) === 0 && files.flush(KEYS) === 0;
}

type Result<Reply> = CallResult<Reply, string>;

/** What may be written beside an open vault: the label as it was asked for, and what the vault itself says that it is. */
export function labelOfOpenVault(status: Result<VaultStatusReply>, entry: VaultEntry): Result<VaultEntry> {
  if (!status.ok) return status;
  const { state, isPractice } = status.reply;
  return state === 'open' ? { ok: true, reply: { ...entry, isPractice: isPractice === true } } : wrongState(`the vault is ${state}`);
}

/** Whether the person agreed to lose exactly what is only here; null stands for a locked vault, of which nobody knows. */
export function isLossAgreed(storage: Result<VaultStorageReply>, agreedCount: string | null): Result<object> {
  if (!storage.ok && storage.error.code !== 'wrong-state') return storage;
  const unsentCount = storage.ok ? storage.reply.unsentCount : null;
  return unsentCount === agreedCount ? { ok: true, reply: {} } : wrongState('other work than was agreed to lose');
}

function wrongState(detail: string): Result<never> {
  return { ok: false, error: { code: 'wrong-state', detail } };
}
