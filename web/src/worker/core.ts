/**
 * One instance of core.wasm: its imports on one side, typed calls on the other.
 *
 * Names no global that Node or a worker lacks, so that tests and benchmarks drive the very same code.
 * After a trap the instance is never called again; whoever owns it starts a new one from disk.
 */
import {
  COMMAND_IDS,
  PROTOCOL_VERSION,
  REQUEST_BYTES_MAX,
  SCHEMA_HASH,
  type CommandName,
  type RawReplyCommand,
} from '../protocol/protocol.gen.ts';
import { CORE_IMPORTS, exportedFunction, instantiate, RefusedModuleError, type HostFunctions } from './loader.ts';
import { ModuleMemory } from './memory.ts';

/**
 * The files of one vault, by the numbers of enum fk_vault_file. Nothing throws: a negative number
 * says that the handle failed. read and write answer how many bytes were moved; fewer than asked is
 * the end of the file, or a full disk.
 */
export interface VaultFiles {
  read(file: number, target: Uint8Array<ArrayBuffer>, offsetBytes: number): number;
  write(file: number, source: Uint8Array<ArrayBuffer>, offsetBytes: number): number;
  flush(file: number): number;
  truncate(file: number, sizeBytes: number): number;
  size(file: number): number;
}

export interface HostPorts {
  readonly files: VaultFiles;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  /** Fills with secure random bytes or throws. */
  readonly fillRandom: (target: Uint8Array<ArrayBuffer>) => void;
}

/** The core trapped. detail is a place in the source or the engine's word for the trap, no content. */
export class CoreCrashedError extends Error {
  override readonly name = 'CoreCrashedError';
  constructor(readonly code: 'crashed' | 'no-random', readonly detail: string) {
    super(`${code}: ${detail}`);
  }
}

/** No room was left for a request or its reply. Nothing changed. */
export class CoreMemoryError extends Error {
  override readonly name = 'CoreMemoryError';
}

/** First byte of a raw reply. JSON begins with '{'. */
const RAW_REPLY_MARKER = 0;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

export class Core {
  readonly #memory: ModuleMemory;
  readonly #alloc: (...values: number[]) => number;
  readonly #free: (...values: number[]) => number;
  readonly #call: (...values: number[]) => number;
  readonly #replyAddress: (...values: number[]) => number;
  readonly #replySizeBytes: (...values: number[]) => number;
  readonly #faults: Faults;
  #crash: CoreCrashedError | null = null;

  private constructor({ exports, memory, faults }: HostedModule) {
    this.#memory = memory;
    this.#faults = faults;
    this.#alloc = exportedFunction(exports, 'fk_abi_alloc');
    this.#free = exportedFunction(exports, 'fk_abi_free');
    this.#call = exportedFunction(exports, 'fk_abi_call');
    this.#replyAddress = exportedFunction(exports, 'fk_abi_reply_ptr');
    this.#replySizeBytes = exportedFunction(exports, 'fk_abi_reply_size_bytes');
    const version = exportedFunction(exports, 'fk_abi_version')() >>> 0;
    const hash = exportedFunction(exports, 'fk_abi_schema_hash')() >>> 0;
    if (version !== PROTOCOL_VERSION || hash !== SCHEMA_HASH) {
      throw new RefusedModuleError(`protocol ${version} ${hash.toString(16)} is not of this build`);
    }
  }

  /** Throws RefusedModuleError. core.start is still to be called. */
  static async load(module: WebAssembly.Module, ports: HostPorts): Promise<Core> {
    return new Core(await instantiateWithHost(module, ports));
  }

  get crashed(): boolean {
    return this.#crash !== null;
  }

  get memorySizeBytes(): number {
    return this.#memory.sizeBytes;
  }

  /** JSON text of the reply envelope without its id. Throws CoreCrashedError, CoreMemoryError. */
  callJson(command: CommandName, request: unknown): string {
    const bytes = ENCODER.encode(JSON.stringify(request));
    return this.callBytes(COMMAND_IDS[command], bytes);
  }

  /** The same for a request that is already bytes: raw keys, and hostile input in tests. Wipes them. */
  callBytes(commandId: number, request: Uint8Array): string {
    return this.#callChecked(commandId, request, (reply) => DECODER.decode(reply));
  }

