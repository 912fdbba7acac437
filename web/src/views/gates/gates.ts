/** What is seen while no vault is open: first visit, unlock, and every reason why not. The words stay neutral. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState, CoreError, MakeStep, Phase } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { fill, words } from '../../app/words.en.ts';
import { readableSize } from '../../app/dates.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import { details } from '../../components/details/details.ts';
import { errorSummary } from '../../components/error-summary/error-summary.ts';
import { passwordInput } from '../../components/password-input/password-input.ts';
import { warningText } from '../../components/warning-text/warning-text.ts';
import { page } from '../shell/shell.ts';
import { choosePinView, warmView } from '../warm-lock/warm-lock.ts';
import { noticeOf, noticeText, problemSummary, stateNotice } from '../problem.ts';
import type { Part } from '../../components/control.ts';
import { chosenVault } from '../../state/vaults.ts';
import { isOnWipedComputer } from '../../state/vaults.ts';
import { renewView } from '../keys/key-words.ts';
import { noticeInset, typedText } from '../keys/words-steps.ts';
import { lockedOutText, lockedOutTitle, waitText } from '../keys/waiting.ts';
import { recoverView } from '../keys/recover.ts';
import { restoreView } from '../backup/restore.ts';
import { chooseView } from '../vaults/choose.ts';
import { labelText } from '../vaults/label.ts';
import { nameView } from '../vaults/name.ts';
import { removeLockedView } from '../vaults/remove.ts';

export function gateView(state: AppState, actions: Actions, phase: Exclude<Phase, { kind: 'open' | 'hidden' }>): TemplateResult {
  switch (phase.kind) {
    case 'starting':
      return page(state, actions, { heading: words.starting.title, body: html`<p class="govuk-body" role="status">${words.starting.text}</p>` });
    case 'refused':
      return refusedView(state, actions, phase.reason);
    case 'other-window':
      return otherWindowView(state, actions, phase.isMoving);
    case 'no-vault':
      return makeView(state, actions, phase.step, phase.problem);
    case 'choose':
      return chooseView(state, actions, phase);
    case 'recover':
      return recoverView(state, actions, phase);
    case 'renew':
      return renewView(state, actions);
    case 'restore':
      return restoreView(state, actions, phase);
    case 'remove':
      return removeLockedView(state, actions, phase);
    case 'unfinished':
      return unfinishedView(state, actions, phase);
    case 'locked':
      return unlockView(state, actions, phase);
    case 'choose-pin':
      return choosePinView(state, actions, phase);
    case 'warm':
      return warmView(state, actions, phase);
    case 'damaged':
      return noticePage(state, actions, phase.code);
    case 'broken':
      return brokenView(state, actions, phase.state);
  }
}

/** A page without content: whoever looks sees an empty notebook. */
export function hiddenView(actions: Actions): TemplateResult {
  return html`<div class="govuk-width-container">
    <main class="govuk-main-wrapper app-main" id="main" tabindex="-1">
      <h1 class="govuk-heading-l" id="page-heading" tabindex="-1">${words.hidden.title}</h1>
      <p class="govuk-body">${words.hidden.empty}</p>
      ${button({ text: words.hidden.open, kind: 'secondary', onPress: actions.showUnlock })}
    </main>
  </div>`;
}

function noticePage(state: AppState, actions: Actions, code: string): TemplateResult {
  const notice = noticeOf(state, code);
  return page(state, actions, {
    heading: notice?.title ?? words.shell.problemTitle,
    body: html`${noticeText(notice)}
    ${buttonGroup(
      code === 'damaged_vault' ? button({ text: words.reading.look, onPress: actions.lookAtDamaged }) : nothing,
      button({ text: words.broken.reload, kind: 'secondary', onPress: actions.restart }),
      othersButton(state, actions),
    )}`,
  });
}

function refusedView(state: AppState, actions: Actions, reason: string): TemplateResult {
  const notice = stateNotice(state, reason);
  return page(state, actions, {
    heading: notice?.title ?? words.shell.problemTitle,
    body: html`${noticeText(notice)}
      <p class="govuk-body">${words.refused.noVault}</p>
      ${button({ text: words.refused.again, kind: 'secondary', onPress: actions.restart })}`,
  });
}

function otherWindowView(state: AppState, actions: Actions, isMoving: boolean): TemplateResult {
  const notice = stateNotice(state, 'second_window');
  return page(state, actions, {
    heading: notice?.title ?? words.shell.problemTitle,
    body: html`${noticeText(notice)}
    ${button({ text: isMoving ? words.otherWindow.moving : words.otherWindow.move, onPress: actions.moveHere, isWaiting: isMoving })}`,
  });
}

