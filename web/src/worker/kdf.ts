/**
 * One passphrase to one 32-byte key, with kdf.wasm. Names no global that Node or a worker lacks.
 *
 * A new instance for each derivation: its memory is up to 1 GiB and is given back with it.
 */
import type { KdfMeasured, KdfParameters, KdfResult } from '../protocol/envelope.ts';
import { exportedFunction, instantiate, KDF_IMPORTS } from './loader.ts';
import { ModuleMemory } from './memory.ts';

const KEY_SIZE_BYTES = 32;
const SALT_SIZE_BYTES = 16;
/** Codes of fk_status: fk/kdf.h says which can come. */
const STATUS_OK = 0;
const STATUS_NO_MEMORY = 2;

/** The key is the caller's to wipe. Never derives with weaker settings than asked. */
export async function derive(
  module: WebAssembly.Module,
  passphrase: Uint8Array,
  { saltHex, memoryKib, passes }: KdfParameters,
): Promise<KdfResult> {
  const salt = bytesOfHex(saltHex);
  if (salt.byteLength !== SALT_SIZE_BYTES) {
    return failed('kdf-failed', 'salt');
  }
  let exports: WebAssembly.Exports;
  try {
    exports = await instantiate(module, KDF_IMPORTS, { panic: () => undefined });
  } catch (error) {
    return failed(error instanceof RangeError ? 'kdf-no-memory' : 'not-loaded', nameOf(error));
  }
  const memory = new ModuleMemory(exports);
  const free = exportedFunction(exports, 'fk_kdf_abi_free');
  const blocks: (readonly [address: number, sizeBytes: number])[] = [];
  const place = (bytes: Uint8Array): number => {
    const address = exportedFunction(exports, 'fk_kdf_abi_alloc')(bytes.byteLength) >>> 0;
    if (address !== 0) {
      blocks.push([address, bytes.byteLength]);
      memory.write(address, bytes);
    }
    return address;
  };
  try {
    const passphraseAddress = place(passphrase);
    const saltAddress = place(salt);
    const keyAddress = place(new Uint8Array(KEY_SIZE_BYTES));
    if (passphraseAddress === 0 || saltAddress === 0 || keyAddress === 0) {
      return failed('kdf-failed', 'passphrase size');
    }
    const status = exportedFunction(exports, 'fk_kdf_abi_derive')(
      passphraseAddress, passphrase.byteLength, saltAddress, memoryKib, passes, keyAddress,
    );
    if (status !== STATUS_OK) {
      return failed(status === STATUS_NO_MEMORY ? 'kdf-no-memory' : 'kdf-failed', `status ${status}`);
    }
    return { ok: true, key: memory.copy(keyAddress, KEY_SIZE_BYTES).buffer };
  } catch (error) {
    return failed('kdf-failed', nameOf(error));
  } finally {
    blocks.forEach(([address, sizeBytes]) => free(address, sizeBytes));
  }
}

/** How long one derivation with these settings takes here, in ms. */
export async function measure(
  module: WebAssembly.Module,
  settings: Pick<KdfParameters, 'memoryKib' | 'passes'>,
  nowMs: () => number,
): Promise<KdfMeasured> {
  const startMs = nowMs();
  const result = await derive(module, new Uint8Array(KEY_SIZE_BYTES), { ...settings, saltHex: '00'.repeat(SALT_SIZE_BYTES) });
  return result.ok ? { ok: true, ms: nowMs() - startMs } : result;
}

function bytesOfHex(hex: string): Uint8Array {
  const pairs = /^(?:[0-9a-f]{2})*$/.test(hex) ? (hex.match(/../g) ?? []) : [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

function failed(code: 'kdf-no-memory' | 'kdf-failed' | 'not-loaded', detail: string): KdfResult {
  return { ok: false, error: { code, detail } };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
