/** Safe-contact rules (docs/DOMAIN.md 3.2), shown before every contact. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { peopleOf, type CaseFile } from '../../state/case-file.ts';
import type { FieldRef } from '../../state/form.ts';
import { textOf } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import { choiceOptions, fieldsOf, formOf, saved, type Fields } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';

const ref = (field: string): FieldRef => ({ part: 'contact', field });

export function contactView(state: AppState, actions: Actions, route: RouteFor<'contact'>): TemplateResult {
  const { form, file } = state;
  return page(state, actions, {
    heading: words.contact.title,
    back: { name: 'case', caseId: route.caseId },
    above: aboveForm(state),
    body: form === undefined || file === undefined ? nothing : formOf(actions.saveForm, html`${contactFields(state, file, fieldsOf(form, actions))}
      ${saved(state, actions)} ${button({ text: words.shell.save, isSubmit: true, isWaiting: state.isBusy })}`),
  });
}

function contactFields(state: AppState, file: CaseFile, field: Fields): TemplateResult {
  const text = words.contact;
  const people = peopleOf(file).filter((each) => each.isRecorded && each.role !== 'perpetrator');
  const answers = choiceOptions(state, 'yesNoAsked');
  return html`${people.length > 1
    ? field.radios(ref('person'), { label: text.who, options: people.map((each) => ({ value: each.personId, label: textOf(each.person['name']) })) })
    : nothing}
  ${field.radios(ref('safeToCall'), { label: text.safeToCall, options: answers })}
  ${field.text(ref('number'), { label: text.number, hint: text.numberHint })}
  ${field.text(ref('times'), { label: text.times })}
  ${field.radios(ref('voicemailOk'), { label: text.voicemailOk, options: answers })}
  ${field.radios(ref('textOk'), { label: text.textOk, hint: text.textHint, options: answers })}
  ${field.text(ref('codeWord'), { label: text.codeWord, hint: text.codeWordHint })}
  ${field.area(ref('mustNotBeTold'), { label: text.mustNotBeTold, hint: text.mustNotBeToldHint, rows: 3 })}
  ${field.date(ref('checkedOn'), { label: text.checkedOn })}`;
}
