/** Making a vault of an exported file, before any vault is open. */
import { html, type TemplateResult } from 'lit-html';
import type { AppState, Phase } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import { chosenFile, fileUpload } from '../../components/file-upload/file-upload.ts';
import { passwordInput } from '../../components/password-input/password-input.ts';
import { formOf } from '../fields.ts';
import { problemSummary } from '../problem.ts';
import { page } from '../shell/shell.ts';
import { namingControls, namingErrors } from '../vaults/name.ts';
import { copyProgress } from './making.ts';

const FILE_ID = 'restore-file';
const PASSPHRASE_ID = 'passphrase';

export function restoreView(state: AppState, actions: Actions, phase: Extract<Phase, { kind: 'restore' }>): TemplateResult {
  const text = words.backup;
  if (phase.isWorking) {
    return page(state, actions, {
      heading: text.restoring,
      body: html`${copyProgress(state.backup, text.restoring)} ${button({ text: text.stop, kind: 'secondary', onPress: actions.cancelCopy })}`,
    });
  }
  return page(state, actions, {
    heading: text.restoreTitle,
    above: phase.problem === undefined ? namingErrors(state) : problemSummary(state, phase.problem),
    body: html`<p class="govuk-body">${text.restoreText}</p>
      <p class="govuk-body">${text.restoreDevice}</p>
      ${formOf(() => actions.restore(chosenFile(FILE_ID), typedText(PASSPHRASE_ID)), restoreControls(state, actions))}`,
  });
}

function restoreControls(state: AppState, actions: Actions): TemplateResult {
  const text = words.backup;
  const box = words.passphrase;
  const { errors } = state.vaults.naming;
  return html`${fileUpload({ id: FILE_ID, label: text.file, hint: text.fileHint, error: errors[FILE_ID] })}
    ${passwordInput({
      id: PASSPHRASE_ID,
      label: text.passphrase,
      hint: text.passphraseHint,
      error: errors[PASSPHRASE_ID],
      isShown: state.isPassphraseShown,
      showText: box.show,
      hideText: box.hide,
      showLabel: box.showLabel,
      hideLabel: box.hideLabel,
      onShow: actions.showPassphrase,
    })}
    ${namingControls(state, actions)}
    ${buttonGroup(
      button({ text: text.restoreButton, isSubmit: true }),
      button({ text: text.restoreLeave, kind: 'secondary', onPress: actions.leaveRestore }),
    )}`;
}

/** The typed words go from the box to the action and are kept nowhere else. */
function typedText(id: string): string {
  const box = document.getElementById(id);
  return box instanceof HTMLInputElement ? box.value : '';
}
