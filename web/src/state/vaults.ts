/** The vaults of this device as the screens need them: the list, the one that is chosen, and what is typed on the way. */
import type { VaultEntry } from '../protocol/vault-entry.ts';

export interface VaultRow {
  readonly directory: string;
  readonly entry: VaultEntry | 'none' | 'damaged';
  /** false: never finished, or half removed */
  readonly hasKeys: boolean;
}

export interface VaultsView {
  readonly rows: readonly VaultRow[];
  readonly chosen: string | undefined;
  /** The open vault says so itself. */
  readonly isPractice: boolean;
  /** The distress phrase opened it. Nothing on screen says so. */
  readonly isNeutral: boolean;
  readonly naming: NamingForm;
  readonly removal: Removal;
}

/** What a new vault is called, and where it stands. Also for another name of the open one. */
export interface NamingForm {
  readonly label: string;
  readonly isPractice: boolean;
  readonly isWiped: 'yes' | 'no' | '';
  readonly errors: Readonly<Record<string, string>>;
}

/** Taking a vault away. Where work could be lost it is agreed to twice, the second time by typing a word. */
export interface Removal {
  readonly step: 'first' | 'second';
  readonly word: string;
  readonly error: string | undefined;
}

export const NO_NAMING: NamingForm = { label: '', isPractice: false, isWiped: '', errors: {} };
export const NO_REMOVAL: Removal = { step: 'first', word: '', error: undefined };
export const NO_VAULTS: VaultsView = { rows: [], chosen: undefined, isPractice: false, isNeutral: false, naming: NO_NAMING, removal: NO_REMOVAL };

export function chosenVault(vaults: VaultsView): VaultRow | undefined {
  return vaults.rows.find((row) => row.directory === vaults.chosen);
}

/** What the label of a vault says; undefined when there is none that can be read. */
export function entryOf(row: VaultRow | undefined): VaultEntry | undefined {
  return row === undefined || typeof row.entry === 'string' ? undefined : row.entry;
}

/** Of a label that cannot be read nobody knows whether the computer is wiped, so a copy is asked for. */
export function isOnWipedComputer(vaults: VaultsView): boolean {
  const chosen = chosenVault(vaults);
  return chosen?.entry === 'damaged' || entryOf(chosen)?.isWiped === true;
}

/** The next free `Notebook 2`: a proposal that says nothing about anybody. */
export function proposedLabel(rows: readonly VaultRow[], stem: string): string {
  const taken = new Set(rows.map((row) => entryOf(row)?.label));
  for (let number = 1; ; number += 1) {
    const label = `${stem} ${number}`;
    if (!taken.has(label)) return label;
  }
}