function unfinishedView(state: AppState, actions: Actions, phase: Extract<Phase, { kind: 'unfinished' }>): TemplateResult {
  const notice = stateNotice(state, 'unfinished_vault');
  return page(state, actions, {
    heading: notice?.title ?? words.shell.problemTitle,
    above: phase.problem === undefined ? nothing : problemSummary(state, phase.problem),
    body: html`${noticeText(notice)}
    ${button({
      text: phase.isWorking ? words.unfinished.removing : words.unfinished.remove,
      onPress: actions.removeUnfinished,
      isWaiting: phase.isWorking,
    })}
    ${state.vaults.rows.length < 2 ? nothing : othersButton(state, actions)}`,
  });
}

function brokenView(state: AppState, actions: Actions, name: string): TemplateResult {
  const notice = stateNotice(state, name);
  return page(state, actions, {
    heading: notice?.title ?? words.shell.problemTitle,
    body: html`${noticeText(notice)} ${button({ text: words.broken.reload, onPress: actions.restart })}`,
  });
}

function makeView(state: AppState, actions: Actions, step: MakeStep, problem: CoreError | undefined): TemplateResult {
  switch (step.kind) {
    case 'welcome':
      return welcomeView(state, actions, problem);
    case 'name':
      return nameView(state, actions);
    case 'show':
      return showWordsView(state, actions, step.words);
    case 'confirm':
      return confirmWordsView(state, actions, step.problem);
    case 'working':
      return page(state, actions, {
        heading: words.passphrase.workingTitle,
        body: html`<div role="status">
          <p class="govuk-body">${words.passphrase.workingText}</p>
          <progress class="app-progress" aria-label=${words.passphrase.workingTitle}></progress>
        </div>`,
      });
  }
}

function welcomeView(state: AppState, actions: Actions, problem: CoreError | undefined): TemplateResult {
  const text = words.welcome;
  return page(state, actions, {
    heading: text.title,
    above: problem === undefined ? nothing : problemSummary(state, problem),
    body: html`<p class="govuk-body-l">${text.lead}</p>
      <h2 class="govuk-heading-m">${text.needTitle}</h2>
      <ul class="govuk-list govuk-list--bullet">
        ${text.need.map((line) => html`<li>${line}</li>`)}
      </ul>
      <h2 class="govuk-heading-m">${text.storageTitle}</h2>
      ${storageAnswer(state, actions)}
      <div class="govuk-inset-text">${text.serverNote}</div>
      ${button({ text: text.start, onPress: () => actions.beginVault(false) })}
      <h2 class="govuk-heading-m">${words.vaults.practiceOnly}</h2>
      <p class="govuk-body">${words.vaults.practiceText}</p>
      ${buttonGroup(
        button({ text: words.vaults.practiceStart, kind: 'secondary', onPress: () => actions.beginVault(true) }),
        button({ text: words.backup.toRestore, kind: 'secondary', onPress: actions.beginRestore }),
        othersButton(state, actions),
      )}`,
  });
}

/** Where there are others, the way to them is never lost. */
function othersButton(state: AppState, actions: Actions): Part {
  return state.vaults.rows.length === 0 ? nothing : button({ text: words.vaults.others, kind: 'secondary', onPress: actions.showVaults });
}

function storageAnswer(state: AppState, actions: Actions): TemplateResult {
  const { isPersistent, usageBytes, quotaBytes } = state.device;
  const text = words.welcome;
  const room = usageBytes === undefined || quotaBytes === undefined ? nothing : fill(text.storageFree, { size: readableSize(Math.max(0, quotaBytes - usageBytes)) });
  if (isPersistent === true) return html`<p class="govuk-body">${text.storageGood} ${room}</p>`;
  const notice = stateNotice(state, 'storage_not_promised');
  return html`<p class="govuk-body">${text.storageUnsure} ${room}</p>
    ${notice === undefined ? nothing : html`<p class="govuk-body">${notice.wayOn}</p>`}
    ${button({ text: text.storageAsk, kind: 'secondary', onPress: actions.askForPersistence })}`;
}

function showWordsView(state: AppState, actions: Actions, shown: string): TemplateResult {
  const text = words.passphrase;
  return page(state, actions, {
    heading: text.showTitle,
    body: html`<p class="govuk-body">${text.showText}</p>
      <ol class="app-words" translate="no">
        ${shown.split(' ').map((word) => html`<li>${word}</li>`)}
      </ol>
      ${warningText(text.showWarning, words.shell.warning)}
      ${buttonGroup(
        button({ text: text.noted, onPress: actions.wordsNoted }),
        button({ text: text.another, kind: 'secondary', onPress: actions.makeWords }),
      )}`,
  });
}

const PASSPHRASE_ID = 'passphrase';

function confirmWordsView(state: AppState, actions: Actions, problem: 'empty' | 'differs' | undefined): TemplateResult {
  const text = words.passphrase;
  const message = problem === undefined ? undefined : text[problem];
  return page(state, actions, {
    heading: text.confirmTitle,
    above: message === undefined ? nothing : errorSummary({ title: words.shell.problemTitle, errors: [{ message, controlId: PASSPHRASE_ID }] }),
    body: html`<p class="govuk-body">${text.confirmText}</p>
      <form novalidate autocomplete="off" @submit=${(event: Event) => submitted(event, actions.confirmWords)}>
        ${passphraseBox(state, actions, message, true)}
        ${buttonGroup(
          button({ text: text.make, isSubmit: true }),
          button({ text: text.seeAgain, kind: 'secondary', onPress: actions.seeWordsAgain }),
        )}
      </form>`,
  });
}

