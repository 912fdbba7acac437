/** A new case: the name first, and the area whose rules count. Everything else comes later. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { HOME } from '../../state/routes.ts';
import { button } from '../../components/button/button.ts';
import { fieldsOf, formOf, saved } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';

export function caseNewView(state: AppState, actions: Actions): TemplateResult {
  const { form } = state;
  const text = words.caseNew;
  return page(state, actions, {
    heading: text.title,
    back: HOME,
    above: aboveForm(state),
    body: form === undefined ? nothing : formOf(actions.saveForm, html`${caseNewFields(state, actions)} ${saved(state, actions)}
      ${button({ text: text.button, isSubmit: true, isWaiting: state.isBusy })}`),
  });
}

function caseNewFields(state: AppState, actions: Actions): TemplateResult {
  const { form } = state;
  if (form === undefined) return html``;
  const field = fieldsOf(form, actions);
  const areas = state.content.areas?.areas ?? [];
  return html`${field.text({ part: 'person', field: 'name' }, { label: words.caseNew.name, hint: words.caseNew.nameHint })}
  ${field.radios(
    { part: 'case', field: 'areaProfile' },
    { label: words.caseNew.area, hint: words.caseNew.areaHint, options: areas.map((area) => ({ value: area.id, label: area.title })) },
  )}`;
}
