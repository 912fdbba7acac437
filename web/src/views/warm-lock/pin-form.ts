/** The box for a PIN and its button, wherever one is asked for. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import type { Part } from '../../components/control.ts';
import { words } from '../../app/words.en.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import { errorSummary } from '../../components/error-summary/error-summary.ts';
import { passwordInput } from '../../components/password-input/password-input.ts';

const PIN_ID = 'pin';

export interface PinFormProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly button: string;
  readonly isWaiting: boolean;
  readonly use: (typed: string) => void;
  /** stands beside the button */
  readonly beside?: TemplateResult | undefined;
}

export function pinForm(state: AppState, actions: Actions, props: PinFormProps): TemplateResult {
  const text = words.pin;
  return html`<form novalidate autocomplete="off" @submit=${(event: Event) => submitted(event, props.use)}>
    ${passwordInput({
      id: PIN_ID,
      label: props.label,
      hint: props.hint,
      error: props.error,
      isShown: state.isPassphraseShown,
      isNumber: true,
      showText: words.passphrase.show,
      hideText: words.passphrase.hide,
      showLabel: text.showLabel,
      hideLabel: text.hideLabel,
      onShow: actions.showPassphrase,
    })}
    ${buttonGroup(button({ text: props.button, isSubmit: true, isWaiting: props.isWaiting }), props.beside ?? nothing)}
  </form>`;
}

export function pinSummary(message: string | undefined): Part {
  return message === undefined ? nothing : errorSummary({ title: words.shell.problemTitle, errors: [{ message, controlId: PIN_ID }] });
}

/** The digits go from the box to the action; the box is empty at once. */
function submitted(event: Event, use: (typed: string) => void): void {
  event.preventDefault();
  const box = document.getElementById(PIN_ID);
  if (!(box instanceof HTMLInputElement)) return;
  const typed = box.value;
  box.value = '';
  use(typed);
}
