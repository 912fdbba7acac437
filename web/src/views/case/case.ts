/** One case. Safe contact stands first: nobody should reach for a phone before reading it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { completedOf, draftsOfType, recordOf, recordsOfType, shownFields, unfinishedOf, victimOf, type CaseFile, type StoredRecord } from '../../state/case-file.ts';
import { textOf, textsOf } from '../../state/json.ts';
import type { Actions, DocumentType } from '../actions.ts';
import { fill, words } from '../../app/words.en.ts';
import { HOME, hashOf, type Route } from '../../state/routes.ts';
import { button } from '../../components/button/button.ts';
import { summaryCard, summaryList, type SummaryAction, type SummaryRow } from '../../components/summary-list/summary-list.ts';
import { answerRows } from './rows.ts';
import { differsBanner, recordMarks } from '../conflicts/notice.ts';
import { draftsSection } from './drafts.ts';
import { peopleSection } from './people.ts';
import { recordFoot } from '../progress.ts';
import { areaTitle, choiceLabel, dateText, datedText, namesOf, priorAreaTitle } from '../words.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';

export function caseView(state: AppState, actions: Actions): TemplateResult {
  const { file } = state;
  if (file === undefined) return html``;
  const name = textOf(victimOf(file)?.person['name']);
  return page(state, actions, {
    heading: name === '' ? words.case.unnamed : name,
    caption: areaTitle(state, shownFields(file, file.caseId)['areaProfile']) || undefined,
    back: HOME,
    backText: words.shell.list,
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`${differsBanner(state, file.caseId)} ${draftsSection(state, actions, file)} ${contactSection(state, actions, file)} ${documentsSection(state, actions, file)}
    ${peopleSection(state, actions, file)} ${incidentsSection(state, actions, file)} ${priorsSection(state, actions, file)} ${factsSection(state, file)}`,
  });
}

function contactSection(state: AppState, actions: Actions, file: CaseFile): TemplateResult {
  const text = words.case;
  const { caseId } = file;
  const contacts = recordsOfType(file, 'safe_contact');
  return html`<h2 class="govuk-heading-m">${text.contactTitle}</h2>
    ${contacts.length === 0
      ? html`<div class="govuk-inset-text">${text.contactNone}</div>`
      : contacts.map((record) =>
          summaryCard({
            id: `contact-${record.recordId}`,
            title: namesOf(file, [textOf(record.fields['person'])]) || text.contactTitle,
            level: 3,
            tag: recordMarks(state, record.recordId, ['person', 'state']),
            actions: [{ text: words.shell.change, href: hashOf({ name: 'contact', caseId, recordId: record.recordId }) }],
            body: html`${summaryList({ rows: contactRows(state, record), emptyText: words.shell.notRecorded })}
              <p class="govuk-body app-card-note">${text.contactCheck}</p>
              ${recordFoot(state, record, caseId, namesOf(file, [textOf(record.fields['person'])]) || text.contactTitle)}`,
          }),
        )}
    ${contacts.length > 0 || draftsOfType(file, 'safe_contact').length > 0
      ? nothing
      : button({ text: text.contactAdd, kind: 'secondary', onPress: () => actions.addRecord('contact', caseId) })}`;
}

function contactRows(state: AppState, record: StoredRecord): readonly SummaryRow[] {
  const text = words.rows;
  return answerRows(state, record.fields, [
    ['safeToCall', text.safeToCall, 'yesNoAsked'],
    ['number', text.number],
    ['times', text.times],
    ['voicemailOk', text.voicemailOk, 'yesNoAsked'],
    ['textOk', text.textOk, 'yesNoAsked'],
    ['codeWord', text.codeWord],
    ['mustNotBeTold', text.mustNotBeTold],
    ['checkedOn', text.checkedOn, 'date'],
  ], record.recordId);
}

/** Checklist, criteria, plan and referral: what the case is worked with. */
function documentsSection(state: AppState, actions: Actions, file: CaseFile): TemplateResult {
  const text = words.case;
  const { caseId } = file;
  return html`<h2 class="govuk-heading-m">${text.workTitle}</h2>
    ${summaryList({
      emptyText: words.shell.notRecorded,
      rows: [
        documentRow(state, actions, file, { type: 'assessment', title: text.dashTitle, none: text.dashNone, place: 'assessment', check: 'dash-check' }),
        { key: text.resultTitle, value: text.resultText, action: { text: text.resultShow, href: hashOf({ name: 'result', caseId }) } },
        documentRow(state, actions, file, { type: 'safety_plan', title: text.planTitle, none: text.planNone, place: 'plan', check: 'plan-check' }),
        documentRow(state, actions, file, { type: 'referral', title: text.referralTitle, none: text.referralNone, place: 'referral', check: 'referral-check' }),
      ],
    })}`;
}

