/** One person of the case: who they are in it, and what is known about them. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { FieldRef } from '../../state/form.ts';
import { recordOf, victimOf } from '../../state/case-file.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import { choiceOptions, fieldsOf, formOf, saved, type Fields } from '../fields.ts';
import { choiceLabel } from '../words.ts';
import { page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';

const person = (field: string, member?: string): FieldRef => ({ part: 'person', field, ...(member === undefined ? {} : { member }) });
const party = (field: string): FieldRef => ({ part: 'party', field });

export function personView(state: AppState, actions: Actions, route: RouteFor<'person'>): TemplateResult {
  const { form, file } = state;
  const isRecorded = file !== undefined && recordOf(file, route.recordId) !== undefined;
  const role = form === undefined ? '' : fieldsOf(form, actions).value(party('role'));
  return page(state, actions, {
    heading: isRecorded ? choiceLabel(state, 'role', role) : words.person.titleNew,
    back: { name: 'case', caseId: route.caseId },
    above: aboveForm(state),
    body: form === undefined ? nothing : formOf(actions.saveForm, html`${isRecorded ? nothing : roleField(state, fieldsOf(form, actions))}
      ${personFields(state, fieldsOf(form, actions), role)} ${saved(state, actions)}
      ${button({ text: words.shell.save, isSubmit: true, isWaiting: state.isBusy })}`),
  });
}

/** The role is fixed when the person is added; a case has one victim. */
function roleField(state: AppState, field: Fields): TemplateResult {
  const hasVictim = state.file !== undefined && victimOf(state.file) !== undefined;
  const options = choiceOptions(state, 'role').filter((option) => option.value !== 'victim' || !hasVictim);
  return field.radios(party('role'), { label: words.person.role, options });
}

function personFields(state: AppState, field: Fields, role: string): TemplateResult {
  const text = words.person;
  const isProfessional = role === 'professional';
  return html`${field.text(person('name'), { label: text.name, hint: text.nameHint })}
  ${field.text(person('aliases'), { label: text.aliases })}
  ${role === 'victim' || isProfessional
    ? nothing
    : html`${field.select(party('relationship'), { label: text.relationship, options: choiceOptions(state, 'relationship'), noneLabel: text.choose })}
      ${field.radios(party('livesWithVictim'), { label: text.livesWithVictim, options: choiceOptions(state, 'yesNoAsked') })}`}
  ${isProfessional ? nothing : birthFields(state, field)}
  ${isProfessional
    ? nothing
    : html`${field.area(person('address', 'text'), { label: text.address, rows: 3 })}
      ${field.box(person('address', 'confidential'), { label: text.confidential, hint: text.confidentialHint })}`}
  ${field.text(person('phone'), { label: text.phone, hint: text.phoneHint, inputMode: 'tel', width: 20 })}
  ${role === 'victim' || role === 'child' ? field.text(person('doctor'), { label: text.doctor }) : nothing}
  ${role === 'child'
    ? field.text(person('school'), { label: text.school })
    : field.text(person('occupation'), { label: text.occupation, hint: role === 'perpetrator' ? text.occupationPerpetratorHint : undefined })}
  ${field.area(party('note'), { label: text.note })}`;
}

function birthFields(state: AppState, field: Fields): TemplateResult {
  return html`${field.date(person('birth', 'date'), { label: words.person.birth, hint: words.person.birthHint })}
  ${field.radios(person('birth', 'precision'), { label: words.person.precision, options: choiceOptions(state, 'precision') })}`;
}
