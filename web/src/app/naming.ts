/** What a notebook is called: proposed neutrally, and checked before it is used. */
import { labelOf } from '../protocol/vault-entry.ts';
import type { Store } from '../state/store.ts';
import { entryOf, NO_NAMING, proposedLabel, type NamingForm, type VaultRow } from '../state/vaults.ts';
import { words } from './words.en.ts';

export function proposedNaming(rows: readonly VaultRow[], isPractice: boolean): NamingForm {
  const stem = isPractice ? words.vaults.practiceStem : words.vaults.stem;
  return { ...NO_NAMING, label: proposedLabel(rows, stem), isPractice, isWiped: isPractice ? 'no' : '' };
}

/** False, and the errors on screen, when something is missing. `except`: a vault that may keep its label. */
export function isNamed({ dispatch, state }: Store, except: string | undefined, others: Readonly<Record<string, string>> = {}): boolean {
  const { naming, rows } = state().vaults;
  const label = labelOf(naming.label);
  const isTaken = rows.some((row) => row.directory !== except && entryOf(row)?.label === label);
  const errors = {
    ...others,
    ...(label === undefined ? { 'vault-label': words.vaults.labelMissing } : isTaken ? { 'vault-label': words.vaults.labelTaken } : {}),
    ...(naming.isWiped === '' ? { 'vault-wiped': words.vaults.wipedMissing } : {}),
  };
  dispatch({ kind: 'naming', change: { errors, ...(label === undefined ? {} : { label }) } });
  return Object.keys(errors).length === 0;
}
