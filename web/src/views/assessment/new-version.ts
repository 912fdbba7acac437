/** A completed document never changes: the next version begins with its content and the reason for it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { recordOf } from '../../state/case-file.ts';
import type { Actions } from '../actions.ts';
import type { RouteFor } from '../route-of.ts';
import { words } from '../../app/words.en.ts';
import type { Route } from '../../state/routes.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';
import { reasonForm } from '../reason-form.ts';

export function newVersionView(state: AppState, actions: Actions, route: RouteFor<'new-version'>): TemplateResult {
  const text = words.newVersion;
  return page(state, actions, {
    heading: text.title,
    back: backRoute(state, route),
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`${reasonForm({
      id: 'reason',
      label: text.label,
      hint: text.hint,
      buttonText: text.button,
      missing: text.missing,
      isWaiting: state.isBusy,
      onReason: actions.beginVersion,
    })}`,
  });
}

function backRoute(state: AppState, route: RouteFor<'new-version'>): Route {
  const { caseId, recordId } = route;
  const type = state.file === undefined ? undefined : recordOf(state.file, recordId)?.type;
  if (type === 'assessment') return { name: 'assessment', caseId, recordId };
  if (type === 'safety_plan') return { name: 'plan', caseId, recordId };
  return { name: 'case', caseId };
}
