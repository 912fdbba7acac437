// The files of a vault in memory, for the worker's code in Node: what is written is there, nothing is flushed.

/** A file that grows by doubling. */
class GrowingFile {
  #bytes = new Uint8Array(1 << 16);
  #size = 0;

  read(target, at) {
    const piece = this.#bytes.subarray(at, Math.min(this.#size, at + target.length));
    target.set(piece);
    return piece.length;
  }

  write(source, at) {
    const end = at + source.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(2 * end);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(source, at);
    this.#size = Math.max(this.#size, end);
    return source.length;
  }

  truncate(size) {
    this.#size = size;
    return 0;
  }

  get size() {
    return this.#size;
  }
}

/** VaultFiles of web/src/worker/core.ts with open() and close(). */
export function memoryFiles() {
  const files = [];
  const file = (index) => (files[index] ??= new GrowingFile());
  const disk = {
    read: (index, target, at) => file(index).read(target, at), write: (index, source, at) => file(index).write(source, at),
    flush: () => 0, truncate: (index, size) => file(index).truncate(size), size: (index) => file(index).size,
    open: () => disk, close: () => undefined,
  };
  return disk;
}
