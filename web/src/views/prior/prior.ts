/** An earlier Marac about somebody in this case. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { peopleOf, type CaseFile } from '../../state/case-file.ts';
import type { FieldRef } from '../../state/form.ts';
import { textOf } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import { fieldsOf, formOf, saved, type Fields } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { ANOTHER_AREA } from '../words.ts';
import { aboveForm } from '../problem.ts';

const ref = (field: string): FieldRef => ({ part: 'prior', field });

export function priorView(state: AppState, actions: Actions, route: RouteFor<'prior'>): TemplateResult {
  const { form, file } = state;
  return page(state, actions, {
    heading: words.prior.title,
    back: { name: 'case', caseId: route.caseId },
    above: aboveForm(state),
    body: form === undefined || file === undefined ? nothing : formOf(actions.saveForm, html`${priorFields(state, file, fieldsOf(form, actions))}
      ${saved(state, actions)} ${button({ text: words.shell.save, isSubmit: true, isWaiting: state.isBusy })}`),
  });
}

function priorFields(state: AppState, file: CaseFile, field: Fields): TemplateResult {
  const text = words.prior;
  const people = peopleOf(file).filter((each) => each.isRecorded && each.role === 'perpetrator');
  const known = state.content.areas?.areas ?? [];
  const areas = [...known.map((area) => ({ value: area.id, label: area.title })), { value: ANOTHER_AREA, label: text.anotherArea }];
  return html`${field.radios(ref('areaProfile'), { label: text.area, options: areas })}
  ${field.value(ref('areaProfile')) === ANOTHER_AREA ? field.text(ref('maracArea'), { label: text.areaName }) : nothing}
  ${field.date(ref('referralDate'), { label: text.referralDate })} ${field.date(ref('meetingDate'), { label: text.meetingDate })}
  ${people.length === 0
    ? html`<p class="govuk-body">${text.perpetratorsNone}</p>`
    : field.set(ref('perpetrators'), {
        label: text.perpetrators,
        hint: text.perpetratorsHint,
        options: people.map((each) => ({ value: each.personId, label: textOf(each.person['name']) })),
      })}
  ${field.text(ref('caseNumber'), { label: text.caseNumber, width: 20 })}`;
}
