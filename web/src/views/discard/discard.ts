/** Asks once before a draft is thrown away. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import { hashOf } from '../../state/routes.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';

export function discardView(state: AppState, actions: Actions, route: RouteFor<'discard'>): TemplateResult {
  const toCase = { name: 'case', caseId: route.caseId } as const;
  return page(state, actions, {
    heading: words.discard.title,
    back: toCase,
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`<p class="govuk-body">${words.discard.text}</p>
      ${buttonGroup(
        button({ text: words.discard.button, kind: 'warning', onPress: actions.discardDraft, isWaiting: state.isBusy }),
        html`<a class="govuk-link" href=${hashOf(toCase)}>${words.discard.keep}</a>`,
      )}`,
  });
}
