/** The referral as it is printed: every field of the form, those without a value marked as not recorded. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { ReferralField, ReferralSection } from '../../state/content.ts';
import { isUnfinished, peopleOf, recordOf, recordsOfType, shownFields, victimOf, type CaseFile, type PersonInCase, type StoredRecord } from '../../state/case-file.ts';
import { isObject, member, textOf, textsOf, type Json, type JsonObject } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { fill, words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import { summaryList, summaryValue, type SummaryRow } from '../../components/summary-list/summary-list.ts';
import { answerWithReason, areaTitle, choiceLabel, dateText, datedText, namesOf } from '../words.ts';
import { fieldMark, restsOnConflicts } from '../conflicts/notice.ts';
import { page } from '../shell/shell.ts';
import { criteriaList } from '../result/result.ts';

export function referralView(state: AppState, actions: Actions, route: RouteFor<'referral'>): TemplateResult {
  const { file } = state;
  if (file === undefined) return html``;
  return page(state, actions, {
    heading: words.referral.printTitle,
    back: { name: 'case', caseId: route.caseId },
    body: html`${!isUnfinished(file, route.recordId) ? nothing : html`<div class="govuk-inset-text">${words.referral.draftText}</div>`}
      ${restsOnConflicts(state, 'referral', route.caseId)}
      <p class="govuk-body govuk-!-font-weight-bold">${words.referral.confidential}</p>
      ${referralBody(state, file, route.recordId)}
      <div class="app-no-print">${button({ text: words.referral.page, onPress: actions.print })}</div>`,
  });
}

export function referralBody(state: AppState, file: CaseFile, recordId: string): TemplateResult {
  const referral = { recordId, fields: shownFields(file, recordId) };
  const sections = state.content.referral?.sections ?? [];
  return html`${sections.flatMap((section) => subjectsOf(file, section, referral).map((subject) => sectionBlock(state, file, section, subject)))}`;
}

/** The record a field comes from; of one that is not there no fields. */
interface Source {
  readonly recordId: string;
  readonly fields: JsonObject;
}

const NO_SOURCE: Source = { recordId: '', fields: {} };

/** What one block is about: for `each` sections one person or record, else the case as a whole. */
interface Subject {
  readonly referral: Source;
  readonly person: PersonInCase | undefined;
  readonly record: StoredRecord | undefined;
  readonly number: number | undefined;
}

function subjectsOf(file: CaseFile, section: ReferralSection, referral: Source): readonly Subject[] {
  const { each } = section;
  if (each === undefined) return [{ referral, person: victimOf(file), record: undefined, number: undefined }];
  const people = peopleOf(file).filter((person) => person.isRecorded && person.role === each);
  const subjects: readonly Omit<Subject, 'number'>[] =
    each === 'perpetrator' || each === 'child'
      ? people.map((person) => ({ referral, person, record: undefined }))
      : recordsOfType(file, each).map((record) => ({ referral, person: undefined, record }));
  const found = subjects.length === 0 ? [{ referral, person: undefined, record: undefined }] : subjects;
  return found.map((subject, index) => ({ ...subject, number: found.length > 1 ? index + 1 : undefined }));
}

function sectionBlock(state: AppState, file: CaseFile, section: ReferralSection, subject: Subject): TemplateResult {
  const title = subject.number === undefined ? section.title : `${section.title} ${subject.number}`;
  const isResult = (field: ReferralField): boolean => field.from?.record === 'evaluation' && field.from.field === 'result';
  return html`<section class="app-print-section">
    <h2 class="govuk-heading-m">${title}</h2>
    ${section.fields.filter(isResult).map((field) => criteriaBlock(state, file, field, subject.referral))}
    ${summaryList({
      emptyText: state.content.referral?.empty ?? words.shell.notRecorded,
      rows: section.fields.filter((field) => !isResult(field)).map((field) => ({ key: field.label, value: valueOf(state, file, field, subject) })),
    })}
  </section>`;
}

/** All six criteria as they were kept on the day of the decision. */
function criteriaBlock(state: AppState, file: CaseFile, field: ReferralField, referral: Source): TemplateResult {
  const result = recordOf(file, textOf(referral.fields['evaluation']))?.fields['result'];
  return html`<h3 class="govuk-heading-s">${field.label}</h3>
    ${isObject(result) ? criteriaList(state, file, result) : html`<p class="govuk-body">${state.content.referral?.empty ?? words.shell.notRecorded}</p>`}`;
}

