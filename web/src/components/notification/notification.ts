/** GOV.UK notification banner. A success is announced at once; anything else is a landmark to find. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Part } from '../control.ts';

export interface NotificationProps {
  readonly id: string;
  readonly title: string;
  readonly heading: string;
  readonly text?: string | undefined;
  readonly isSuccess?: boolean | undefined;
  readonly action?: Part;
}

export function notification(props: NotificationProps): TemplateResult {
  return html`<div
    class="govuk-notification-banner${props.isSuccess === true ? ' govuk-notification-banner--success' : ''}"
    role=${props.isSuccess === true ? 'alert' : 'region'}
    aria-labelledby="${props.id}-title"
  >
    <div class="govuk-notification-banner__header">
      <h2 class="govuk-notification-banner__title" id="${props.id}-title">${props.title}</h2>
    </div>
    <div class="govuk-notification-banner__content">
      <p class="govuk-notification-banner__heading">${props.heading}</p>
      ${props.text === undefined ? nothing : html`<p class="govuk-body">${props.text}</p>`} ${props.action ?? nothing}
    </div>
  </div>`;
}
