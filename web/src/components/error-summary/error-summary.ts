/**
 * GOV.UK error summary. It takes the focus when it appears (state.focus `errors`), so that screen readers begin there.
 * Its links move the focus by script: a fragment in the address would be a route.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Part } from '../control.ts';

export interface SummaryError {
  readonly message: string;
  /** id of the control; without one the line is plain text */
  readonly controlId?: string | undefined;
  readonly onFollow?: (() => void) | undefined;
}

export interface ErrorSummaryProps {
  readonly title: string;
  readonly text?: readonly string[];
  readonly errors: readonly SummaryError[];
  readonly action?: Part;
}

export function errorSummary(props: ErrorSummaryProps): TemplateResult {
  return html`<div class="govuk-error-summary" id="error-summary" tabindex="-1">
    <div role="alert">
      <h2 class="govuk-error-summary__title">${props.title}</h2>
      <div class="govuk-error-summary__body">
        ${props.errors.length === 0
          ? nothing
          : html`<ul class="govuk-list govuk-error-summary__list">
              ${props.errors.map((error) => html`<li>${errorLine(error)}</li>`)}
            </ul>`}
        ${(props.text ?? []).map((line) => html`<p>${line}</p>`)}
        ${props.action ?? nothing}
      </div>
    </div>
  </div>`;
}

export function errorLine(error: SummaryError): TemplateResult {
  const { controlId, onFollow } = error;
  if (controlId === undefined && onFollow === undefined) return html`<span>${error.message}</span>`;
  return html`<a
    class="govuk-link"
    href="#"
    @click=${(event: Event) => {
      event.preventDefault();
      if (onFollow !== undefined) onFollow();
      else document.getElementById(controlId ?? '')?.focus();
    }}
    >${error.message}</a
  >`;
}
