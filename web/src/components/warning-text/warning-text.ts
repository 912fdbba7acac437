/** GOV.UK warning text. */
import { html, type TemplateResult } from 'lit-html';

export function warningText(text: string, hiddenWord: string): TemplateResult {
  return html`<div class="govuk-warning-text">
    <span class="govuk-warning-text__icon" aria-hidden="true">!</span>
    <strong class="govuk-warning-text__text"><span class="govuk-visually-hidden">${hiddenWord}</span> ${text}</strong>
  </div>`;
}
