/** How a vault is called on screen. */
import { html, nothing } from 'lit-html';
import { entryOf, type VaultRow } from '../../state/vaults.ts';
import type { Part } from '../../components/control.ts';
import { tag } from '../../components/tag/tag.ts';
import { fill, words } from '../../app/words.en.ts';

/** The label its owner chose; without one that can be read a neutral one, told apart by digits of its directory. */
export function labelText(row: VaultRow): string {
  return entryOf(row)?.label ?? fill(words.vaults.unnamed, { code: row.directory.slice(0, 4) });
}

export function vaultTags(row: VaultRow): Part {
  const isPractice = entryOf(row)?.isPractice === true;
  if (!isPractice && row.hasKeys) return nothing;
  return html`${isPractice ? tag(words.vaults.practiceTag, 'yellow') : nothing} ${row.hasKeys ? nothing : tag(words.vaults.unfinishedTag, 'grey')}`;
}
