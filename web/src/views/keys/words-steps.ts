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

export interface WordsTexts {
  readonly heading: string;
  readonly text: string;
  readonly warning: string;
  readonly confirmText: string;
  readonly confirmButton: string;
}

export interface WordsPresses {
  readonly noted: () => void;
  readonly another: () => void;
  readonly confirm: (typed: string) => void;
  readonly seeAgain: () => void;
}

export function wordsPage(state: AppState, actions: Actions, shown: string, { heading, text, warning }: WordsTexts, press: WordsPresses): TemplateResult {
  return page(state, actions, {
    heading,
    body: html`<p class="govuk-body">${text}</p>
      <ol class="app-words" translate="no">
        ${shown.split(' ').map((word) => html`<li>${word}</li>`)}
      </ol>
      ${warningText(warning, words.shell.warning)}
      ${buttonGroup(
        button({ text: words.passphrase.noted, onPress: press.noted }),
        button({ text: words.passphrase.another, kind: 'secondary', onPress: press.another }),
      )}`,
  });
}

export function typeBackPage(state: AppState, actions: Actions, { confirmText, confirmButton }: WordsTexts, press: WordsPresses): TemplateResult {
  const text = words.passphrase;
  return page(state, actions, {
    heading: text.confirmTitle,
    above: keyErrors(state),
    body: html`<p class="govuk-body">${confirmText}</p>
      ${formOf(
        () => press.confirm(typedText()),
        html`${passphraseBox(state, actions, text.label, text.hint)}
        ${buttonGroup(
          button({ text: confirmButton, isSubmit: true, isWaiting: state.isBusy }),
          button({ text: text.seeAgain, kind: 'secondary', onPress: press.seeAgain }),
        )}`,
      )}`,
  });
}

export function wordsWorkingPage(state: AppState, actions: Actions): TemplateResult {
  const text = words.passphrase;
  return page(state, actions, {
    heading: text.workingTitle,
    body: html`<div role="status">
      <p class="govuk-body">${text.workingText}</p>
      <progress class="app-progress" aria-label=${text.workingTitle}></progress>
    </div>`,
  });
}

/** `begin` is another page for each caller. */
export function wordsSteps(state: AppState, actions: Actions, begin: () => TemplateResult): TemplateResult {
  const step = state.keys.words;
  switch (step.kind) {
    case 'begin':
      return begin();
    case 'show':
      return wordsPage(state, actions, step.words, passphraseTexts, passphrasePresses(actions));
    case 'confirm':
      return typeBackPage(state, actions, passphraseTexts, passphrasePresses(actions));
    case 'working':
      return state.backup.running === undefined ? wordsWorkingPage(state, actions) : movingView(state, actions);
  }
}

const passphraseTexts: WordsTexts = {
  heading: words.keys.newTitle,
  text: words.passphrase.showText,
  warning: words.passphrase.showWarning,
  confirmText: words.keys.confirmText,
  confirmButton: words.keys.change,
};

function passphrasePresses(actions: Actions): WordsPresses {
  return { noted: actions.newWordsNoted, another: () => actions.makeNewWords(''), confirm: actions.confirmNewWords, seeAgain: actions.seeNewWordsAgain };
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
