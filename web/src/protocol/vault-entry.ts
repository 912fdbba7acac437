/**
 * What stands in plain beside a vault, so that its owner finds it again: the file `label` of its directory. The page
 * reads it for the list, the store worker writes it. It is input like any other: anybody with the device can change
 * it, so it decides nothing but what is shown and asked. A vault never depends on it.
 */
export interface VaultEntry {
  /** chosen by the owner, who was told that everybody can read it */
  readonly label: string;
  /** what the list says; the vault itself knows for sure once it is open */
  readonly isPractice: boolean;
  /** this computer is wiped at log-off: a copy is asked for before leaving */
  readonly isWiped: boolean;
}

export const LABEL_FILE = 'label';
export const ENTRY_BYTES_MAX = 512;
export const LABEL_LENGTH_MAX = 40;

const FORMAT = 'fieldkit-label/1';
const MEMBERS = ['format', 'isPractice', 'isWiped', 'label'];
/** Controls and what turns the direction of text: a label is one line and reads as it was typed. */
const NOT_IN_A_LABEL = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

/** One line without spaces at its ends; undefined when it cannot be a label. */
export function labelOf(typed: string): string | undefined {
  const label = typed.normalize('NFC').replace(/\s+/gu, ' ').trim();
  const isLabel = label !== '' && [...label].length <= LABEL_LENGTH_MAX && !NOT_IN_A_LABEL.test(label);
  return isLabel ? label : undefined;
}

/** undefined: not what writeEntry makes, in any way. */
export function readEntry(bytes: Uint8Array): VaultEntry | undefined {
  if (bytes.byteLength > ENTRY_BYTES_MAX) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).sort().join() !== MEMBERS.join()) return undefined;
  const { format, label, isPractice, isWiped } = value as Record<string, unknown>;
  if (format !== FORMAT || typeof isPractice !== 'boolean' || typeof isWiped !== 'boolean') return undefined;
  return typeof label === 'string' && labelOf(label) === label ? { label, isPractice, isWiped } : undefined;
}

/** Throws on an entry that readEntry would refuse: a fault of ours. */
export function writeEntry({ label, isPractice, isWiped }: VaultEntry): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(JSON.stringify({ format: FORMAT, label, isPractice, isWiped }));
  if (readEntry(bytes) === undefined) throw new RangeError('not an entry');
  return bytes;
}
