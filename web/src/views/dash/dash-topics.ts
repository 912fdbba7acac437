/** The topics of the checklist: one on a screen, or all on one page. Every tap is kept at once. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { QuestionnaireItem } from '../../state/content.ts';
import type { FieldRef, FormState } from '../../state/form.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { fill, words } from '../../app/words.en.ts';
import { hashOf, stepId, stepIndex, type Route } from '../../state/routes.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { choiceOptions, fieldsOf, formOf, saved } from '../fields.ts';
import { heading, page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';

export interface Topic {
  readonly id: string;
  readonly number: string;
  readonly text: string;
  readonly note: string | undefined;
  readonly group: string;
}

/** The topics in the order of the form, with the heading of their group. */
export function topicsOf(state: AppState): readonly Topic[] {
  const groups = state.content['dash-adult']?.item ?? [];
  return groups.flatMap((group) => (group.item ?? []).map((item) => topicOf(group, item)));
}

function topicOf(group: QuestionnaireItem, item: QuestionnaireItem): Topic {
  return {
    id: item.linkId,
    number: item.prefix ?? '',
    text: item.text ?? '',
    note: item.item?.find((each) => each.type === 'display')?.text,
    group: group.text ?? '',
  };
}

export const topicRef = (topicId: string, member: string): FieldRef => ({ part: 'assessment', field: 'answer', key: topicId, member });

export function dashItemView(state: AppState, actions: Actions, route: RouteFor<'dash-item'>): TemplateResult {
  const { form } = state;
  const { caseId, recordId } = route;
  const topics = topicsOf(state);
  const index = Math.min(stepIndex(recordId, route.step), Math.max(0, topics.length - 1));
  const topic = topics[index];
  const at = (step: number): Route => ({ name: 'dash-item', caseId, recordId, step: stepId(recordId, step) });
  const next: Route = index + 1 < topics.length ? at(index + 1) : { name: 'dash-professional', caseId, recordId };
  const previous: Route = index === 0 ? { name: 'dash-before', caseId, recordId } : at(index - 1);
  if (form === undefined || topic === undefined) return page(state, actions, { heading: words.shell.loading, body: nothing, back: previous });
  return page(state, actions, {
    heading: topic.text,
    hasOwnHeading: true,
    back: previous,
    above: aboveForm(state),
    body: formOf(() => actions.saveAndGo(next), html`${heading(topic.text, `${fill(words.dash.position, { number: index + 1, total: topics.length })} · ${topic.group}`)}
      ${topic.note === undefined ? nothing : html`<p class="govuk-hint">${topic.note}</p>`}
      ${topicFields(state, actions, form, topic, 'one')} ${saved(state, actions)}
      ${buttonGroup(
        button({ text: index + 1 < topics.length ? words.dash.next : words.dash.nextEnd, isSubmit: true, isWaiting: state.isBusy }),
        html`<a class="govuk-link" href=${hashOf({ name: 'dash-list', caseId, recordId })}>${words.dash.allTopics}</a>`,
        html`<a class="govuk-link" href=${hashOf({ name: 'dash-check', caseId, recordId })}>${words.dash.toCheck}</a>`,
      )}
      ${counts(state)}`),
  });
}

export function dashListView(state: AppState, actions: Actions, route: RouteFor<'dash-list'>): TemplateResult {
  const { form } = state;
  const { caseId, recordId } = route;
  const next: Route = { name: 'dash-professional', caseId, recordId };
  const groups = [...new Set(topicsOf(state).map((topic) => topic.group))];
  if (form === undefined) return page(state, actions, { heading: words.dash.allTopics, body: nothing });
  return page(state, actions, {
    heading: words.dash.parts.topics,
    caption: words.case.dashTitle,
    back: { name: 'dash-check', caseId, recordId },
    above: aboveForm(state),
    body: formOf(() => actions.saveAndGo(next), html`<p class="govuk-body">
        <a class="govuk-link app-lead-link" href=${hashOf({ name: 'dash-item', caseId, recordId, step: stepId(recordId, 0) })}>${words.dash.oneTopic}</a>
      </p>
      ${groups.map((group) => html`<h2 class="govuk-heading-m app-group">${group}</h2>
        ${topicsOf(state).filter((topic) => topic.group === group).map((topic) => html`<div class="app-topic">${topicFields(state, actions, form, topic, 'list')}</div>`)}`)}
      <div class="app-foot">${counts(state)} ${saved(state, actions)}</div>
      ${button({ text: words.dash.nextEnd, isSubmit: true, isWaiting: state.isBusy })}`),
  });
}

/** Four large answers; where it is known from, and a comment, come below. */
function topicFields(state: AppState, actions: Actions, form: FormState, topic: Topic, mode: 'one' | 'list'): TemplateResult {
  const field = fieldsOf(form, actions);
  const text = words.dash;
  const isAnswered = field.value(topicRef(topic.id, 'answer')) !== '';
  const more = html`${field.select(topicRef(topic.id, 'source'), { label: text.source, hint: text.sourceHint, options: choiceOptions(state, 'answerSource'), noneLabel: text.sourceChoose })}
  ${field.area(topicRef(topic.id, 'comment'), { label: text.comment, rows: 3 })}`;
  return html`${field.radios(topicRef(topic.id, 'answer'), {
    label: mode === 'one' ? text.answer : `${topic.number}. ${topic.text}`,
    hint: mode === 'one' ? undefined : topic.note,
    options: choiceOptions(state, 'answer'),
  })}
  ${mode === 'one' || isAnswered ? more : nothing}`;
}

/** The counts are the core's, for the answers it has. */
export function counts(state: AppState): Part {
  const { summary } = state;
  if (summary === undefined) return nothing;
  return html`<p class="govuk-body app-counts">
    ${fill(words.dash.counts, { yes: summary.yesCount, no: summary.noCount, dontKnow: summary.dontKnowCount, notAnswered: summary.notAnsweredCount })}
  </p>`;
}