interface DocumentKind {
  readonly type: DocumentType;
  readonly title: string;
  readonly none: string;
  readonly place: 'assessment' | 'plan' | 'referral';
  readonly check: 'dash-check' | 'plan-check' | 'referral-check';
}

function documentRow(state: AppState, actions: Actions, file: CaseFile, kind: DocumentKind): SummaryRow {
  const { caseId } = file;
  const versions = completedOf(file, kind.type);
  const [unfinished] = unfinishedOf(file, kind.type);
  const links = versions.map((record) => versionLine(state, record, caseId, kind.title, { name: kind.place, caseId, recordId: record.recordId }));
  return {
    key: kind.title,
    value: links.length === 0 ? kind.none : html`<ul class="govuk-list app-versions">${links.map((link) => html`<li>${link}</li>`)}</ul>`,
    action:
      unfinished === undefined
        ? documentAction(actions, file, kind, versions[0])
        : { text: words.case.go, href: hashOf({ name: kind.check, caseId, recordId: unfinished.recordId }) },
  };
}

/** The next plan continues the last one; a checklist or a referral begins empty, or as a new version from its own page. */
function documentAction(actions: Actions, file: CaseFile, kind: DocumentKind, newest: StoredRecord | undefined): SummaryAction {
  const { caseId } = file;
  if (newest !== undefined && kind.type === 'safety_plan') {
    return { text: words.case.nextVersion, href: hashOf({ name: 'new-version', caseId, recordId: newest.recordId }) };
  }
  return { text: newest === undefined ? words.case.start : words.case.startNew, onPress: () => actions.beginDocument(kind.type, caseId) };
}

function versionLine(state: AppState, record: StoredRecord, caseId: string, title: string, route: Route): TemplateResult {
  const { fields } = record;
  const review = dateText(fields['nextReviewOn']);
  const number = String(fields['version'] ?? 1);
  return html`<a class="govuk-link" href=${hashOf(route)}>${fill(words.case.version, { number })}, ${dateText(fields['completedOn'])}</a>
    ${review === '' ? nothing : html`<span class="app-line">${fill(words.case.reviewOn, { date: review })}</span>`} ${recordFoot(state, record, caseId, `${title}, ${fill(words.case.version, { number })}`)}`;
}

function incidentsSection(state: AppState, actions: Actions, file: CaseFile): TemplateResult {
  const text = words.case;
  const { caseId } = file;
  const incidents = [...recordsOfType(file, 'incident')].sort(byOccurrence);
  return html`<h2 class="govuk-heading-m">${text.incidentsTitle}</h2>
    ${incidents.length === 0 ? html`<p class="govuk-body">${text.incidentsNone}</p>` : incidents.map((record) => incidentCard(state, file, record))}
    ${button({ text: text.incidentsAdd, kind: 'secondary', onPress: () => actions.addRecord('incident', caseId) })}`;
}

/** Newest first, by the date it happened; civil dates as text sort by time. */
function byOccurrence(left: StoredRecord, right: StoredRecord): number {
  const date = (record: StoredRecord): string => {
    const occurred = record.fields['occurred'];
    return typeof occurred === 'object' && occurred !== null && 'date' in occurred ? textOf(occurred['date']) : '';
  };
  return date(right).localeCompare(date(left));
}

