/** A recovery key: shown once, printed or written down, typed back, and only then it opens. */
import { html, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import { passwordInput } from '../../components/password-input/password-input.ts';
import { warningText } from '../../components/warning-text/warning-text.ts';
import { formOf } from '../fields.ts';
import { page } from '../shell/shell.ts';
import { keyErrors, typedText } from './words-steps.ts';

export const RECOVERY_ID = 'recovery-key';

export function keyRecoveryView(state: AppState, actions: Actions): TemplateResult {
  const text = words.keys;
  const step = state.keys.recovery;
  const back = { back: { name: 'keys' }, backText: text.title, above: keyErrors(state) } as const;
  switch (step.kind) {
    case 'begin':
      return page(state, actions, {
        ...back,
        heading: text.recoveryMake,
        body: html`<p class="govuk-body">${text.recoveryText}</p>
          <ul class="govuk-list govuk-list--bullet">
            ${text.recoveryRules.map((rule) => html`<li>${rule}</li>`)}
          </ul>
          ${button({ text: text.recoveryShow, onPress: actions.makeRecoveryKey, isWaiting: state.isBusy })}`,
      });
    case 'show':
      /* Printed as it stands: no name of a person, an agency or the app. */
      return page(state, actions, {
        heading: text.recoveryShownTitle,
        body: html`<p class="app-recovery-key" translate="no">${step.text.split('-').map((group) => html`<span>${group}</span> `)}</p>
          <p class="govuk-body">${text.recoveryPaper}</p>
          <div class="app-no-print">
            ${warningText(text.recoveryWarning, words.shell.warning)}
            ${buttonGroup(
              button({ text: words.shell.print, kind: 'secondary', onPress: actions.print }),
              button({ text: text.recoveryNoted, onPress: actions.recoveryKeyNoted }),
            )}
          </div>`,
      });
    case 'confirm':
      return page(state, actions, {
        ...back,
        heading: text.recoveryConfirmTitle,
        body: formOf(() => actions.confirmRecoveryKey(typedText(RECOVERY_ID)), html`${recoveryBox(state, actions)} ${button({ text: words.shell.continue, isSubmit: true, isWaiting: state.isBusy })}`),
      });
  }
}

/** The typed key goes from the box to the action and is kept nowhere else. */
export function recoveryBox(state: AppState, actions: Actions, error = state.keys.errors[RECOVERY_ID]): TemplateResult {
  const text = words.keys;
  return passwordInput({
    id: RECOVERY_ID,
    label: text.recoveryLabel,
    hint: text.recoveryHint,
    error,
    isShown: state.isPassphraseShown,
    showText: words.passphrase.show,
    hideText: words.passphrase.hide,
    showLabel: text.recoverySee,
    hideLabel: text.recoveryHide,
    onShow: actions.showPassphrase,
  });
}
