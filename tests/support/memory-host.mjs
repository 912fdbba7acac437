// A host in memory for the core in Node: the files of a vault, a clock, a random source. Every part can be told to misbehave.
import { webcrypto } from 'node:crypto';

const FILE_COUNT = 12;

/** The files of one vault. Survives instances, as a disk does. */
export class MemoryDisk {
  /** @param {{ quotaBytes?: number }} options bytes of all files together */
  constructor({ quotaBytes = Infinity } = {}) {
    this.files = Array.from({ length: FILE_COUNT }, () => new Uint8Array(0));
    this.quotaBytes = quotaBytes;
    this.failing = new Set(); // 'read', 'write', 'flush', 'truncate', 'size'
    this.isClosed = false;
    this.calls = { read: 0, write: 0, flush: 0, truncate: 0, size: 0 };
  }

  /** What StoreService opens: the same files, once more. */
  open() {
    this.isClosed = false;
    return this;
  }

  close() {
    this.isClosed = true;
  }

  get usedBytes() {
    return this.files.reduce((sum, file) => sum + file.length, 0);
  }

  read(file, target, offset) {
    return this.#answer('read', () => {
      const piece = this.files[file].subarray(offset, offset + target.length);
      target.set(piece);
      return piece.length;
    });
  }

  write(file, source, offset) {
    return this.#answer('write', () => {
      const grownBytes = Math.max(0, offset + source.length - this.files[file].length);
      const roomBytes = Math.max(0, this.quotaBytes - this.usedBytes);
      const takenBytes = Math.max(0, source.length - Math.max(0, grownBytes - roomBytes));
      this.#resize(file, Math.max(this.files[file].length, offset + takenBytes));
      this.files[file].set(source.subarray(0, takenBytes), offset);
      return takenBytes;
    });
  }

  flush() {
    return this.#answer('flush', () => 0);
  }

  truncate(file, sizeBytes) {
    return this.#answer('truncate', () => {
      this.#resize(file, sizeBytes);
      return 0;
    });
  }

  size(file) {
    return this.#answer('size', () => this.files[file].length);
  }

  #answer(name, action) {
    this.calls[name] += 1;
    return this.isClosed || this.failing.has(name) ? -1 : action();
  }

  #resize(file, sizeBytes) {
    const resized = new Uint8Array(sizeBytes);
    resized.set(this.files[file].subarray(0, sizeBytes));
    this.files[file] = resized;
  }
}

/** HostPorts of web/src/worker/core.ts. */
export function memoryPorts(disk = new MemoryDisk(), overrides = {}) {
  return {
    files: disk,
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    fillRandom: (target) => void webcrypto.getRandomValues(target),
    ...overrides,
  };
}
