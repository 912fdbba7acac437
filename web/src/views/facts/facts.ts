/** Facts of the case itself, among them the inputs of the Marac criteria: area, move, local criteria, interpreter. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { FieldRef } from '../../state/form.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import { choiceOptions, fieldsOf, formOf, saved, type Fields } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';

const ref = (field: string, member?: string): FieldRef => ({ part: 'case', field, ...(member === undefined ? {} : { member }) });

export function factsView(state: AppState, actions: Actions, route: RouteFor<'facts'>): TemplateResult {
  const { form } = state;
  return page(state, actions, {
    heading: words.facts.title,
    back: { name: 'case', caseId: route.caseId },
    above: aboveForm(state),
    body: form === undefined ? nothing : formOf(actions.saveForm, html`${factsFields(state, fieldsOf(form, actions))} ${saved(state, actions)}
      ${button({ text: words.shell.save, isSubmit: true, isWaiting: state.isBusy })}`),
  });
}

function factsFields(state: AppState, field: Fields): TemplateResult {
  const text = words.facts;
  const areas = state.content.areas?.areas ?? [];
  return html`${field.text(ref('reference'), { label: text.reference, hint: text.referenceHint, width: 20 })}
  ${field.radios(ref('areaProfile'), { label: text.area, options: areas.map((area) => ({ value: area.id, label: area.title })) })}
  ${field.radios(ref('status'), { label: text.status, options: choiceOptions(state, 'caseStatus'), isInline: true })}
  <h2 class="govuk-heading-m">${text.transferTitle}</h2>
  ${field.date(ref('transfer', 'movedOn'), { label: text.movedOn, hint: text.movedOnHint })}
  ${field.text(ref('transfer', 'fromArea'), { label: text.fromArea })}
  ${field.radios(ref('transfer', 'permanence'), { label: text.permanence, options: choiceOptions(state, 'permanence') })}
  ${field.set(ref('localFlags'), { label: text.flags, hint: text.flagsHint, options: choiceOptions(state, 'localFlag'), size: 'm' })}
  ${field.radios(ref('interpreter', 'needed'), { label: text.interpreter, hint: text.interpreterHint, options: choiceOptions(state, 'yesNoAsked'), size: 'm' })}
  ${field.value(ref('interpreter', 'needed')) === 'yes'
    ? field.text(ref('interpreter', 'language'), { label: text.language, hint: text.languageHint })
    : nothing}`;
}
