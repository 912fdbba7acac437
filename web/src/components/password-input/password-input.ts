/**
 * The box of a passphrase or a PIN. It is a text box with its letters masked by the style sheet, not a password box: browsers offer
 * to keep what was typed into a password box and to sync it to a family's account, and no attribute stops them.
 * The show button is the GOV.UK password input's.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import { describedBy, groupClass, hintAndError, labelClass, type ControlProps } from '../control.ts';

export interface PasswordInputProps extends ControlProps {
  readonly isShown: boolean;
  /** digits alone: a keyboard of digits */
  readonly isNumber?: boolean | undefined;
  readonly showText: string;
  readonly hideText: string;
  readonly showLabel: string;
  readonly hideLabel: string;
  readonly onShow: (isShown: boolean) => void;
}

export function passwordInput(props: PasswordInputProps): TemplateResult {
  return html`<div class="${groupClass(props)} govuk-password-input">
    <label class=${labelClass(props)} for=${props.id}>${props.label}</label>
    ${hintAndError(props)}
    <div class="govuk-input__wrapper govuk-password-input__wrapper">
      <input
        class="govuk-input govuk-password-input__input ${props.isShown ? '' : 'app-masked'}${props.error === undefined
          ? ''
          : ' govuk-input--error'}"
        id=${props.id}
        type="text"
        inputmode=${props.isNumber === true ? 'numeric' : nothing}
        autocomplete="off"
        autocapitalize="none"
        autocorrect="off"
        spellcheck="false"
        aria-describedby=${describedBy(props)}
      />
      <button
        type="button"
        class="govuk-button govuk-button--secondary govuk-password-input__toggle"
        aria-controls=${props.id}
        aria-label=${props.isShown ? props.hideLabel : props.showLabel}
        @click=${() => props.onShow(!props.isShown)}
      >
        ${props.isShown ? props.hideText : props.showText}
      </button>
    </div>
  </div>`;
}
