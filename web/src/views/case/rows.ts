import type { AppState } from '../../state/model.ts';
import { member, textOf, type Json, type JsonObject } from '../../state/json.ts';
import type { SummaryRow } from '../../components/summary-list/summary-list.ts';
import { choiceLabel, dateText } from '../words.ts';

/** Field (or composite.member), its label, and how its value is put in words: a choice, `date`, or as it is. */
export type RowSpec = readonly [field: string, label: string, kind?: string];

/** Rows of a summary list from fields of a record. */
export function answerRows(state: AppState, fields: JsonObject, specs: readonly RowSpec[]): readonly SummaryRow[] {
  return specs.map(([path, key, kind]) => ({ key, value: valueText(state, at(fields, path), kind) }));
}

function at(fields: JsonObject, path: string): Json | undefined {
  const [field = '', inner] = path.split('.');
  return inner === undefined ? fields[field] : member(fields[field], inner);
}

function valueText(state: AppState, value: Json | undefined, kind: string | undefined): string {
  if (kind === 'date') return dateText(value);
  return kind === undefined ? textOf(value) : choiceLabel(state, kind, value);
}
