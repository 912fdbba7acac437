/** Before a plan is agreed: what it holds, what is still needed. */
import { html, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { shownFields } from '../../state/case-file.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import { hashOf } from '../../state/routes.ts';
import { button } from '../../components/button/button.ts';
import { taskList } from '../../components/task-list/task-list.ts';
import { openGaps, refusedGaps, type GapsProps } from '../gaps.ts';
import { page } from '../shell/shell.ts';
import { aboveForm } from '../problem.ts';
import { planBody, planHeaderRows } from './plan-view.ts';

export function planCheckView(state: AppState, actions: Actions, route: RouteFor<'plan-check'>): TemplateResult {
  const { caseId, recordId } = route;
  const { file } = state;
  if (file === undefined) return html``;
  const fields = shownFields(file, recordId);
  const gaps: GapsProps = { type: 'safety_plan', place: () => ({ name: 'plan-header', caseId, recordId }), ready: words.plan.checkReady };
  return page(state, actions, {
    heading: words.plan.checkTitle,
    back: { name: 'case', caseId },
    above: html`${aboveForm(state)}${refusedGaps(state, actions, gaps)}`,
    body: html`${taskList('plan', [
      { title: words.plan.partHeader, href: hashOf({ name: 'plan-header', caseId, recordId }) },
      { title: words.plan.sectionsTitle, href: hashOf({ name: 'plan-sections', caseId, recordId }) },
    ])}
    ${openGaps(state, actions, gaps)} ${planHeaderRows(state, file, fields)} ${planBody(state, fields)}
    <p class="govuk-body">${words.plan.completeText}</p>
    ${button({ text: words.plan.complete, onPress: actions.completeDocument, isWaiting: state.isBusy })}`,
  });
}
