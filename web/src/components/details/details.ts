/** GOV.UK details: help that is there when it is wanted. Works without script. */
import { html, type TemplateResult } from 'lit-html';

export function details(summary: string, body: TemplateResult): TemplateResult {
  return html`<details class="govuk-details">
    <summary class="govuk-details__summary"><span class="govuk-details__summary-text">${summary}</span></summary>
    <div class="govuk-details__text">${body}</div>
  </details>`;
}
