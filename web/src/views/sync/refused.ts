/** What the hub did not take: each with its reason, its words and what the person can do. It stands before everything else. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { recordOf, shownFields, type CaseFile } from '../../state/case-file.ts';
import type { AppState } from '../../state/model.ts';
import { hashOf } from '../../state/routes.ts';
import type { SyncItem } from '../../state/team.ts';
import { fill, words } from '../../app/words.en.ts';
import type { Part } from '../../components/control.ts';
import { details } from '../../components/details/details.ts';
import { summaryList } from '../../components/summary-list/summary-list.ts';
import { tag } from '../../components/tag/tag.ts';
import { fieldLabel, valueLines } from '../conflicts/value.ts';
import { itemText } from './items.ts';

interface Reason {
  readonly text: string;
  readonly wayOn: string;
}

export function refusedSection(state: AppState): Part {
  const { refused } = state.team;
  if (refused === undefined) return nothing;
  const text = words.sync.notTaken;
  const codes = [...new Set(refused.rows.map((row) => row.refusal ?? ''))];
  return html`<h2 class="govuk-heading-m" id="sync-refused">${text.title}</h2>
    <p class="govuk-body">${text.kept}</p>
    ${codes.map((code) => html`${reasonText(code)}
      <ul class="app-drafts">
        ${refused.rows.filter((row) => (row.refusal ?? '') === code).map((row) => refusedRow(state, row, refused.files[row.caseId]))}
      </ul>`)}
    <p class="govuk-body">${text.others}</p>`;
}

function reasonText(code: string): TemplateResult {
  const reasons: Readonly<Record<string, Reason>> = words.sync.notTaken.reasons;
  const reason = reasons[code] ?? { ...words.sync.notTaken.otherReason, text: fill(words.sync.notTaken.otherReason.text, { code }) };
  return html`<div class="govuk-inset-text app-sync-problem"><p class="govuk-body">${reason.text}</p><p class="govuk-body">${reason.wayOn}</p></div>`;
}

function refusedRow(state: AppState, item: SyncItem, file: CaseFile | undefined): TemplateResult {
  return html`<li class="app-drafts__item">
    <a class="govuk-link" href=${hashOf({ name: 'case', caseId: item.caseId })}>${itemText(item)}</a>
    ${tag(words.sync.notTaken.tag, 'orange')} ${file === undefined || recordOf(file, item.recordId) === undefined ? nothing : writtenText(state, item, file)}
  </li>`;
}

function writtenText(state: AppState, item: SyncItem, file: CaseFile): TemplateResult {
  const rows = Object.entries(shownFields(file, item.recordId)).map(([field, value]) => ({
    key: fieldLabel(state, item.type, field),
    value: valueLines(state, file, item.type, field, value),
  }));
  return details(words.sync.notTaken.show, summaryList({ rows, emptyText: words.shell.notRecorded }));
}