function incidentCard(state: AppState, file: CaseFile, record: StoredRecord): TemplateResult {
  const { fields, recordId } = record;
  const { caseId } = file;
  const text = words.rows;
  const date = datedText(fields['occurred']);
  const type = choiceLabel(state, 'incidentType', fields['incidentType']);
  const optional = answerRows(state, fields, [
    ['policeReference', text.policeReference],
    ['childrenPresent', text.childrenPresent, 'yesNoAsked'],
    ['occurred.disclosedOn', text.disclosedOn, 'date'],
    ['description', text.description],
  ], recordId);
  return summaryCard({
    id: `incident-${recordId}`,
    title: [date === '' ? words.case.dateNotKnown : date, type].join(', '),
    level: 3,
    tag: recordMarks(state, recordId, ['occurred', 'incidentType', 'perpetrator', 'state']),
    actions: [
      { text: words.shell.change, href: hashOf({ name: 'incident', caseId, recordId }) },
      { text: words.case.remove, href: hashOf({ name: 'remove', caseId, recordId }) },
    ],
    body: html`${summaryList({
      emptyText: words.shell.notRecorded,
      rows: [
        { key: text.perpetrator, value: namesOf(file, [textOf(fields['perpetrator'])]) },
        ...answerRows(state, fields, [['policeReported', text.policeReported, 'yesNo']], recordId),
        ...optional.filter((row) => row.value !== ''),
      ],
    })}
    ${recordFoot(state, record, caseId, [date === '' ? words.case.dateNotKnown : date, type].join(', '))}`,
  });
}

/** Of an earlier Marac everything is marked at its head: it has few lines. */
const PRIOR_FIELDS = ['areaProfile', 'maracArea', 'referralDate', 'meetingDate', 'perpetrators', 'caseNumber', 'state'];

function priorsSection(state: AppState, actions: Actions, file: CaseFile): TemplateResult {
  const text = words.case;
  const { caseId } = file;
  const priors = recordsOfType(file, 'prior_marac');
  return html`<h2 class="govuk-heading-m">${text.priorsTitle}</h2>
    ${priors.length === 0
      ? html`<p class="govuk-body">${text.priorsNone}</p>`
      : priors.map((record) => priorCard(state, file, record))}
    ${button({ text: text.priorsAdd, kind: 'secondary', onPress: () => actions.addRecord('prior', caseId) })}`;
}

function priorCard(state: AppState, file: CaseFile, record: StoredRecord): TemplateResult {
  const { recordId, fields } = record;
  const { caseId } = file;
  return summaryCard({
    id: `prior-${recordId}`,
    title: priorAreaTitle(state, fields),
    level: 3,
    tag: recordMarks(state, recordId, PRIOR_FIELDS),
    actions: [
      { text: words.shell.change, href: hashOf({ name: 'prior', caseId, recordId }) },
      { text: words.case.remove, href: hashOf({ name: 'remove', caseId, recordId }) },
    ],
    body: html`${summaryList({
      emptyText: words.shell.notRecorded,
      rows: [
        { key: words.rows.referralDate, value: dateText(fields['referralDate']) },
        { key: words.rows.meetingDate, value: dateText(fields['meetingDate']) },
        { key: words.rows.perpetrators, value: namesOf(file, textsOf(fields['perpetrators'])) },
        { key: words.rows.caseNumber, value: textOf(fields['caseNumber']) },
      ],
    })}
    ${recordFoot(state, record, caseId, priorAreaTitle(state, fields))}`,
  });
}

function factsSection(state: AppState, file: CaseFile): TemplateResult {
  const text = words.rows;
  const fields = shownFields(file, file.caseId);
  const record = recordOf(file, file.caseId);
  const needs = (path: string, label: string, kind?: string): readonly SummaryRow[] =>
    answerRows(state, fields, [kind === undefined ? [path, label] : [path, label, kind]], file.caseId).filter((row) => row.value !== '');
  return summaryCard({
    id: 'facts',
    title: words.facts.title,
    tag: recordMarks(state, file.caseId, ['areaProfile', 'localFlags', 'openedOn', 'state']),
    actions: [{ text: words.case.factsChange, href: hashOf({ name: 'facts', caseId: file.caseId }) }],
    body: html`${summaryList({
      emptyText: words.shell.notRecorded,
      rows: [
        { key: words.facts.area, value: areaTitle(state, fields['areaProfile']) },
        ...answerRows(state, fields, [
          ['reference', text.reference],
          ['status', text.status, 'caseStatus'],
          ['transfer.movedOn', text.movedOn, 'date'],
        ], file.caseId),
        ...needs('transfer.fromArea', text.fromArea),
        ...needs('transfer.permanence', text.permanence, 'permanence'),
        { key: words.facts.flags, value: textsOf(fields['localFlags']).map((flag) => choiceLabel(state, 'localFlag', flag)) },
        ...answerRows(state, fields, [['interpreter.needed', text.interpreter, 'yesNoAsked']], file.caseId),
        ...needs('interpreter.language', text.language),
      ],
    })}
    ${record === undefined ? nothing : recordFoot(state, record, file.caseId, words.facts.title)}`,
  });
}
