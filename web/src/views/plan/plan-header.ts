/** The header of a safety plan (docs/DOMAIN.md 3.1). */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { peopleOf, type CaseFile } from '../../state/case-file.ts';
import type { FieldRef } from '../../state/form.ts';
import { textOf } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import type { Route } from '../../state/routes.ts';
import { button } from '../../components/button/button.ts';
import { choiceOptions, fieldsOf, formOf, saved, type FieldProps, type Fields } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';

const ref = (field: string): FieldRef => ({ part: 'plan', field });

export function planHeaderView(state: AppState, actions: Actions, route: RouteFor<'plan-header'>): TemplateResult {
  const { form, file } = state;
  const next: Route = { name: 'plan-sections', caseId: route.caseId, recordId: route.recordId };
  return page(state, actions, {
    heading: words.plan.headerTitle,
    back: { name: 'plan-check', caseId: route.caseId, recordId: route.recordId },
    above: aboveForm(state),
    body: form === undefined || file === undefined ? nothing : formOf(() => actions.saveAndGo(next), html`<p class="govuk-body-l">${state.content['safety-plan']?.intro}</p>
      ${headerFields(state, file, fieldsOf(form, actions))} ${saved(state, actions)}
      ${button({ text: words.shell.continue, isSubmit: true, isWaiting: state.isBusy })}`),
  });
}

/** Label and hint of a header field, from the template. */
export function headerWords(state: AppState, field: string): FieldProps {
  const found = state.content['safety-plan']?.header.find((each) => each.field === field);
  return { label: found?.label ?? field, hint: found?.hint };
}

function headerFields(state: AppState, file: CaseFile, field: Fields): TemplateResult {
  const label = (name: string): FieldProps => headerWords(state, name);
  const isLater = textOf(state.form?.values['plan.previous']) !== '';
  return html`${field.date(ref('plannedOn'), label('plannedOn'))} ${field.text(ref('worker'), label('worker'))}
  ${field.radios(ref('situation'), { ...label('situation'), options: choiceOptions(state, 'planSituation') })}
  ${people(file, field, 'dangerFrom', 'perpetrator', label('dangerFrom'))} ${people(file, field, 'children', 'child', label('children'))}
  ${field.radios(ref('interpreterUsed'), { ...label('interpreterUsed'), options: choiceOptions(state, 'interpreterUsed') })}
  ${field.radios(ref('agreedWithVictim'), { ...label('agreedWithVictim'), options: choiceOptions(state, 'yesNo') })}
  ${field.radios(ref('mayHoldCopy'), { ...label('mayHoldCopy'), options: choiceOptions(state, 'mayHoldCopy') })}
  ${field.date(ref('nextReviewOn'), label('nextReviewOn'))}
  ${isLater ? field.area(ref('changedSinceLast'), label('changedSinceLast')) : nothing}`;
}

function people(file: CaseFile, field: Fields, name: string, role: string, props: FieldProps): TemplateResult {
  const found = peopleOf(file).filter((each) => each.isRecorded && each.role === role);
  if (found.length === 0) {
    return html`<div class="govuk-form-group">
      <p class="govuk-label govuk-label--s">${props.label}</p>
      <p class="govuk-hint">${words.plan.people}</p>
    </div>`;
  }
  return field.set(ref(name), { ...props, options: found.map((each) => ({ value: each.personId, label: textOf(each.person['name']) })) });
}
