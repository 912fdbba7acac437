/**
 * The one form of a passphrase that the key is made from: capitals, spacing and the way an accent is
 * stored do not matter. Page and KDF worker both use this, so they cannot disagree.
 */
export function normalPassphrase(typed: string): string {
  return typed.normalize('NFC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

/** Of a phrase that a person made, in its normal form. */
export const CHOSEN_LENGTH_MIN = 16;
