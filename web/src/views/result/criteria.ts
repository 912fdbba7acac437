/** Words for the result of the criteria: every number and date in them comes from the result itself. */
import type { AppState } from '../../state/model.ts';
import type { TitleText } from '../../state/content.ts';
import { recordsOfType, shownFields, type CaseFile } from '../../state/case-file.ts';
import { member, textOf, textsOf, type Json, type JsonObject } from '../../state/json.ts';
import { fill, words } from '../../app/words.en.ts';
import { longDate } from '../../app/dates.ts';
import { areaTitle, choiceLabel, datedText, namesOf } from '../words.ts';

export const CRITERIA = ['visibleHighRisk', 'professionalJudgement', 'potentialEscalation', 'repeat', 'transferIn', 'local'] as const;
export type CriterionName = (typeof CRITERIA)[number];

export interface CriterionText {
  readonly name: CriterionName;
  readonly title: string;
  readonly status: string;
  readonly statusText: string;
  readonly sentence: string;
  /** the incidents that were counted, in words */
  readonly incidents: readonly string[];
}

/** All six, always, whatever their status. */
export function criteriaTexts(state: AppState, file: CaseFile, result: JsonObject): readonly CriterionText[] {
  return CRITERIA.map((name) => criterionText(state, file, result, name));
}

function criterionText(state: AppState, file: CaseFile, result: JsonObject, name: CriterionName): CriterionText {
  const content = state.content['criteria-words'];
  const status = textOf(member(result['criteria'], name));
  const evidence = member(result['evidence'], name);
  const sentences = content?.criteria[name];
  const template = (lacksDates(name, evidence) ? sentences?.[`${status}_without_dates`] : undefined) ?? sentences?.[status] ?? '';
  const counted = name === 'potentialEscalation' || (name === 'repeat' && status === 'met') ? textsOf(member(evidence, 'incidentIds')) : [];
  return {
    name,
    title: content?.criteria[name]?.title ?? name,
    status,
    statusText: content?.statuses[status] ?? status,
    sentence: fill(template, fillings(state, file, result, name)),
    incidents: counted.map((id) => incidentText(state, file, id)),
  };
}

/** Nothing to count from: the sentence with dates would have none. */
function lacksDates(name: CriterionName, evidence: Json | undefined): boolean {
  return (name === 'repeat' && textOf(member(evidence, 'anchor')) === '') || (name === 'transferIn' && textOf(member(evidence, 'movedOn')) === '');
}

/** Values for the names in braces. A date that is not recorded is said to be so. */
function fillings(state: AppState, file: CaseFile, result: JsonObject, name: CriterionName): Readonly<Record<string, string | number>> {
  const evidence = member(result['evidence'], name);
  const values: Record<string, string | number> = {
    area: areaTitle(state, member(result['evidence'], 'area')),
    date: dateOrNone(member(result['evidence'], 'date')),
    flags: textsOf(member(evidence, 'flags')).map((flag) => choiceLabel(state, 'localFlag', flag)).join(', '),
    reason: judgementReason(file),
  };
  for (const key of ['count', 'threshold', 'unknown', 'months']) {
    const value = member(evidence, key);
    if (typeof value === 'number') values[key] = value;
  }
  for (const key of ['from', 'to', 'anchor', 'windowEnd', 'incident', 'movedOn', 'heardOn']) values[key] = dateOrNone(member(evidence, key));
  return values;
}

function dateOrNone(value: Json | undefined): string {
  const date = textOf(value);
  return date === '' ? words.result.noDate : longDate(date);
}

/** The reason as the worker wrote it, in the newest completed checklist. */
function judgementReason(file: CaseFile): string {
  const completed = recordsOfType(file, 'assessment').filter((record) => textOf(record.fields['completedOn']) !== '');
  const newest = [...completed].sort((left, right) => right.createdMs - left.createdMs)[0];
  return newest === undefined ? '' : textOf(newest.fields['concernReason']);
}

function incidentText(state: AppState, file: CaseFile, id: string): string {
  const fields = shownFields(file, id);
  const who = namesOf(file, [textOf(fields['perpetrator'])]);
  return [datedText(fields['occurred']), choiceLabel(state, 'incidentType', fields['incidentType']), who].filter((text) => text !== '').join(', ');
}

/** The heading of the result. It never reads as a verdict of safety. */
export function resultHeading(state: AppState, result: JsonObject): TitleText {
  const content = state.content['criteria-words']?.result;
  const empty = { title: words.result.title, text: '' };
  if (content === undefined) return empty;
  const values = {
    area: areaTitle(state, member(result['evidence'], 'area')),
    date: dateOrNone(member(result['evidence'], 'date')),
  };
  const chosen = headingOf(content, result);
  return { title: fill(chosen.title, values), text: fill(chosen.text, values) };
}

function headingOf(content: Readonly<Record<'refer' | 'sentEarlier' | 'noCriterion' | 'notEligible', TitleText>>, result: JsonObject): TitleText {
  if (result['eligible'] === false) return content.notEligible;
  if (result['referToMarac'] !== true) return content.noCriterion;
  return textsOf(result['reasons']).includes('referral_already_sent') ? content.sentEarlier : content.refer;
}

/** Notices and composites of a result, with their words; one without words is shown by its id, never dropped. */
export function textsById(found: Json | undefined, texts: Readonly<Record<string, TitleText>> | undefined): readonly TitleText[] {
  return textsOf(found).map((id) => texts?.[id] ?? { title: id, text: '' });
}
