/** GOV.UK buttons. A button that waits keeps its focus and its words and says that it is not available. */
import { html, nothing, type TemplateResult } from 'lit-html';

export interface ButtonProps {
  /** with a hidden part where the words alone would not say of what */
  readonly text: string | TemplateResult;
  readonly onPress?: (() => void) | undefined;
  readonly kind?: 'primary' | 'secondary' | 'warning' | 'link' | undefined;
  readonly isWaiting?: boolean | undefined;
  readonly isSubmit?: boolean | undefined;
  readonly id?: string | undefined;
  readonly describedBy?: string | undefined;
}

const CLASSES = {
  primary: 'govuk-button',
  secondary: 'govuk-button govuk-button--secondary',
  warning: 'govuk-button govuk-button--warning',
  link: 'app-link-button',
} as const;

export function button(props: ButtonProps): TemplateResult {
  const isWaiting = props.isWaiting === true;
  return html`<button
    type=${props.isSubmit === true ? 'submit' : 'button'}
    class=${CLASSES[props.kind ?? 'primary']}
    id=${props.id ?? nothing}
    aria-disabled=${isWaiting ? 'true' : nothing}
    aria-describedby=${props.describedBy ?? nothing}
    @click=${(event: Event) => {
      if (isWaiting) event.preventDefault();
      else props.onPress?.();
    }}
  >
    ${props.text}
  </button>`;
}

/** A link that looks like a button, because it goes somewhere. */
export function buttonLink(text: string, href: string, kind: 'primary' | 'secondary' = 'primary'): TemplateResult {
  return html`<a class=${CLASSES[kind]} role="button" draggable="false" href=${href} @keydown=${pressOnSpace}>${text}</a>`;
}

/** Whoever hears "button" presses Space. */
function pressOnSpace(event: KeyboardEvent): void {
  if (event.key !== ' ') return;
  event.preventDefault();
  (event.currentTarget as HTMLElement).click();
}

export function buttonGroup(...buttons: readonly (TemplateResult | typeof nothing)[]): TemplateResult {
  return html`<div class="govuk-button-group">${buttons}</div>`;
}
