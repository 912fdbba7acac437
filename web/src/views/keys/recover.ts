/** Opening a vault by its recovery key, when the passphrase is lost or no more are tried. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState, Phase } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import { formOf } from '../fields.ts';
import { problemSummary } from '../problem.ts';
import { page } from '../shell/shell.ts';
import { RECOVERY_ID, recoveryBox } from './key-recovery.ts';
import { typedText } from './words-steps.ts';

export function recoverView(state: AppState, actions: Actions, phase: Extract<Phase, { kind: 'recover' }>): TemplateResult {
  const text = words.keys;
  return page(state, actions, {
    heading: text.recoverTitle,
    above: phase.problem === undefined ? nothing : problemSummary(state, phase.problem),
    body: html`<p class="govuk-body">${text.recoverText}</p>
      ${formOf(
        () => actions.unlockWithRecoveryKey(typedText(RECOVERY_ID)),
        html`${recoveryBox(state, actions)}
        ${buttonGroup(
          button({ text: phase.isWorking ? words.unlock.working : words.unlock.button, isSubmit: true, isWaiting: phase.isWorking }),
          button({ text: text.recoverBack, kind: 'secondary', onPress: actions.stayLocked }),
        )}`,
      )}`,
  });
}
