/** The checklist as steps, what is still needed, and completing it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import { hashOf, stepId, type Route, type RouteName } from '../../state/routes.ts';
import { button } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { tag } from '../../components/tag/tag.ts';
import { taskList, type Task } from '../../components/task-list/task-list.ts';
import { fieldsOf, saved } from '../fields.ts';
import { fieldOf, keyOf, openGaps, refusedGaps, type GapsProps } from '../gaps.ts';
import { page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';
import { restsOnConflicts } from '../conflicts/notice.ts';
import { answerField } from './dash-pages.ts';
import { counts, topicsOf } from './dash-topics.ts';
import { judgementSection } from './judgement.ts';

export function dashCheckView(state: AppState, actions: Actions, route: RouteFor<'dash-check'>): TemplateResult {
  const { caseId } = route;
  const { form } = state;
  const gaps: GapsProps = { type: 'assessment', place: (field, key) => placeOf(state, route, field, key), ready: words.dash.checkReady };
  return page(state, actions, {
    heading: words.dash.checkTitle,
    caption: words.case.dashTitle,
    back: { name: 'case', caseId },
    above: html`${aboveForm(state)}${refusedGaps(state, actions, gaps)}`,
    body: form === undefined ? nothing : html`${taskList('dash', steps(state, route))} ${openGaps(state, actions, gaps)}
      ${restsOnConflicts(state, 'assessment', caseId)} ${countRows(state)} ${judgementSection(state)}
      ${restNotAsked(state, actions)}
      ${needsReason(state) ? fieldsOf(form, actions).area(answerField('notAskedReason'), { label: words.dash.notAsked, hint: words.dash.notAskedHint }) : nothing}
      ${saved(state, actions)}
      <p class="govuk-body">${words.dash.completeText}</p>
      ${button({ text: words.dash.complete, onPress: actions.completeDocument, isWaiting: state.isBusy })}`,
  });
}

function steps(state: AppState, route: RouteFor<'dash-check'>): readonly Task[] {
  const { caseId, recordId } = route;
  const text = words.dash.parts;
  const open = new Set((state.gaps ?? []).map((gap) => placeOf(state, route, fieldOf(gap), keyOf(gap)).name));
  const task = (title: string, name: 'dash-before' | 'dash-list' | 'dash-professional' | 'dash-after', place: RouteName): Task => ({
    title,
    href: hashOf({ name, caseId, recordId }),
    status: state.gaps === undefined ? nothing : open.has(place) ? tag(words.dash.stepOpen, 'yellow') : html`${words.dash.stepDone}`,
  });
  return [
    task(text.before, 'dash-before', 'dash-before'),
    task(text.topics, 'dash-list', 'dash-item'),
    task(text.professional, 'dash-professional', 'dash-professional'),
    task(text.after, 'dash-after', 'dash-after'),
  ];
}

function countRows(state: AppState): Part {
  if (state.summary === undefined) return nothing;
  return html`<h2 class="govuk-heading-m">${words.dash.countTitle}</h2>
    ${counts(state)}
    <p class="govuk-body">${state.content['criteria-words']?.belowThreshold}</p>`;
}

/** Leaving topics out is legal and frequent; it takes one press and one reason. */
function restNotAsked(state: AppState, actions: Actions): Part {
  const open = (state.gaps ?? []).map(keyOf).filter((key) => key !== '');
  if (open.length === 0) return nothing;
  return html`${button({ text: words.dash.markRest, kind: 'secondary', onPress: () => actions.markNotAnswered(open), isWaiting: state.isBusy, describedBy: 'mark-rest-hint' })}
    <p class="govuk-hint" id="mark-rest-hint">${words.dash.markRestHint}</p>`;
}

/** The reason is asked for when the core asks for it, and stays in reach once it is written. */
function needsReason(state: AppState): boolean {
  const isWritten = state.form?.values['assessment.notAskedReason'] !== undefined;
  return isWritten || (state.gaps ?? []).some((gap) => gap.field === 'notAskedReason');
}

function placeOf(state: AppState, route: RouteFor<'dash-check'>, field: string, key: string): Route {
  const { caseId, recordId } = route;
  if (field === 'answer') {
    const index = Math.max(0, topicsOf(state).findIndex((topic) => topic.id === key));
    return { name: 'dash-item', caseId, recordId, step: stepId(recordId, index) };
  }
  if (field === 'professionalSeen' || field === 'concernReason') return { name: 'dash-professional', caseId, recordId };
  if (field === 'outcomeTold' || field === 'outcomeNotToldReason') return { name: 'dash-after', caseId, recordId };
  if (field === 'notAskedReason') return route;
  return { name: 'dash-before', caseId, recordId };
}
