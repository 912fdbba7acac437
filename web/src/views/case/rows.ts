import { html } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { member, textOf, type Json, type JsonObject } from '../../state/json.ts';
import type { SummaryRow } from '../../components/summary-list/summary-list.ts';
import { words } from '../../app/words.en.ts';
import { fieldMark } from '../conflicts/notice.ts';
import { choiceLabel, dateText } from '../words.ts';

/** Field (or composite.member), its label, and how its value is put in words: a choice, `date`, or as it is. */
export type RowSpec = readonly [field: string, label: string, kind?: string];

/** Rows of a summary list from fields of a record. With recordId a field that differs between workers is marked. */
export function answerRows(state: AppState, fields: JsonObject, specs: readonly RowSpec[], recordId?: string): readonly SummaryRow[] {
  return specs.map(([path, key, kind]) => {
    const value = valueText(state, at(fields, path), kind);
    return { key, value: recordId === undefined ? value : markedValue(state, value, recordId, path.split('.')[0] ?? '', key) };
  });
}

/** The value with its mark, where it differs between workers. */
export function markedValue(state: AppState, value: string, recordId: string, field: string, label: string): SummaryRow['value'] {
  const mark = fieldMark(state, recordId, field, label);
  if (mark === undefined) return value;
  const lines = value === '' ? [words.shell.notRecorded] : value.split('\n');
  return html`${lines.map((line) => html`<span class="app-line">${line}</span>`)}${mark}`;
}

function at(fields: JsonObject, path: string): Json | undefined {
  const [field = '', inner] = path.split('.');
  return inner === undefined ? fields[field] : member(fields[field], inner);
}

function valueText(state: AppState, value: Json | undefined, kind: string | undefined): string {
  if (kind === 'date') return dateText(value);
  return kind === undefined ? textOf(value) : choiceLabel(state, kind, value);
}
