/** One case. Safe contact stands first: nobody should reach for a phone before reading it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { completedOf, draftsOfType, recordsOfType, shownFields, victimOf, type CaseFile, type StoredRecord } from '../../state/case-file.ts';
import { textOf, textsOf } from '../../state/json.ts';
import type { Actions, DocumentType } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { fill, words } from '../../app/words.en.ts';
import { HOME, hashOf, type Route } from '../../state/routes.ts';
import { button } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { summaryCard, summaryList, type SummaryRow } from '../../components/summary-list/summary-list.ts';
import { tag } from '../../components/tag/tag.ts';
import { answerRows } from './rows.ts';
import { draftsSection } from './drafts.ts';
import { peopleSection } from './people.ts';
import { areaTitle, choiceLabel, dateText, datedText, namesOf } from '../words.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';

export function caseView(state: AppState, actions: Actions, route: RouteFor<'case'>): TemplateResult {
  const { file } = state;
  if (file === undefined) return html``;
  const name = textOf(victimOf(file)?.person['name']);
  return page(state, actions, {
    heading: name === '' ? words.case.unnamed : name,
    caption: areaTitle(state, shownFields(file, file.caseId)['areaProfile']) || undefined,
    back: HOME,
    backText: words.shell.list,
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`${draftsSection(state, file)} ${contactSection(state, actions, file)} ${documentsSection(actions, file, route.caseId)}
    ${peopleSection(state, actions, file)} ${incidentsSection(state, actions, file)} ${priorsSection(actions, file)} ${factsSection(state, file)}`,
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
            actions: [{ text: words.shell.change, href: hashOf({ name: 'contact', caseId, recordId: record.recordId }) }],
            body: html`${summaryList({ rows: contactRows(state, record), emptyText: words.shell.notRecorded })}
              <p class="govuk-body app-card-note">${text.contactCheck}</p>`,
          }),
        )}
    ${contacts.length > 0 || draftsOfType(file, 'safe_contact').length > 0
      ? nothing
      : button({ text: text.contactAdd, kind: 'secondary', onPress: () => actions.addRecord('contact', caseId) })}`;
}

function contactRows(state: AppState, record: StoredRecord): readonly SummaryRow[] {
  const text = words.contact;
  return answerRows(state, record.fields, [
    ['safeToCall', text.safeToCall, 'yesNoAsked'],
    ['number', text.number],
    ['times', text.times],
    ['voicemailOk', text.voicemailOk, 'yesNoAsked'],
    ['textOk', text.textOk, 'yesNoAsked'],
    ['codeWord', text.codeWord],
    ['mustNotBeTold', text.mustNotBeTold],
    ['checkedOn', text.checkedOn, 'date'],
  ]);
}

/** Checklist, criteria, plan and referral: what the case is worked with. */
function documentsSection(actions: Actions, file: CaseFile, caseId: string): TemplateResult {
  const text = words.case;
  return html`${documentBlock(actions, file, {
      type: 'assessment', title: text.dashTitle, none: text.dashNone, start: text.dashStart, again: text.dashNew,
      route: (recordId) => ({ name: 'assessment', caseId, recordId }),
    })}
    <h2 class="govuk-heading-m">${text.resultTitle}</h2>
    <p class="govuk-body">${text.resultText}</p>
    <p class="govuk-body"><a class="govuk-link govuk-!-font-weight-bold" href=${hashOf({ name: 'result', caseId })}>${text.resultShow}</a></p>
    ${documentBlock(actions, file, {
      type: 'safety_plan', title: text.planTitle, none: text.planNone, start: text.planStart, again: text.planNext,
      route: (recordId) => ({ name: 'plan', caseId, recordId }),
    })}
    ${documentBlock(actions, file, {
      type: 'referral', title: text.referralTitle, none: text.referralNone, start: text.referralStart, again: text.referralNew,
      route: (recordId) => ({ name: 'referral', caseId, recordId }),
    })}`;
}

interface DocumentBlock {
  readonly type: DocumentType;
  readonly title: string;
  readonly none: string;
  readonly start: string;
  readonly again: string;
  readonly route: (recordId: string) => Route;
}

function documentBlock(actions: Actions, file: CaseFile, block: DocumentBlock): TemplateResult {
  const versions = completedOf(file, block.type);
  const [newest] = versions;
  const isDrafted = draftsOfType(file, block.type).length > 0;
  return html`<h2 class="govuk-heading-m">${block.title}</h2>
    ${versions.length === 0
      ? html`<p class="govuk-body">${block.none}</p>`
      : html`<ul class="govuk-list app-versions">
          ${versions.map((record) => html`<li>${versionLine(record, block.route(record.recordId))}</li>`)}
        </ul>`}
    ${isDrafted ? nothing : startButton(actions, file, block, newest)}`;
}

