/** One incident. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { peopleOf, type CaseFile } from '../../state/case-file.ts';
import type { FieldRef } from '../../state/form.ts';
import { textOf } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import type { RadioOption } from '../../components/radios/radios.ts';
import { choiceOptions, fieldsOf, formOf, saved, type Fields } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';

const ref = (field: string, member?: string): FieldRef => ({ part: 'incident', field, ...(member === undefined ? {} : { member }) });

export function incidentView(state: AppState, actions: Actions, route: RouteFor<'incident'>): TemplateResult {
  const { form, file } = state;
  return page(state, actions, {
    heading: words.incident.title,
    back: { name: 'case', caseId: route.caseId },
    above: aboveForm(state),
    body: form === undefined || file === undefined ? nothing : formOf(actions.saveForm, html`${incidentFields(state, file, fieldsOf(form, actions))}
      ${saved(state, actions)} ${button({ text: words.shell.save, isSubmit: true, isWaiting: state.isBusy })}`),
  });
}

function incidentFields(state: AppState, file: CaseFile, field: Fields): TemplateResult {
  const text = words.incident;
  return html`${field.date(ref('occurred', 'date'), { label: text.date, hint: text.dateHint })}
  ${field.radios(ref('occurred', 'precision'), { label: text.precision, options: choiceOptions(state, 'precision') })}
  ${field.date(ref('occurred', 'disclosedOn'), { label: text.disclosedOn })}
  ${field.radios(ref('incidentType'), { label: text.type, options: choiceOptions(state, 'incidentType') })}
  ${field.radios(ref('perpetrator'), { label: text.perpetrator, options: perpetratorOptions(file), noneValue: '' })}
  ${field.radios(ref('policeReported'), { label: text.policeReported, options: choiceOptions(state, 'yesNo') })}
  ${field.value(ref('policeReported')) === 'yes' ? field.text(ref('policeReference'), { label: text.policeReference, width: 20 }) : nothing}
  ${field.radios(ref('childrenPresent'), { label: text.childrenPresent, options: choiceOptions(state, 'yesNoAsked') })}
  ${field.area(ref('description'), { label: text.description, hint: text.descriptionHint, rows: 8 })}`;
}

function perpetratorOptions(file: CaseFile): readonly RadioOption[] {
  const people = peopleOf(file).filter((each) => each.isRecorded && each.role === 'perpetrator');
  return [...people.map((each) => ({ value: each.personId, label: textOf(each.person['name']) })), { value: '', label: words.incident.nobody }];
}
