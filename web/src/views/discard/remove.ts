/** Takes a record out of sight, with a reason that stays in the history of the case. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import { hashOf } from '../../state/routes.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';
import { reasonForm } from '../reason-form.ts';

export function removeView(state: AppState, actions: Actions, route: RouteFor<'remove'>): TemplateResult {
  const text = words.remove;
  return page(state, actions, {
    heading: text.title,
    back: { name: 'case', caseId: route.caseId },
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`<p class="govuk-body">${text.text}</p>
      ${reasonForm({
        id: 'reason',
        label: text.reason,
        hint: text.reasonHint,
        buttonText: text.button,
        missing: text.reasonMissing,
        isWarning: true,
        isWaiting: state.isBusy,
        onReason: actions.removeRecord,
      })}
      <p class="govuk-body">
        <a class="govuk-link app-lead-link" href=${hashOf({ name: 'case', caseId: route.caseId })}>${text.keep}</a>
      </p>`,
  });
}
