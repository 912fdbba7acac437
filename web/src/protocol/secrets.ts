/**
 * Secrets as the core takes them (core/crypto/include/fk/secrets.h): one layout of 88 bytes, never JSON.
 *
 *   present u32 | passphrase key 32 | output of a passkey 32 | recovery key 20       what is absent is zeros
 */
const PASSPHRASE_OFFSET = 4;
const PRF_OFFSET = 36;
const PASSPHRASE_BIT = 1;
const PRF_BIT = 2;
const CHOSEN_BIT = 8;
const UNKNOWN_BIT = 0x1000;
const PART_SIZE_BYTES = 32;

export const SECRETS_SIZE_BYTES = 88;

export interface Secrets {
  /** the result of the key derivation */
  readonly passphraseKey?: ArrayBuffer | undefined;
  /** a person chose the words; such a phrase is only taken together with a passkey */
  readonly isChosen?: boolean | undefined;
  readonly prf?: ArrayBuffer | undefined;
}

/** Wipes the parts: afterwards the secrets stand in the result alone, whose caller hands it to the core. */
export function secretBytes({ passphraseKey, isChosen = false, prf }: Secrets): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SECRETS_SIZE_BYTES);
  const present =
    move(passphraseKey, bytes, PASSPHRASE_OFFSET, isChosen ? PASSPHRASE_BIT | CHOSEN_BIT : PASSPHRASE_BIT) |
    move(prf, bytes, PRF_OFFSET, PRF_BIT);
  new DataView(bytes.buffer).setUint32(0, present, true);
  return bytes;
}

/** The bits that say what is there; a part of a wrong size has one that the core refuses. */
function move(part: ArrayBuffer | undefined, target: Uint8Array, offset: number, bits: number): number {
  if (part === undefined) return 0;
  const source = new Uint8Array(part);
  if (source.byteLength !== PART_SIZE_BYTES) return UNKNOWN_BIT;
  target.set(source, offset);
  source.fill(0);
  return bits;
}
