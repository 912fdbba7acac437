/** What every control shares. */
import { html, nothing, type TemplateResult } from 'lit-html';

export interface ControlProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  /** `l` for the only question of a page, where the label is also what the page is about */
  readonly size?: 's' | 'm' | 'l' | undefined;
}

export type Part = TemplateResult | typeof nothing;

/** Ids of hint and error, for aria-describedby, so that both are read together with the label. */
export function describedBy(props: ControlProps): string | typeof nothing {
  const ids = [props.hint === undefined ? '' : `${props.id}-hint`, props.error === undefined ? '' : `${props.id}-error`];
  const text = ids.filter((id) => id !== '').join(' ');
  return text === '' ? nothing : text;
}

export function hintAndError(props: ControlProps): TemplateResult {
  return html`${props.hint === undefined ? nothing : html`<div id="${props.id}-hint" class="govuk-hint">${props.hint}</div>`}
  ${props.error === undefined
    ? nothing
    : html`<p id="${props.id}-error" class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> ${props.error}</p>`}`;
}

export function groupClass(props: ControlProps): string {
  return props.error === undefined ? 'govuk-form-group' : 'govuk-form-group govuk-form-group--error';
}

export function labelClass(props: ControlProps): string {
  return `govuk-label govuk-label--${props.size ?? 's'}`;
}

export function legendClass(props: ControlProps): string {
  return `govuk-fieldset__legend govuk-fieldset__legend--${props.size ?? 's'}`;
}