function unlockView(state: AppState, actions: Actions, phase: Extract<Phase, { kind: 'locked' }>): TemplateResult {
  const text = words.unlock;
  const message = unlockMessage(state, phase.problem);
  const chosen = chosenVault(state.vaults);
  return page(state, actions, {
    heading: phase.isReading === true ? words.reading.unlockTitle : state.attempts.isLockedOut ? lockedOutTitle(state) : text.title,
    caption: chosen === undefined ? undefined : labelText(chosen),
    above: html`${phase.notice === undefined ? nothing : noticeInset(state, phase.notice)}
    ${unlockSummary(state, phase.problem, message)}`,
    body: html`${isOnWipedComputer(state.vaults) ? html`<div class="govuk-inset-text">${words.backup.leaveLocked}</div>` : nothing}
      ${state.attempts.isLockedOut ? lockedOutText(state) : unlockForm(state, actions, phase, message)}
      ${buttonGroup(
        button({ text: words.keys.recover, kind: state.attempts.isLockedOut ? 'primary' : 'secondary', onPress: actions.beginRecovery }),
        button({ text: words.vaults.toList, kind: 'secondary', onPress: actions.showVaults }),
        button({ text: words.vaults.toRemove, kind: 'link', onPress: actions.beginRemoval }),
      )}`,
  });
}

function unlockForm(state: AppState, actions: Actions, phase: Extract<Phase, { kind: 'locked' }>, message: string | undefined): TemplateResult {
  const text = words.unlock;
  const buttonText = phase.isWorking ? text.working : phase.isReading === true ? words.reading.look : text.button;
  const isWaiting = phase.isWorking || state.attempts.waitMs > 0;
  return html`<form
      novalidate
      autocomplete="off"
      @input=${actions.unlockBegun}
      @submit=${(event: Event) => submitted(event, isWaiting ? () => undefined : actions.unlock)}
    >
      ${phase.isReading === true ? html`<p class="govuk-body">${words.reading.unlockText}</p>` : nothing}
      ${passphraseBox(state, actions, message, false)} ${waitText(state)}
      ${buttonGroup(button({ text: buttonText, isSubmit: true, isWaiting }), passkeyButton(state, actions, isWaiting))}
      <p class="govuk-visually-hidden" role="status">${phase.isWorking ? text.working : nothing}</p>
    </form>
    ${details(text.lost, html`${text.lostText}`)}`;
}

/** Nobody can know from a locked notebook whether a passkey belongs to it: offered quietly wherever one can be used. */
function passkeyButton(state: AppState, actions: Actions, isWaiting: boolean): Part {
  if (!state.hasPasskeys) return nothing;
  return button({ text: words.passkey.unlock, kind: 'link', isWaiting, onPress: () => actions.unlockWithPasskey(typedText()) });
}

/** What is wrong with what was typed; a fault of the device is no error of the box. */
function unlockMessage(state: AppState, problem: CoreError | 'empty' | undefined): string | undefined {
  if (problem === 'empty') return words.passphrase.empty;
  return problem?.code === 'auth' ? noticeOf(state, 'auth')?.title : undefined;
}

function unlockSummary(state: AppState, problem: CoreError | 'empty' | undefined, message: string | undefined): Part {
  /* The page itself says that no more are tried. */
  if (problem === undefined || state.attempts.isLockedOut) return nothing;
  if (message === undefined) return problem === 'empty' ? nothing : problemSummary(state, problem);
  const notice = problem === 'empty' ? undefined : noticeOf(state, problem.code);
  return errorSummary({
    title: words.shell.problemTitle,
    errors: [{ message, controlId: PASSPHRASE_ID }],
    text: notice === undefined ? [] : [notice.text, notice.wayOn],
  });
}

function passphraseBox(state: AppState, actions: Actions, error: string | undefined, hasHint: boolean): TemplateResult {
  const text = words.passphrase;
  return passwordInput({
    id: PASSPHRASE_ID,
    label: text.label,
    hint: hasHint ? text.hint : undefined,
    error,
    isShown: state.isPassphraseShown,
    showText: text.show,
    hideText: text.hide,
    showLabel: text.showLabel,
    hideLabel: text.hideLabel,
    onShow: actions.showPassphrase,
  });
}

/** The typed words go from the box to the action and are kept nowhere else. */
function submitted(event: Event, use: (typed: string) => void): void {
  event.preventDefault();
  const box = document.getElementById(PASSPHRASE_ID);
  if (box instanceof HTMLInputElement) use(box.value);
}