  /** For a reply that is bytes: a copy of them, or the JSON text of an error. Wipes the request. */
  callRaw(command: RawReplyCommand, request: Uint8Array): Uint8Array<ArrayBuffer> | string {
    return this.#callChecked(COMMAND_IDS[command], request, (reply) => (reply[0] === RAW_REPLY_MARKER ? reply.slice() : DECODER.decode(reply)));
  }

  /** take: copies what it wants out of the core's own reply. */
  #callChecked<T>(commandId: number, request: Uint8Array, take: (reply: Uint8Array<ArrayBuffer>) => T): T {
    if (this.#crash !== null) {
      throw this.#crash;
    }
    try {
      this.#callOnce(commandId, request);
      return take(this.#memory.bytes(this.#replyAddress(), this.#replySizeBytes()));
    } catch (error) {
      if (error instanceof CoreMemoryError) {
        throw error;
      }
      this.#crash = crashOf(error, this.#faults);
      throw this.#crash;
    } finally {
      request.fill(0);
    }
  }

  #callOnce(commandId: number, whole: Uint8Array): void {
    // One byte too many is enough for the core to refuse it by name; the rest need not be copied.
    const request = whole.subarray(0, REQUEST_BYTES_MAX + 1);
    const sizeBytes = request.byteLength;
    const address = sizeBytes === 0 ? 0 : this.#alloc(sizeBytes) >>> 0;
    if (address === 0 && sizeBytes > 0) {
      throw new CoreMemoryError('no room for the request');
    }
    this.#memory.write(address, request);
    const status = this.#call(commandId, address, sizeBytes);
    this.#free(address, sizeBytes);
    if (status !== 0) {
      throw new CoreMemoryError(`no room for the reply (${status})`);
    }
  }
}

export interface Faults {
  panic: string | null;
  random: string | null;
}

export interface HostedModule {
  readonly exports: WebAssembly.Exports;
  readonly memory: ModuleMemory;
  readonly faults: Faults;
}

/** Any module over the imports of core.wasm; tests load core-test.wasm with it. */
export async function instantiateWithHost(module: WebAssembly.Module, ports: HostPorts): Promise<HostedModule> {
  const faults: Faults = { panic: null, random: null };
  let memory: ModuleMemory | null = null;
  const readyMemory = (): ModuleMemory => {
    if (memory === null) {
      throw new RefusedModuleError('the module used the host before it was ready');
    }
    return memory;
  };
  const exports = await instantiate(module, CORE_IMPORTS, hostFunctions(ports, faults, readyMemory));
  memory = new ModuleMemory(exports);
  return { exports, memory, faults };
}

function crashOf(error: unknown, faults: Faults): CoreCrashedError {
  if (faults.random !== null) {
    return new CoreCrashedError('no-random', faults.random);
  }
  const trap = error instanceof Error ? error.message : 'unknown';
  return new CoreCrashedError('crashed', faults.panic ?? trap);
}

const RANDOM_PIECE_SIZE_BYTES_MAX = 65_536;

function hostFunctions(ports: HostPorts, faults: Faults, memory: () => ModuleMemory): HostFunctions {
  const { files } = ports;
  return {
    sah_read: (file = 0, address = 0, sizeBytes = 0, offset = 0) =>
      files.read(file, memory().bytes(address, sizeBytes), offset),
    sah_write: (file = 0, address = 0, sizeBytes = 0, offset = 0) =>
      files.write(file, memory().bytes(address, sizeBytes), offset),
    sah_flush: (file = 0) => files.flush(file),
    sah_truncate: (file = 0, sizeBytes = 0) => files.truncate(file, sizeBytes),
    sah_size: (file = 0) => files.size(file),
    now_ms: () => ports.nowMs(),
    monotonic_ms: () => ports.monotonicMs(),
    random: (address = 0, sizeBytes = 0) => {
      try {
        for (let done = 0; done < sizeBytes; done += RANDOM_PIECE_SIZE_BYTES_MAX) {
          ports.fillRandom(memory().bytes(address + done, Math.min(RANDOM_PIECE_SIZE_BYTES_MAX, sizeBytes - done)));
        }
      } catch (error) {
        faults.random = error instanceof Error ? error.name : 'unknown';
        throw error;
      }
    },
    panic: (fileAddress = 0, fileSizeBytes = 0, line = 0, textAddress = 0, textSizeBytes = 0) => {
      const file = memory().text(fileAddress, fileSizeBytes);
      faults.panic = `${file}:${line} ${memory().text(textAddress, textSizeBytes)}`;
    },
  };
}
