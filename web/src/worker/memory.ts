/**
 * The only file that touches memory.buffer.
 *
 * When a module's memory grows, every view made before has length 0: reads give undefined and writes
 * vanish without an error. So no view is ever kept: bytes() makes a new one for each access, and it
 * is used up before the next call into the module.
 */
import { RefusedModuleError } from './loader.ts';

export class ModuleMemory {
  readonly #memory: WebAssembly.Memory;

  constructor(exports: WebAssembly.Exports) {
    const memory = exports['memory'];
    if (!(memory instanceof WebAssembly.Memory)) {
      throw new RefusedModuleError('no export memory');
    }
    this.#memory = memory;
  }

  /** A view to be used at once. Throws when it would reach beyond the memory. */
  bytes(address: number, sizeBytes: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer as ArrayBuffer, address >>> 0, sizeBytes >>> 0);
  }

  write(address: number, source: Uint8Array): void {
    this.bytes(address, source.byteLength).set(source);
  }

  copy(address: number, sizeBytes: number): Uint8Array<ArrayBuffer> {
    return this.bytes(address, sizeBytes).slice();
  }

  text(address: number, sizeBytes: number): string {
    return new TextDecoder().decode(this.bytes(address, sizeBytes));
  }

  get sizeBytes(): number {
    return this.#memory.buffer.byteLength;
  }
}
