/** Values of the core in words: choices, dates, names. */
import type { AppState } from '../state/model.ts';
import type { Area } from '../state/content.ts';
import { personName, type CaseFile } from '../state/case-file.ts';
import { isObject, member, textOf, type Json } from '../state/json.ts';
import { fill, words } from '../app/words.en.ts';
import { longDate } from '../app/dates.ts';

export function choiceLabels(state: AppState, choice: string): Readonly<Record<string, string>> {
  return state.content.choices?.choices[choice] ?? {};
}

/** The label of a value; the value itself when this version has no words for it. */
export function choiceLabel(state: AppState, choice: string, value: Json | undefined): string {
  const text = textOf(value);
  return text === '' ? '' : (choiceLabels(state, choice)[text] ?? text);
}

/** A date with how exact it is: `about 9 March 2026`. */
export function datedText(value: Json | undefined, dateMember = 'date'): string {
  const date = textOf(member(value, dateMember));
  const precision = textOf(member(value, 'precision'));
  if (date === '') return precision === 'unknown' ? words.case.dateNotKnown : '';
  if (precision === 'approximate') return fill(words.case.about, { date: longDate(date) });
  if (precision === 'unknown') return `${longDate(date)} (${words.case.dateNotKnown.toLowerCase()})`;
  return longDate(date);
}

export function dateText(value: Json | undefined): string {
  const date = textOf(value);
  return date === '' ? '' : longDate(date);
}

/** Stands for an area the app has no profile of; its name is typed beside it. */
export const ANOTHER_AREA = 'another_area';

export function areaOf(state: AppState, id: Json | undefined): Area | undefined {
  return state.content.areas?.areas.find((area) => area.id === textOf(id));
}

export function areaTitle(state: AppState, id: Json | undefined): string {
  if (textOf(id) === ANOTHER_AREA) return words.prior.anotherArea;
  return areaOf(state, id)?.title ?? textOf(id);
}

/** The area of an earlier Marac: a known one by its title, another as it was named. */
export function priorAreaTitle(state: AppState, fields: Readonly<Record<string, Json | undefined>>): string {
  const isNamed = textOf(fields['areaProfile']) === ANOTHER_AREA && textOf(fields['maracArea']) !== '';
  return isNamed ? textOf(fields['maracArea']) : areaTitle(state, fields['areaProfile']);
}

export function namesOf(file: CaseFile, ids: readonly string[]): string {
  return ids
    .map((id) => personName(file, id))
    .filter((name) => name !== '')
    .join(', ');
}

/** yes, no or the like, with the written reason after it. */
export function answerWithReason(state: AppState, value: Json | undefined): string {
  if (!isObject(value)) return '';
  const why = textOf(value['why']);
  return [choiceLabel(state, 'yesNo', value['answer']), why].filter((text) => text !== '').join('\n');
}
