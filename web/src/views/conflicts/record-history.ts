/** A record field by field, each with the way to everything that was ever recorded for it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { recordOf, recordsOfType, type CaseFile, type StoredRecord } from '../../state/case-file.ts';
import { isObject, textOf, textsOf, type Json } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { historyFieldsOf, shapeOf } from '../../app/schema.ts';
import { words } from '../../app/words.en.ts';
import { summaryList, type SummaryRow } from '../../components/summary-list/summary-list.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';
import { conflictAddress, fieldMark } from './notice.ts';
import { fieldLabel, recordLabel, valueLines } from './value.ts';

export function recordHistoryView(state: AppState, actions: Actions, route: RouteFor<'record-history'>): TemplateResult {
  const { file } = state;
  if (file === undefined) return html``;
  const records = recordsOnPage(file, route.recordId);
  return page(state, actions, {
    heading: words.conflicts.recordTitle,
    caption: recordLabel(state, file, route.recordId, records[0]?.type ?? ''),
    back: { name: 'case', caseId: route.caseId },
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`<p class="govuk-body">${words.conflicts.recordText}</p>
      ${records.map((record) => recordBlock(state, file, record, records.length > 1))}`,
  });
}

/** Of a person also what is recorded about this person in the case. */
function recordsOnPage(file: CaseFile, recordId: string): readonly StoredRecord[] {
  const record = recordOf(file, recordId);
  if (record === undefined) return [];
  return record.type === 'person' ? [record, ...recordsOfType(file, 'party').filter((party) => textOf(party.fields['person']) === recordId)] : [record];
}

function recordBlock(state: AppState, file: CaseFile, record: StoredRecord, isTitled: boolean): TemplateResult {
  return html`${isTitled ? html`<h2 class="govuk-heading-m">${words.draftNames[record.type as keyof typeof words.draftNames]}</h2>` : nothing}
    ${summaryList({
      emptyText: words.shell.notRecorded,
      rows: historyFieldsOf(record.type, record.fields).map((field) => fieldRow(state, file, record, field)),
    })}`;
}

function fieldRow(state: AppState, file: CaseFile, record: StoredRecord, field: string): SummaryRow {
  const { recordId, type } = record;
  const label = fieldLabel(state, type, field);
  const mark = fieldMark(state, recordId, field, label);
  const lines = linesNow(state, file, record, field);
  return {
    key: label,
    value: mark === undefined ? lines : html`${lines.map((line) => html`<span class="app-line">${line}</span>`)}${mark}`,
    action: { text: words.conflicts.history, href: conflictAddress({ caseId: file.caseId, recordId, field }) },
  };
}

/** What is shown of it now; nothing for what was never recorded or was taken away. */
function linesNow(state: AppState, file: CaseFile, record: StoredRecord, field: string): readonly string[] {
  const [name = '', key = ''] = field.split('/');
  const value: Json | undefined = record.fields[name];
  if (shapeOf(record.type, field)?.kind === 'element') return textsOf(value).includes(key) ? [words.conflicts.elementThere] : [];
  const single = key === '' ? value : isObject(value) ? value[key] : undefined;
  return single === undefined ? [] : valueLines(state, file, record.type, field, single);
}
