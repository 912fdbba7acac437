/**
 * Two sets of a vault's files at once: those of the open directory, and a second one for a test restore or a copy.
 * The core numbers the second from OTHER_FILE_FIRST on (core/host/wasm/abi.h).
 */
import type { VaultFiles } from './core.ts';
import { NO_FILES, type OpenVaultFiles } from './opfs.ts';

const OTHER_FILE_FIRST = 16;

export class FileSets implements VaultFiles {
  readonly #first: VaultFiles;
  #other: OpenVaultFiles = NO_FILES;

  constructor(first: VaultFiles) {
    this.#first = first;
  }

  /** The second set is these files from now on, and nobody else closes them. */
  openOther(files: OpenVaultFiles): void {
    this.closeOther();
    this.#other = files;
  }

  /** The second set as it is now; empty files when there is none. */
  get other(): OpenVaultFiles {
    return this.#other;
  }

  /** From now on the second set is empty and refuses a write. */
  closeOther(): void {
    this.#other.close();
    this.#other = NO_FILES;
  }

  read(file: number, target: Uint8Array<ArrayBuffer>, offsetBytes: number): number {
    return this.#set(file).read(file % OTHER_FILE_FIRST, target, offsetBytes);
  }

  write(file: number, source: Uint8Array<ArrayBuffer>, offsetBytes: number): number {
    return this.#set(file).write(file % OTHER_FILE_FIRST, source, offsetBytes);
  }

  flush(file: number): number {
    return this.#set(file).flush(file % OTHER_FILE_FIRST);
  }

  truncate(file: number, sizeBytes: number): number {
    return this.#set(file).truncate(file % OTHER_FILE_FIRST, sizeBytes);
  }

  size(file: number): number {
    return this.#set(file).size(file % OTHER_FILE_FIRST);
  }

  #set(file: number): VaultFiles {
    return file < OTHER_FILE_FIRST ? this.#first : this.#other;
  }
}
