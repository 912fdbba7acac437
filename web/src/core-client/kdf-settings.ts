/**
 * The three settings of the key derivation, and which one a new vault gets: the largest that takes this device at most
 * about a second, measured when the vault is made. The core refuses every other, and never opens below the smallest.
 */
import type { CallError } from '../protocol/envelope.ts';

/** fk_kdf_check_setting in core/crypto/include/fk/kdf.h. */
export const KDF_SETTINGS_KIB: readonly number[] = [64 * 1024, 128 * 1024, 256 * 1024];
export const KDF_PASSES = 3;
export const KDF_MS_MAX = 1000;

export type Measured = { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly error: CallError<string> };

/** Time grows with memory, so a setting that would clearly take too long is not tried. */
const GROWTH = 2;
const TOLERANCE = 1.2;

/** Settings this device can be asked for, the best first; the smallest is always among them. */
export async function settingsByMeasure(measure: (memoryKib: number) => Promise<Measured>): Promise<readonly number[]> {
  const [smallest = 0, ...larger] = KDF_SETTINGS_KIB;
  const fitting = [smallest];
  let last = await measure(smallest);
  for (const memoryKib of larger) {
    if (!last.ok || last.ms * GROWTH > KDF_MS_MAX * TOLERANCE) break;
    last = await measure(memoryKib);
    if (last.ok && last.ms <= KDF_MS_MAX) fitting.unshift(memoryKib);
  }
  return fitting;
}
