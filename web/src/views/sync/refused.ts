/** What the hub did not take: each with its reason, its words and what the person can do. It stands before everything else. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { recordOf, shownFields, type CaseFile } from '../../state/case-file.ts';
import type { AppState } from '../../state/model.ts';
import { hashOf } from '../../state/routes.ts';
import type { SyncItem } from '../../state/team.ts';
import { fill, words } from '../../app/words.en.ts';
import type { Part } from '../../components/control.ts';
import { details } from '../../components/details/details.ts';
import { summaryCard, summaryList } from '../../components/summary-list/summary-list.ts';
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
    ${codes.map((code) => html`${reasonText(code)} ${refused.rows.filter((row) => (row.refusal ?? '') === code).map((row) => refusedCard(state, row, refused.files[row.caseId]))}`)}
    <p class="govuk-body">${text.others}</p>`;
}

/** The reason a run ended with stands with the records it is about, and is not said twice. */
export function isToldWithRecords(state: AppState, code: string | undefined): boolean {
  return state.team.refused?.rows.some((row) => row.refusal === code) === true;
}

function reasonText(code: string): TemplateResult {
  const reasons: Readonly<Record<string, Reason>> = words.sync.notTaken.reasons;
  const reason = reasons[code] ?? { ...words.sync.notTaken.otherReason, text: fill(words.sync.notTaken.otherReason.text, { code }) };
  return html`<div class="govuk-inset-text app-sync-problem"><p class="govuk-body">${reason.text}</p><p class="govuk-body">${reason.wayOn}</p></div>`;
}

function refusedCard(state: AppState, item: SyncItem, file: CaseFile | undefined): TemplateResult {
  const text = words.sync.notTaken;
  return summaryCard({
    id: `refused-${item.recordId}`,
    title: itemText(item),
    level: 3,
    tag: tag(text.tag, 'orange'),
    actions: [{ text: text.open, href: hashOf({ name: 'case', caseId: item.caseId }) }],
    body: file === undefined || recordOf(file, item.recordId) === undefined ? nothing : writtenText(state, item, file),
  });
}

function writtenText(state: AppState, item: SyncItem, file: CaseFile): TemplateResult {
  const rows = Object.entries(shownFields(file, item.recordId)).map(([field, value]) => ({
    key: fieldLabel(state, item.type, field),
    value: valueLines(state, file, item.type, field, value),
  }));
  return details(words.sync.notTaken.show, summaryList({ rows, emptyText: words.shell.notRecorded }));
}
