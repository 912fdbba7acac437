/** The pages of the checklist around its topics: before you ask, your professional view, before you finish. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { PointsPage } from '../../state/content.ts';
import type { FieldRef } from '../../state/form.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import { hashOf, stepId, type Route } from '../../state/routes.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { choiceOptions, fieldsOf, formOf, saved } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';

export const answerField = (field: string): FieldRef => ({ part: 'assessment', field });

export function dashBeforeView(state: AppState, actions: Actions, route: RouteFor<'dash-before'>): TemplateResult {
  const { form } = state;
  const content = state.content['before-asking'];
  const first: Route = { name: 'dash-item', caseId: route.caseId, recordId: route.recordId, step: stepId(route.recordId, 0) };
  const all: Route = { name: 'dash-list', caseId: route.caseId, recordId: route.recordId };
  return page(state, actions, {
    heading: content?.title ?? words.dash.parts.before,
    caption: words.case.dashTitle,
    back: { name: 'dash-check', caseId: route.caseId, recordId: route.recordId },
    above: aboveForm(state),
    body: form === undefined ? nothing : formOf(() => actions.saveAndGo(first), html`${pointsList(content)} ${beforeFields(state, actions)}
      ${saved(state, actions)}
      ${buttonGroup(
        button({ text: words.dash.startOne, isSubmit: true, isWaiting: state.isBusy }),
        button({ text: words.dash.startList, kind: 'secondary', onPress: () => actions.saveAndGo(all), isWaiting: state.isBusy }),
      )}`),
  });
}

function beforeFields(state: AppState, actions: Actions): TemplateResult {
  const { form } = state;
  if (form === undefined) return html``;
  const field = fieldsOf(form, actions);
  const text = words.dash;
  return html`${field.area(answerField('beforeAsking'), { label: text.beforeNote, hint: text.beforeNoteHint })}
    <h2 class="govuk-heading-m">${text.aboutTitle}</h2>
    ${field.date(answerField('assessedOn'), { label: text.assessedOn })} ${field.text(answerField('worker'), { label: text.worker })}
    ${field.text(answerField('workerRole'), { label: text.workerRole })} ${field.text(answerField('agency'), { label: text.agency })}
    ${field.text(answerField('present'), { label: text.present })}`;
}

export function pointsList(content: PointsPage | undefined): Part {
  if (content === undefined) return nothing;
  return html`<p class="govuk-body-l">${content.intro}</p>
    <dl class="app-points">
      ${content.points.map(
        (point) => html`<div class="app-points__item">
          <dt class="app-points__title">${point.title}</dt>
          <dd class="app-points__text">${point.text}</dd>
        </div>`,
      )}
    </dl>`;
}

export function dashProfessionalView(state: AppState, actions: Actions, route: RouteFor<'dash-professional'>): TemplateResult {
  const { form } = state;
  const next: Route = { name: 'dash-after', caseId: route.caseId, recordId: route.recordId };
  return page(state, actions, {
    heading: words.dash.professionalTitle,
    caption: words.case.dashTitle,
    back: { name: 'dash-check', caseId: route.caseId, recordId: route.recordId },
    above: aboveForm(state),
    body: form === undefined ? nothing : formOf(() => actions.finishProfessional(next), html`<p class="govuk-body">${words.dash.professionalText}</p>
      ${professionalFields(state, actions)} ${saved(state, actions)}
      ${button({ text: words.shell.continue, isSubmit: true, isWaiting: state.isBusy })}`),
  });
}

function professionalFields(state: AppState, actions: Actions): TemplateResult {
  const { form } = state;
  if (form === undefined) return html``;
  const field = fieldsOf(form, actions);
  const text = words.dash;
  return html`${field.radios(answerField('concernHigh'), { label: text.concernHigh, options: choiceOptions(state, 'yesNo') })}
  ${field.area(answerField('concernReason'), { label: text.concernReason, hint: text.concernReasonHint, rows: 6 })}
  ${field.area(answerField('wishes'), { label: text.wishes, hint: text.wishesHint })}
  ${field.area(answerField('weaponsAccess'), { label: text.weapons, hint: text.weaponsHint, rows: 3 })}`;
}

export function dashAfterView(state: AppState, actions: Actions, route: RouteFor<'dash-after'>): TemplateResult {
  const { form } = state;
  const content = state.content['after-asking'];
  const next: Route = { name: 'dash-check', caseId: route.caseId, recordId: route.recordId };
  return page(state, actions, {
    heading: content?.title ?? words.dash.parts.after,
    caption: words.case.dashTitle,
    back: next,
    above: aboveForm(state),
    body: form === undefined ? nothing : formOf(() => actions.saveAndGo(next), html`${pointsList(content)} ${afterFields(state, actions)}
      <p class="govuk-body">
        <a class="govuk-link app-lead-link" href=${hashOf({ name: 'result', caseId: route.caseId })}>${words.case.resultShow}</a>
      </p>
      ${saved(state, actions)} ${button({ text: words.dash.toCheck, isSubmit: true, isWaiting: state.isBusy })}`),
  });
}

function afterFields(state: AppState, actions: Actions): TemplateResult {
  const { form } = state;
  if (form === undefined) return html``;
  const field = fieldsOf(form, actions);
  const notTold = state.content['after-asking']?.notTold;
  const told = field.value(answerField('outcomeTold'));
  return html`${field.radios(answerField('outcomeTold'), { label: words.dash.outcomeTold, options: choiceOptions(state, 'yesNo') })}
  ${told === '' || told === 'yes'
    ? nothing
    : field.area(answerField('outcomeNotToldReason'), { label: notTold?.label ?? words.dash.outcomeWhy, hint: notTold?.hint, rows: 3 })}`;
}
