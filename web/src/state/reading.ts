/** Why nothing can be saved in the vault that is open: said above every screen, as long as it is so. */

/** What a damaged vault lacks, as vault.damage says it. */
export interface Damage {
  readonly missingSaves: number;
  readonly newestMs?: number;
  readonly isListCut: boolean;
  /** ids of cases of which something cannot be read, the first 100 */
  readonly unreadable: readonly string[];
  readonly unreadableTotal: number;
}

export type Reading =
  /** only what is whole is shown, nothing is changed */
  | { readonly kind: 'damaged'; readonly damage?: Damage }
  /** written by a newer app */
  | { readonly kind: 'newer' }
  /** the device is full */
  | { readonly kind: 'no-room' };

/** The state of errors.json that says it. */
export const READING_STATES: Readonly<Record<Reading['kind'], string>> = {
  damaged: 'damaged_reading',
  newer: 'newer_reading',
  'no-room': 'no_room',
};

/** Nothing may be written whatever room there is. */
export function isOnlyRead(reading: Reading | undefined): boolean {
  return reading !== undefined && reading.kind !== 'no-room';
}
