import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { peopleOf, recordOf, type CaseFile, type PersonInCase } from '../../state/case-file.ts';
import { member, textOf } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { hashOf } from '../../state/routes.ts';
import { button } from '../../components/button/button.ts';
import { summaryCard, summaryList, type SummaryRow } from '../../components/summary-list/summary-list.ts';
import { tag } from '../../components/tag/tag.ts';
import { recordFoot } from '../progress.ts';
import { choiceLabel, datedText } from '../words.ts';
import { fieldMark, recordMarks } from '../conflicts/notice.ts';
import { answerRows, markedValue } from './rows.ts';

/** Everybody in the case, the victim first. */
export function peopleSection(state: AppState, actions: Actions, file: CaseFile): TemplateResult {
  const people = peopleOf(file).filter((each) => each.isRecorded);
  const hasPerpetrator = people.some((each) => each.role === 'perpetrator');
  return html`<h2 class="govuk-heading-m">${words.case.peopleTitle}</h2>
    ${people.map((each) => personCard(state, file, each))}
    ${hasPerpetrator ? nothing : html`<div class="govuk-inset-text">${words.case.noPerpetrator}</div>`}
    ${button({ text: words.case.peopleAdd, kind: 'secondary', onPress: () => actions.addRecord('person', file.caseId) })}`;
}

function personCard(state: AppState, file: CaseFile, each: PersonInCase): TemplateResult {
  const { caseId } = file;
  const isVictim = each.role === 'victim';
  const foot = recordOf(file, each.personId);
  return summaryCard({
    id: `person-${each.partyId}`,
    title: textOf(each.person['name']),
    level: 3,
    tag: html`${tag(choiceLabel(state, 'role', each.role), isVictim ? 'purple' : each.role === 'perpetrator' ? 'orange' : 'grey')} ${recordMarks(state, each.personId, ['name', 'state'])}`,
    actions: [
      { text: words.shell.change, href: hashOf({ name: 'person', caseId, recordId: each.partyId }) },
      ...(isVictim ? [] : [{ text: words.case.remove, href: hashOf({ name: 'remove', caseId, recordId: each.partyId }) }]),
    ],
    body: html`${summaryList({ rows: personRows(state, each), emptyText: words.shell.notRecorded })}
    ${foot === undefined ? nothing : recordFoot(state, foot, caseId, textOf(each.person['name']))}`,
  });
}

/** What is not recorded is only said for facts that everybody needs; other empty fields are left out. */
function personRows(state: AppState, each: PersonInCase): readonly SummaryRow[] {
  const text = words.person;
  const address = textOf(member(each.person['address'], 'text'));
  const isConfidential = member(each.person['address'], 'confidential') === true;
  const always: readonly SummaryRow[] = [
    ...(each.role === 'victim' || each.role === 'professional'
      ? []
      : answerRows(state, each.party, [['relationship', text.relationship, 'relationship']], each.partyId)),
    ...(each.role === 'professional' ? [] : [{ key: text.birth, value: markedValue(state, datedText(each.person['birth']), each.personId, 'birth', text.birth) }]),
  ];
  const filled: readonly SummaryRow[] = [
    ...answerRows(state, each.person, [['aliases', text.aliases]], each.personId),
    ...answerRows(state, each.party, [['livesWithVictim', words.rows.livesWithVictim, 'yesNoAsked']], each.partyId),
    { key: text.address, value: addressValue(state, each, address, isConfidential) },
    ...answerRows(state, each.person, [
      ['phone', text.phone],
      ['doctor', text.doctor],
      ['occupation', text.occupation],
      ['school', text.school],
    ], each.personId),
    ...answerRows(state, each.party, [['note', text.note]], each.partyId),
  ];
  return [...always, ...filled.filter((row) => row.value !== '')];
}

function addressValue(state: AppState, each: PersonInCase, address: string, isConfidential: boolean): SummaryRow['value'] {
  if (!isConfidential || address === '') return markedValue(state, address, each.personId, 'address', words.person.address);
  const mark = fieldMark(state, each.personId, 'address', words.person.address);
  return html`${address}<br />${tag(words.rows.confidential, 'red')} ${mark ?? nothing}`;
}
