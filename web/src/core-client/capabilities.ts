/** What this browser must be able to do before a vault is opened or made. Never a fall-back to memory. */
import type { CallError, HostErrorCode } from '../protocol/envelope.ts';

/** The smallest module that uses a SIMD instruction: i32.const 0, i8x16.splat. */
const SIMD_MODULE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
);

export type HostError = CallError<HostErrorCode>;

/** null: nothing is missing as far as the page can tell; the worker still probes the files themselves. */
export async function missingCapability(): Promise<HostError | null> {
  if (!window.isSecureContext) {
    return { code: 'not-secure', detail: 'not a secure context' };
  }
  if (typeof WebAssembly !== 'object' || !WebAssembly.validate(SIMD_MODULE)) {
    return { code: 'no-wasm', detail: 'WebAssembly SIMD' };
  }
  if (navigator.locks === undefined) {
    return { code: 'no-locks', detail: 'navigator.locks' };
  }
  if (typeof navigator.storage?.getDirectory !== 'function') {
    return { code: 'no-opfs', detail: 'navigator.storage.getDirectory' };
  }
  try {
    await navigator.storage.getDirectory();
    return null;
  } catch (error) {
    return { code: 'storage-refused', detail: error instanceof Error ? error.name : 'unknown' };
  }
}
