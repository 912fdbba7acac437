/** How far a record got, and who wrote it: a tag with its words, and a line below a record. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { StoredRecord } from '../state/case-file.ts';
import type { AppState } from '../state/model.ts';
import { isInTeam, type Progress } from '../state/team.ts';
import { fill, words } from '../app/words.en.ts';
import { hashOf } from '../state/routes.ts';
import type { Part } from '../components/control.ts';
import { tag, type TagColour } from '../components/tag/tag.ts';

const COLOURS: Readonly<Record<Progress, TagColour>> = { device: 'yellow', sent: 'blue', confirmed: 'green' };

export function progressTag(progress: Progress): TemplateResult {
  return tag(words.progress[progress], COLOURS[progress]);
}

/** How far it got and who wrote it, where a team works, and the way to what was recorded before. */
export function recordFoot(state: AppState, record: StoredRecord, caseId: string, label: string): Part {
  const who = isInTeam(state.team) ? html`<span class="app-card-note__who">${progressTag(record.progress)} <span>${author(record)}</span></span>` : nothing;
  return html`<p class="govuk-body-s app-card-note">${who}<a class="govuk-link" href=${hashOf({ name: 'record-history', caseId, recordId: record.recordId })}
      >${words.conflicts.recordLink}<span class="govuk-visually-hidden"> ${label}</span></a
    ></p>`;
}

function author(record: StoredRecord): string {
  if (record.authorIsYou) return words.progress.byYou;
  return record.authorName === '' ? words.progress.byUnknown : fill(words.progress.by, { name: record.authorName });
}