/** The next plan continues the last one; a new checklist or referral can also start empty. */
function startButton(actions: Actions, file: CaseFile, block: DocumentBlock, newest: StoredRecord | undefined): Part {
  if (newest !== undefined && block.type === 'safety_plan') {
    return html`<a class="govuk-button govuk-button--secondary" role="button" href=${hashOf({ name: 'new-version', caseId: file.caseId, recordId: newest.recordId })}>${block.again}</a>`;
  }
  return button({ text: newest === undefined ? block.start : block.again, kind: 'secondary', onPress: () => actions.beginDocument(block.type, file.caseId) });
}

function versionLine(record: StoredRecord, route: Route): TemplateResult {
  const { fields } = record;
  const review = dateText(fields['nextReviewOn']);
  const number = String(fields['version'] ?? 1);
  return html`<a class="govuk-link" href=${hashOf(route)}>${fill(words.case.version, { number })}, ${fill(words.case.completedOn, { date: dateText(fields['completedOn']) })}</a>
    ${review === '' ? nothing : html` ${tag(fill(words.case.reviewOn, { date: review }), 'blue')}`}`;
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
  const text = words.incident;
  const date = datedText(fields['occurred']);
  return summaryCard({
    id: `incident-${recordId}`,
    title: date === '' ? words.case.dateNotKnown : date,
    level: 3,
    actions: [
      { text: words.shell.change, href: hashOf({ name: 'incident', caseId, recordId }) },
      { text: words.case.remove, href: hashOf({ name: 'remove', caseId, recordId }) },
    ],
    body: summaryList({
      emptyText: words.shell.notRecorded,
      rows: [
        { key: text.type, value: choiceLabel(state, 'incidentType', fields['incidentType']) },
        { key: text.perpetrator, value: namesOf(file, [textOf(fields['perpetrator'])]) },
        ...answerRows(state, fields, [
          ['policeReported', text.policeReported, 'yesNo'],
          ['policeReference', text.policeReference],
          ['childrenPresent', text.childrenPresent, 'yesNoAsked'],
          ['description', text.description],
        ]),
      ],
    }),
  });
}

function priorsSection(actions: Actions, file: CaseFile): TemplateResult {
  const text = words.case;
  const { caseId } = file;
  const priors = recordsOfType(file, 'prior_marac');
  return html`<h2 class="govuk-heading-m">${text.priorsTitle}</h2>
    ${priors.length === 0
      ? html`<p class="govuk-body">${text.priorsNone}</p>`
      : priors.map(({ recordId, fields }) =>
          summaryCard({
            id: `prior-${recordId}`,
            title: textOf(fields['maracArea']),
            level: 3,
            actions: [
              { text: words.shell.change, href: hashOf({ name: 'prior', caseId, recordId }) },
              { text: words.case.remove, href: hashOf({ name: 'remove', caseId, recordId }) },
            ],
            body: summaryList({
              emptyText: words.shell.notRecorded,
              rows: [
                { key: words.prior.referralDate, value: dateText(fields['referralDate']) },
                { key: words.prior.meetingDate, value: dateText(fields['meetingDate']) },
                { key: words.prior.perpetrators, value: namesOf(file, textsOf(fields['perpetrators'])) },
                { key: words.prior.caseNumber, value: textOf(fields['caseNumber']) },
              ],
            }),
          }),
        )}
    ${button({ text: text.priorsAdd, kind: 'secondary', onPress: () => actions.addRecord('prior', caseId) })}`;
}

function factsSection(state: AppState, file: CaseFile): TemplateResult {
  const text = words.facts;
  const fields = shownFields(file, file.caseId);
  const href = hashOf({ name: 'facts', caseId: file.caseId });
  return summaryCard({
    id: 'facts',
    title: text.title,
    actions: [{ text: words.case.factsChange, href }],
    body: summaryList({
      emptyText: words.shell.notRecorded,
      rows: [
        ...answerRows(state, fields, [
          ['reference', text.reference],
          ['status', text.status, 'caseStatus'],
        ]),
        { key: text.area, value: areaTitle(state, fields['areaProfile']) },
        ...answerRows(state, fields, [
          ['transfer.movedOn', text.movedOn, 'date'],
          ['transfer.fromArea', text.fromArea],
        ]),
        { key: text.flags, value: textsOf(fields['localFlags']).map((flag) => choiceLabel(state, 'localFlag', flag)) },
        ...answerRows(state, fields, [
          ['interpreter.needed', text.interpreter, 'yesNoAsked'],
          ['interpreter.language', text.language],
        ]),
      ],
    }),
  });
}