/** The value, and beside it that workers disagree where they do: whoever reads the paper has no page to ask. */
function valueOf(state: AppState, file: CaseFile, field: ReferralField, subject: Subject): SummaryRow['value'] {
  const { from } = field;
  if (from === null) return '';
  const source = sourceOf(file, from.record, subject);
  const value = wordsOf(state, file, from.record, from.field, source.fields[from.field]);
  return marked(value, fieldMark(state, source.recordId, from.field, field.label), state.content.referral?.empty ?? words.shell.notRecorded);
}

function marked(value: SummaryRow['value'], mark: TemplateResult | undefined, emptyText: string): SummaryRow['value'] {
  return mark === undefined ? value : html`${summaryValue(value, emptyText)} <span class="app-line">${mark}</span>`;
}

function sourceOf(file: CaseFile, record: string, subject: Subject): Source {
  const { person } = subject;
  switch (record) {
    case 'referral':
      return subject.referral;
    case 'case':
      return { recordId: file.caseId, fields: shownFields(file, file.caseId) };
    case 'person':
      return person === undefined ? NO_SOURCE : { recordId: person.personId, fields: person.person };
    case 'party':
      return person === undefined ? NO_SOURCE : { recordId: person.partyId, fields: person.party };
    case 'evaluation':
      return recordOf(file, textOf(subject.referral.fields['evaluation'])) ?? NO_SOURCE;
    case 'assessment':
      return recordOf(file, textOf(subject.referral.fields['assessment'])) ?? NO_SOURCE;
    case 'safe_contact':
      return recordsOfType(file, 'safe_contact').find((each) => textOf(each.fields['person']) === person?.personId) ?? NO_SOURCE;
    default:
      return subject.record ?? NO_SOURCE;
  }
}

/** How each kind of value is put in words. The field names are those of schema.json. */
const CHOICE_FIELDS: Readonly<Record<string, string>> = {
  relationship: 'relationship', livesWithVictim: 'yesNoAsked', safeToCall: 'yesNoAsked', voicemailOk: 'yesNoAsked', textOk: 'yesNoAsked',
  concernHigh: 'yesNo', policeReported: 'yesNo', childrenPresent: 'yesNoAsked', incidentType: 'incidentType',
};
const DATE_FIELDS = new Set(['referredOn', 'checkedOn', 'referralDate', 'meetingDate', 'movedOn', 'evaluatedOn']);
const REASON_FIELDS = new Set(['awareOfReferral', 'consentGiven', 'idvaReferral']);

function wordsOf(state: AppState, file: CaseFile, record: string, field: string, value: Json | undefined): SummaryRow['value'] {
  const choice = CHOICE_FIELDS[field];
  if (choice !== undefined) return choiceLabel(state, choice, value);
  if (DATE_FIELDS.has(field)) return dateText(value);
  if (REASON_FIELDS.has(field)) return answerWithReason(state, value);
  switch (`${record}.${field}`) {
    case 'case.areaProfile':
    case 'prior_marac.areaProfile':
      return areaTitle(state, value);
    case 'case.localFlags':
      return textsOf(value).map((flag) => choiceLabel(state, 'localFlag', flag));
    case 'case.transfer':
      return [dateText(member(value, 'movedOn')), textOf(member(value, 'fromArea')), choiceLabel(state, 'permanence', member(value, 'permanence'))];
    case 'case.interpreter':
      return [choiceLabel(state, 'yesNoAsked', member(value, 'needed')), textOf(member(value, 'language'))];
    case 'person.birth':
    case 'incident.occurred':
      return datedText(value);
    case 'person.address':
      return [textOf(member(value, 'text')), member(value, 'confidential') === true ? words.rows.confidential : ''];
    case 'prior_marac.perpetrators':
      return namesOf(file, textsOf(value));
    case 'incident.perpetrator':
      return namesOf(file, [textOf(value)]);
    case 'referral.assessment':
      return checklistText(file, textOf(value));
    default:
      return textOf(value);
  }
}

function checklistText(file: CaseFile, recordId: string): string {
  const fields = recordOf(file, recordId)?.fields;
  if (fields === undefined) return '';
  return fill(words.referral.checklistVersion, {
    title: textOf(fields['instrument']),
    version: String(fields['version'] ?? 1),
    date: dateText(fields['completedOn']),
  });
}
