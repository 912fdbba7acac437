/** The name of a notebook and where it stands: asked when it is made, and changed later. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { errorSummary } from '../../components/error-summary/error-summary.ts';
import { radios } from '../../components/radios/radios.ts';
import { textInput } from '../../components/text-input/text-input.ts';
import { formOf } from '../fields.ts';
import { page } from '../shell/shell.ts';

/** In the order of the page. */
const CONTROLS = ['restore-file', 'passphrase', 'recovery-key', 'vault-label', 'vault-wiped'];

export function nameView(state: AppState, actions: Actions): TemplateResult {
  const text = words.vaults;
  const { isPractice } = state.vaults.naming;
  return page(state, actions, {
    heading: text.nameTitle,
    caption: isPractice ? text.practiceOnly : undefined,
    above: namingErrors(state),
    body: html`<p class="govuk-body">${isPractice ? text.practiceText : text.nameText}</p>
      ${formOf(
        actions.nameVault,
        html`${namingControls(state, actions)} ${button({ text: words.shell.continue, isSubmit: true, isWaiting: state.isBusy })}`,
      )}`,
  });
}

export function namingErrors(state: AppState): Part {
  const { errors } = state.vaults.naming;
  const shown = CONTROLS.filter((id) => errors[id] !== undefined).map((controlId) => ({ controlId, message: errors[controlId] ?? '' }));
  return shown.length === 0 ? nothing : errorSummary({ title: words.shell.problemTitle, errors: shown });
}

/** Nobody loses anything of a practice notebook, so nothing is asked about the computer. */
export function namingControls(state: AppState, actions: Actions): TemplateResult {
  const text = words.vaults;
  const { naming } = state.vaults;
  return html`${textInput({
      id: 'vault-label',
      label: text.label,
      hint: text.labelHint,
      error: naming.errors['vault-label'],
      width: 20,
      value: naming.label,
      onInput: (label) => actions.changeNaming({ label }),
    })}
    ${naming.isPractice
      ? nothing
      : radios({
          id: 'vault-wiped',
          label: text.wiped,
          hint: text.wipedHint,
          error: naming.errors['vault-wiped'],
          options: [
            { value: 'no', label: text.wipedNo },
            { value: 'yes', label: text.wipedYes },
          ],
          value: naming.isWiped,
          onChoose: (value) => actions.changeNaming({ isWiped: value === 'yes' ? 'yes' : 'no' }),
        })}`;
}
