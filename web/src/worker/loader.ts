/**
 * Instantiates a bare WebAssembly module of the core: no JavaScript of emcc runs.
 *
 * The one loader of the workers, the tests and the benchmarks, so it names no global that Node or a
 * worker lacks. A module that asks for an import outside the list is refused before it is
 * instantiated; the list is compared with build-scripts/wasm-border.txt by tests/wasm.
 */

export const CORE_IMPORTS: readonly string[] = [
  'env.emscripten_notify_memory_growth',
  'host.monotonic_ms',
  'host.now_ms',
  'host.panic',
  'host.random',
  'host.sah_flush',
  'host.sah_read',
  'host.sah_size',
  'host.sah_truncate',
  'host.sah_write',
  'wasi_snapshot_preview1.proc_exit',
];

export const KDF_IMPORTS: readonly string[] = [
  'env.emscripten_notify_memory_growth',
  'host.panic',
  'wasi_snapshot_preview1.proc_exit',
];

/** The module is not one of ours, or not of this build. Nothing of it ran. */
export class RefusedModuleError extends Error {
  override readonly name = 'RefusedModuleError';
}

export type HostFunctions = Readonly<Record<string, (...values: number[]) => number | void>>;

const RUNTIME_FUNCTIONS: WebAssembly.Imports = {
  // Nothing to drop: memory.ts makes a new view for every access.
  env: { emscripten_notify_memory_growth: () => undefined },
  wasi_snapshot_preview1: {
    proc_exit: () => {
      throw new WebAssembly.RuntimeError('proc_exit');
    },
  },
};

export async function instantiate(
  module: WebAssembly.Module,
  allowedImports: readonly string[],
  host: HostFunctions,
): Promise<WebAssembly.Exports> {
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function' || !allowedImports.includes(`${from}.${name}`)) {
      throw new RefusedModuleError(`import ${from}.${name} is not on the list`);
    }
  }
  const { exports } = await WebAssembly.instantiate(module, { ...RUNTIME_FUNCTIONS, host });
  const initialize = exports['_initialize'];
  if (typeof initialize !== 'function') {
    throw new RefusedModuleError('no _initialize');
  }
  initialize();
  return exports;
}

/** An export that must be a function; asked for by name so that a wrong module is noticed at start. */
export function exportedFunction(exports: WebAssembly.Exports, name: string): (...values: number[]) => number {
  const value = exports[name];
  if (typeof value !== 'function') {
    throw new RefusedModuleError(`no export ${name}`);
  }
  return value as (...values: number[]) => number;
}
