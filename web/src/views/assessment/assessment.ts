/** A completed checklist: read only, and printed. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { completedOf, isUnfinished, shownFields, victimOf, type CaseFile } from '../../state/case-file.ts';
import { isObject, member, textOf, type JsonObject } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { fill, words } from '../../app/words.en.ts';
import { hashOf } from '../../state/routes.ts';
import { button, buttonGroup, buttonLink } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { summaryList } from '../../components/summary-list/summary-list.ts';
import { answerRows } from '../case/rows.ts';
import { restsOnConflicts } from '../conflicts/notice.ts';
import { counts, topicsOf, type Topic } from '../dash/dash-topics.ts';
import { choiceLabel } from '../words.ts';
import { page } from '../shell/shell.ts';

export function assessmentView(state: AppState, actions: Actions, route: RouteFor<'assessment'>): TemplateResult {
  const { file } = state;
  if (file === undefined) return html``;
  const fields = shownFields(file, route.recordId);
  return page(state, actions, {
    heading: words.case.dashTitle,
    caption: textOf(victimOf(file)?.person['name']) || undefined,
    back: { name: 'case', caseId: route.caseId },
    body: html`${standing(file, route)} ${restsOnConflicts(state, 'assessment', route.caseId)} ${aboutRows(state, fields)}
      <h2 class="govuk-heading-m">${words.dash.countTitle}</h2>
      ${counts(state)}
      <p class="govuk-body">${state.content['criteria-words']?.belowThreshold}</p>
      <h2 class="govuk-heading-m">${words.dash.topicsTitle}</h2>
      ${topicRows(state, fields)} ${professionalRows(state, fields)} ${buttons(actions, file, route)}`,
  });
}

function standing(file: CaseFile, route: RouteFor<'assessment'>): Part {
  const newest = completedOf(file, 'assessment')[0];
  if (isUnfinished(file, route.recordId)) {
    return html`<div class="govuk-inset-text">${words.dash.draftText}</div>`;
  }
  if (newest === undefined || newest.recordId === route.recordId) return nothing;
  return html`<div class="govuk-inset-text">
    ${words.dash.olderTitle}
    <a class="govuk-link" href=${hashOf({ name: 'assessment', caseId: route.caseId, recordId: newest.recordId })}>${words.case.view}</a>
  </div>`;
}

function aboutRows(state: AppState, fields: JsonObject): TemplateResult {
  const text = words.dash;
  return summaryList({
    emptyText: words.shell.notRecorded,
    rows: [
      { key: fill(words.case.version, { number: '' }).trim(), value: String(fields['version'] ?? 1) },
      ...answerRows(state, fields, [
        ['completedOn', text.completedOn, 'date'],
        ['assessedOn', text.assessedOn, 'date'],
        ['instrument', text.started],
        ['worker', text.workerRead],
        ['workerRole', text.workerRoleRead],
        ['agency', text.agencyRead],
        ['present', words.rows.present],
        ['beforeAsking', text.beforeNote],
      ]),
      ...(textOf(fields['changeReason']) === '' ? [] : answerRows(state, fields, [['changeReason', text.changeReason]])),
    ],
  });
}

function topicRows(state: AppState, fields: JsonObject): TemplateResult {
  const answers = isObject(fields['answer']) ? fields['answer'] : {};
  return html`<table class="govuk-table app-answers">
    <thead class="govuk-table__head govuk-visually-hidden">
      <tr>
        <th scope="col">${words.dash.topicsTitle}</th>
        <th scope="col">${words.dash.answer}</th>
      </tr>
    </thead>
    <tbody class="govuk-table__body">
      ${topicsOf(state).map((topic) => topicRow(state, topic, isObject(answers[topic.id]) ? (answers[topic.id] as JsonObject) : {}))}
    </tbody>
  </table>`;
}

function topicRow(state: AppState, topic: Topic, answer: JsonObject): TemplateResult {
  const source = choiceLabel(state, 'answerSource', answer['source']);
  const comment = textOf(member(answer, 'comment'));
  const value = choiceLabel(state, 'answer', answer['answer']);
  return html`<tr class="govuk-table__row">
    <th scope="row" class="govuk-table__header app-answers__topic">
      ${topic.number}. ${topic.text}
      ${comment === '' ? nothing : html`<span class="app-answers__comment">${comment}</span>`}
    </th>
    <td class="govuk-table__cell">
      <strong>${value === '' ? words.shell.notRecorded : value}</strong>
      ${source === '' ? nothing : html`<br /><span class="govuk-body-s">${source}</span>`}
    </td>
  </tr>`;
}

function professionalRows(state: AppState, fields: JsonObject): TemplateResult {
  const text = words.dash;
  const reason = textOf(fields['notAskedReason']);
  return html`<h2 class="govuk-heading-m">${text.professionalHeading}</h2>
    ${summaryList({
      emptyText: words.shell.notRecorded,
      rows: [
        ...(reason === '' ? [] : [{ key: words.rows.notAsked, value: reason }]),
        ...answerRows(state, fields, [
          ['concernHigh', words.rows.concernHigh, 'yesNo'],
          ['concernReason', words.rows.concernReason],
          ['wishes', words.rows.wishes],
          ['weaponsAccess', words.rows.weapons],
          ['outcomeTold', words.rows.outcomeTold, 'yesNo'],
          ['outcomeNotToldReason', text.outcomeWhy],
        ]),
      ],
    })}`;
}

function buttons(actions: Actions, file: CaseFile, route: RouteFor<'assessment'>): TemplateResult {
  const { caseId, recordId } = route;
  const newest = completedOf(file, 'assessment')[0];
  const isNewest = newest?.recordId === recordId;
  return html`<div class="app-no-print">
    ${buttonGroup(
      button({ text: words.shell.print, onPress: actions.print }),
      isNewest ? buttonLink(words.dash.change, hashOf({ name: 'new-version', caseId, recordId }), 'secondary') : nothing,
      html`<a class="govuk-link" href=${hashOf({ name: 'result', caseId })}>${words.case.resultShow}</a>`,
    )}
    ${isNewest ? html`<p class="govuk-hint">${words.dash.changeText}</p>` : nothing}
  </div>`;
}

