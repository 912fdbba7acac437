/** Vault directories of this origin. Names are random: 32 hex digits, made before the vault's own id. */

/** The worker's side is web/src/worker/opfs.ts. */
const VAULTS_DIRECTORY = 'vaults';
const DIRECTORY_NAME = /^[0-9a-f]{32}$/;

/** Sorted by name; empty when there is none. Opens nothing. */
export async function listVaultDirectories(): Promise<readonly string[]> {
  const root = await navigator.storage.getDirectory();
  const names: string[] = [];
  try {
    const vaults = await root.getDirectoryHandle(VAULTS_DIRECTORY);
    for await (const [name, handle] of vaults.entries()) {
      if (handle.kind === 'directory' && DIRECTORY_NAME.test(name)) {
        names.push(name);
      }
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundError') {
      return [];
    }
    throw error;
  }
  return names.sort();
}
