/** New words on screen, and typing them back: on the page of an open vault, and after the recovery key was used. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { errorSummary } from '../../components/error-summary/error-summary.ts';
import { passwordInput } from '../../components/password-input/password-input.ts';
import { warningText } from '../../components/warning-text/warning-text.ts';
import { copyProgress } from '../backup/making.ts';
import { formOf } from '../fields.ts';
import { noticeText, problemSummary, stateNotice } from '../problem.ts';
import { page } from '../shell/shell.ts';

const PASSPHRASE_ID = 'passphrase';

/** `begin` is another page for each caller. */
export function wordsSteps(state: AppState, actions: Actions, begin: () => TemplateResult): TemplateResult {
  const step = state.keys.words;
  const text = words.passphrase;
  switch (step.kind) {
    case 'begin':
      return begin();
    case 'show':
      return page(state, actions, {
        heading: words.keys.newTitle,
        body: html`<p class="govuk-body">${text.showText}</p>
          <ol class="app-words" translate="no">
            ${step.words.split(' ').map((word) => html`<li>${word}</li>`)}
          </ol>
          ${warningText(text.showWarning, words.shell.warning)}
          ${buttonGroup(
            button({ text: text.noted, onPress: actions.newWordsNoted }),
            button({ text: text.another, kind: 'secondary', onPress: () => actions.makeNewWords('') }),
          )}`,
      });
    case 'confirm':
      return page(state, actions, {
        heading: text.confirmTitle,
        above: keyErrors(state),
        body: html`<p class="govuk-body">${words.keys.confirmText}</p>
          ${formOf(
            () => actions.confirmNewWords(typedText()),
            html`${passphraseBox(state, actions, text.label, text.hint)}
            ${buttonGroup(
              button({ text: words.keys.change, isSubmit: true, isWaiting: state.isBusy }),
              button({ text: text.seeAgain, kind: 'secondary', onPress: actions.seeNewWordsAgain }),
            )}`,
          )}`,
      });
    case 'working':
      if (state.backup.running !== undefined) return movingView(state, actions);
      return page(state, actions, {
        heading: words.passphrase.workingTitle,
        body: html`<div role="status">
          <p class="govuk-body">${text.workingText}</p>
          <progress class="app-progress" aria-label=${text.workingTitle}></progress>
        </div>`,
      });
  }
}

function movingView(state: AppState, actions: Actions): TemplateResult {
  return page(state, actions, {
    heading: words.keys.moving,
    body: html`${copyProgress(state.backup, words.keys.moving)} ${button({ text: words.backup.stop, kind: 'secondary', onPress: actions.cancelCopy })}`,
  });
}

export function passphraseBox(state: AppState, actions: Actions, label: string, hint?: string): TemplateResult {
  return phraseBox(state, actions, PASSPHRASE_ID, label, hint);
}

export function phraseBox(state: AppState, actions: Actions, id: string, label: string, hint?: string): TemplateResult {
  const text = words.passphrase;
  return passwordInput({
    id,
    label,
    hint,
    error: state.keys.errors[id],
    isShown: state.isPassphraseShown,
    showText: text.show,
    hideText: text.hide,
    showLabel: text.showLabel,
    hideLabel: text.hideLabel,
    onShow: actions.showPassphrase,
  });
}

/** The typed words go from the box to the action and are kept nowhere else. */
export function typedText(id = PASSPHRASE_ID): string {
  const box = document.getElementById(id);
  return box instanceof HTMLInputElement ? box.value : '';
}

export function keyErrors(state: AppState): Part {
  const { errors, problem, notice } = state.keys;
  if (problem !== undefined) return problemSummary(state, problem);
  const shown = Object.entries(errors).map(([controlId, message]) => ({ controlId, message }));
  if (shown.length > 0) return errorSummary({ title: words.shell.problemTitle, errors: shown });
  return notice === undefined ? nothing : noticeInset(state, notice);
}

/** What happened and is no error: a state of errors.json. */
export function noticeInset(state: AppState, name: string): TemplateResult {
  const notice = stateNotice(state, name);
  return html`<div class="govuk-inset-text" id="key-notice" tabindex="-1">
    <p class="govuk-body govuk-!-font-weight-bold">${notice?.title ?? nothing}</p>
    ${noticeText(notice)}
  </div>`;
}
