/** Making a vault of an exported file, before any vault is open. */
import { html, type TemplateResult } from 'lit-html';
import type { AppState, Phase, RestoreWay } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import { chosenFile, fileUpload } from '../../components/file-upload/file-upload.ts';
import { radios, type RadioOption } from '../../components/radios/radios.ts';
import { passwordInput } from '../../components/password-input/password-input.ts';
import { formOf } from '../fields.ts';
import { RECOVERY_ID, recoveryBox } from '../keys/key-recovery.ts';
import { noticeInset, typedText } from '../keys/words-steps.ts';
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
    above: phase.problem !== undefined ? problemSummary(state, phase.problem) : phase.notice !== undefined ? noticeInset(state, phase.notice) : namingErrors(state),
    body: html`<p class="govuk-body">${text.restoreText}</p>
      <p class="govuk-body">${text.restoreDevice}</p>
      ${formOf(() => actions.restore(chosenFile(FILE_ID), typedText(phase.way === 'recovery' ? RECOVERY_ID : PASSPHRASE_ID)), restoreControls(state, actions, phase.way))}`,
  });
}

function restoreControls(state: AppState, actions: Actions, way: RestoreWay): TemplateResult {
  const text = words.backup;
  const { errors } = state.vaults.naming;
  return html`${fileUpload({ id: FILE_ID, label: text.file, hint: text.fileHint, error: errors[FILE_ID] })}
    ${radios({
      id: 'restore-way',
      label: text.way,
      options: waysOf(state, actions),
      value: way,
      onChoose: (value) => actions.chooseRestoreWay(value === 'both' || value === 'recovery' ? value : 'passphrase'),
    })}
    ${namingControls(state, actions)}
    ${buttonGroup(
      button({ text: text.restoreButton, isSubmit: true }),
      button({ text: text.restoreLeave, kind: 'secondary', onPress: actions.leaveRestore }),
    )}`;
}

/** A passkey is offered where one can be used. */
function waysOf(state: AppState, actions: Actions): readonly RadioOption[] {
  const text = words.backup;
  const box = passphraseBox(state, actions);
  return [
    { value: 'passphrase', label: words.keys.types.passphrase, below: box },
    ...(state.hasPasskeys ? [{ value: 'both', label: words.keys.types.both, hint: text.wayBoth, below: box }] : []),
    { value: 'recovery', label: words.keys.types.recovery, below: recoveryBox(state, actions, state.vaults.naming.errors[RECOVERY_ID]) },
  ];
}

function passphraseBox(state: AppState, actions: Actions): TemplateResult {
  const box = words.passphrase;
  return passwordInput({
    id: PASSPHRASE_ID,
    label: words.backup.passphrase,
    hint: words.backup.passphraseHint,
    error: state.vaults.naming.errors[PASSPHRASE_ID],
    isShown: state.isPassphraseShown,
    showText: box.show,
    hideText: box.hide,
    showLabel: box.showLabel,
    hideLabel: box.hideLabel,
    onShow: actions.showPassphrase,
  });
}
