/** How far a record got, and who wrote it: a tag with its words, and a line below a record. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { StoredRecord } from '../state/case-file.ts';
import type { AppState } from '../state/model.ts';
import { isInTeam, type Progress } from '../state/team.ts';
import { fill, words } from '../app/words.en.ts';
import type { Part } from '../components/control.ts';
import { tag, type TagColour } from '../components/tag/tag.ts';

const COLOURS: Readonly<Record<Progress, TagColour>> = { device: 'yellow', sent: 'blue', confirmed: 'green' };

export function progressTag(progress: Progress): TemplateResult {
  return tag(words.progress[progress], COLOURS[progress]);
}

/** Who works alone has everything on this device and wrote everything: it is said once, on the page about the device. */
export function recordFoot(state: AppState, record: StoredRecord): Part {
  if (!isInTeam(state.team)) return nothing;
  return html`<p class="govuk-body-s app-card-note">${progressTag(record.progress)} <span>${author(record)}</span></p>`;
}

function author(record: StoredRecord): string {
  if (record.authorIsYou) return words.progress.byYou;
  return record.authorName === '' ? words.progress.byUnknown : fill(words.progress.by, { name: record.authorName });
}
