/** What differs between workers: in one case each field with every value, in all cases by case. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { victimOf, type CaseFile } from '../../state/case-file.ts';
import type { Conflict } from '../../state/conflicts.ts';
import { choicesOf, isSame } from '../../state/conflicts.ts';
import { textOf } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { counted, words } from '../../app/words.en.ts';
import { HOME, hashOf } from '../../state/routes.ts';
import { summaryCard, summaryList, type SummaryRow } from '../../components/summary-list/summary-list.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';
import { conflictAddress } from './notice.ts';
import { conflictTag, fieldLabel, recordLabel, shownText, valueLines, writeNote } from './value.ts';

export function conflictsView(state: AppState, actions: Actions): TemplateResult {
  const cases = [...new Set(state.conflicts.map((each) => each.caseId))];
  return page(state, actions, {
    heading: words.conflicts.inboxTitle,
    back: HOME,
    backText: words.shell.list,
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`<p class="govuk-body">${state.conflicts.length === 0 ? words.conflicts.none : words.conflicts.inboxText}</p>
      ${cases.length === 0
        ? nothing
        : html`<ul class="app-cases">
            ${cases.map((caseId) => inboxItem(state, state.conflicts.filter((each) => each.caseId === caseId)))}
          </ul>`}`,
  });
}

function inboxItem(state: AppState, conflicts: readonly Conflict[]): TemplateResult {
  const [first] = conflicts;
  if (first === undefined) return html``;
  const name = first.victimName === '' ? words.list.noName : first.victimName;
  return html`<li class="app-cases__item">
    <h2 class="govuk-heading-s app-cases__name">
      <a class="govuk-link" href=${hashOf({ name: 'case-conflicts', caseId: first.caseId })}>${name}</a>
    </h2>
    <p class="govuk-body-s app-cases__facts">${counted(words.progress.conflicts, conflicts.length)}</p>
    <ul class="govuk-list">
      ${conflicts.map((each) => html`<li>${fieldLabel(state, each.type, each.field)} ${conflictTag(each)}</li>`)}
    </ul>
  </li>`;
}

export function caseConflictsView(state: AppState, actions: Actions, route: RouteFor<'case-conflicts'>): TemplateResult {
  const { file } = state;
  const isEmpty = state.conflicts.length === 0;
  return page(state, actions, {
    heading: words.conflicts.title,
    caption: file === undefined ? undefined : textOf(victimOf(file)?.person['name']) || undefined,
    back: { name: 'case', caseId: route.caseId },
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`<p class="govuk-body">${isEmpty ? words.conflicts.none : words.conflicts.text}</p>
      ${state.conflicts.map((each) => conflictCard(state, file, each))}`,
  });
}

function conflictCard(state: AppState, file: CaseFile | undefined, conflict: Conflict): TemplateResult {
  const label = fieldLabel(state, conflict.type, conflict.field);
  return summaryCard({
    id: `differs-${conflict.recordId}-${conflict.field.replaceAll(/[^A-Za-z0-9]/g, '-')}`,
    title: label,
    tag: conflictTag(conflict),
    actions: [{ text: words.conflicts.decide, href: conflictAddress(conflict) }],
    body: html`<p class="govuk-body app-card-note">${recordLabel(state, file, conflict.recordId, conflict.type)}</p>
      ${summaryList({ emptyText: words.conflicts.takenAway, rows: valueRows(state, file, conflict) })}`,
  });
}

/** One row for each value, with everybody who wrote it; the one that stands meanwhile says so. */
function valueRows(state: AppState, file: CaseFile | undefined, conflict: Conflict): readonly SummaryRow[] {
  const shown = conflict.values[conflict.shown];
  return choicesOf(conflict.values).map((choice, index) => ({
    key: shown !== undefined && isSame(choice.value, shown.value) ? shownText(conflict.field) : `${words.conflicts.value} ${String(index + 1)}`,
    value: html`${valueLines(state, file, conflict.type, conflict.field, choice.value).map((line) => html`<span class="app-line">${line}</span>`)}
    ${choice.writes.map((write) => writeNote(write))}`,
  }));
}
