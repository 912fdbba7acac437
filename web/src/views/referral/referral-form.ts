/** What only the worker can say in a referral; everything else comes from the case (docs/DOMAIN.md 2.4). */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { FieldRef } from '../../state/form.ts';
import { recordOf, shownFields } from '../../state/case-file.ts';
import { textOf } from '../../state/json.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { fill, words } from '../../app/words.en.ts';
import { hashOf, type Route } from '../../state/routes.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import { choiceOptions, fieldsOf, formOf, saved, type Fields } from '../fields.ts';
import { openGaps, refusedGaps, type GapsProps } from '../gaps.ts';
import { dateText } from '../words.ts';
import { page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';
import { restsOnConflicts } from '../conflicts/notice.ts';
import { referralBody } from './referral-print.ts';

const ref = (field: string, member?: string): FieldRef => ({ part: 'referral', field, ...(member === undefined ? {} : { member }) });

/** Long texts of the form; labels come from the content file of the referral. */
const ACCOUNT = ['latestIncident', 'history', 'whyNow', 'afraidOf', 'safeToTalkTo', 'notSafeToTalkTo', 'victimWants', 'supportInPlace', 'actionsTaken'];
const AWARENESS = ['awareOfReferral', 'consentGiven', 'idvaReferral'];

export function referralFormView(state: AppState, actions: Actions, route: RouteFor<'referral-form'>): TemplateResult {
  const { caseId, recordId } = route;
  const { form } = state;
  const next: Route = { name: 'referral-check', caseId, recordId };
  return page(state, actions, {
    heading: words.referral.formTitle,
    back: { name: 'case', caseId },
    above: aboveForm(state),
    body: form === undefined ? nothing : formOf(() => actions.saveAndGo(next), html`<p class="govuk-body">${words.referral.formText}</p>
      ${referralFields(state, fieldsOf(form, actions))} ${saved(state, actions)}
      ${button({ text: words.shell.continue, isSubmit: true, isWaiting: state.isBusy })}`),
  });
}

/** The label under which the printed referral shows a field. */
function labelOf(state: AppState, field: string): string {
  const fields = (state.content.referral?.sections ?? []).flatMap((section) => section.fields);
  return fields.find((each) => each.from?.record === 'referral' && each.from.field === field)?.label ?? field;
}

function referralFields(state: AppState, field: Fields): TemplateResult {
  return html`${field.date(ref('referredOn'), { label: labelOf(state, 'referredOn') })}
  ${field.text(ref('agency'), { label: labelOf(state, 'agency') })} ${field.text(ref('worker'), { label: labelOf(state, 'worker') })}
  ${field.text(ref('workerContact'), { label: labelOf(state, 'workerContact') })}
  ${ACCOUNT.map((name) => field.area(ref(name), { label: labelOf(state, name) }))}
  ${AWARENESS.map((name) => awarenessField(state, field, name))}`;
}

function awarenessField(state: AppState, field: Fields, name: string): TemplateResult {
  const answer = field.value(ref(name, 'answer'));
  return html`${field.radios(ref(name, 'answer'), { label: labelOf(state, name), options: choiceOptions(state, 'yesNo') })}
  ${answer === '' || answer === 'yes' ? nothing : field.area(ref(name, 'why'), { label: words.referral.why, rows: 3 })}`;
}

export function referralCheckView(state: AppState, actions: Actions, route: RouteFor<'referral-check'>): TemplateResult {
  const { caseId, recordId } = route;
  const { file } = state;
  if (file === undefined) return html``;
  const fields = shownFields(file, recordId);
  const gaps: GapsProps = { type: 'referral', place: () => ({ name: 'referral-form', caseId, recordId }), ready: words.referral.checkReady };
  const evaluation = recordOf(file, textOf(fields['evaluation']));
  return page(state, actions, {
    heading: words.referral.checkTitle,
    back: { name: 'referral-form', caseId, recordId },
    above: html`${aboveForm(state)}${refusedGaps(state, actions, gaps)}`,
    body: html`<p class="govuk-body"><a class="govuk-link app-lead-link" href=${hashOf({ name: 'referral-form', caseId, recordId })}>${words.referral.changeText}</a></p>
      ${openGaps(state, actions, gaps)} ${restsOnConflicts(state, 'referral', file.caseId)} ${referralBody(state, file, recordId)}
      ${evaluation === undefined ? nothing : html`<p class="govuk-body">${fill(words.referral.evaluatedOn, { date: dateText(evaluation.fields['evaluatedOn']) })}</p>`}
      <p class="govuk-body">${words.referral.completeText}</p>
      ${buttonGroup(
        button({ text: words.referral.complete, onPress: actions.completeDocument, isWaiting: state.isBusy }),
        button({ text: words.referral.fresh, kind: 'secondary', onPress: actions.refreshEvaluation, isWaiting: state.isBusy }),
      )}`,
  });
}
