/** Draws an error of the core: what happened, what it means, a way on. Every code has its sentences in core/content. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState, CoreError } from '../state/model.ts';
import type { Notice } from '../state/content.ts';
import type { FieldError } from '../state/form.ts';
import { controlId } from '../state/form.ts';
import type { Part } from '../components/control.ts';
import { errorSummary } from '../components/error-summary/error-summary.ts';
import { fill, words } from '../app/words.en.ts';

/** The sentences of an error code; those of `bug` for a code this version does not know. */
export function noticeOf(state: AppState, code: string): Notice | undefined {
  const errors = state.content.errors;
  return errors?.errors[code] ?? errors?.states[code] ?? errors?.errors['bug'];
}

export function stateNotice(state: AppState, name: string): Notice | undefined {
  return state.content.errors?.states[name] ?? noticeOf(state, 'bug');
}

export function noticeText(notice: Notice | undefined): TemplateResult {
  if (notice === undefined) return html``;
  return html`<p class="govuk-body-l">${notice.text}</p>
    <p class="govuk-body">${notice.wayOn}</p>`;
}

export function problemSummary(state: AppState, problem: CoreError, action: Part = nothing): TemplateResult {
  const notice = noticeOf(state, problem.code);
  return errorSummary({
    title: notice?.title ?? words.shell.problemTitle,
    text: notice === undefined ? [] : [...wrongGroup(problem), notice.text, notice.wayOn],
    errors: [],
    action,
  });
}

/** Which group of a recovery key does not fit, where the core could say it. */
function wrongGroup({ code, detail }: CoreError): readonly string[] {
  const number = code === 'mistyped' ? /^group ([1-8])$/.exec(detail ?? '')?.[1] : undefined;
  return number === undefined ? [] : [fill(words.keys.recoveryGroup, { number })];
}

/** What stands above a page with a form: errors of fields, or the error of the whole screen. */
export function aboveForm(state: AppState, action: Part = nothing): Part {
  const errors: readonly FieldError[] = state.form?.errors ?? [];
  if (state.problem !== undefined) return problemSummary(state, state.problem, action);
  if (errors.length === 0) return nothing;
  return errorSummary({
    title: words.shell.problemTitle,
    errors: errors.map((error) => ({ message: error.message, controlId: controlId(error.ref) })),
  });
}
