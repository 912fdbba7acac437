/** Between the passphrase and the records: choosing a PIN for this session, and opening by it after a warm lock. */
import { html, type TemplateResult } from 'lit-html';
import type { AppState, CoreError, Phase } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { fill, words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import { page } from '../shell/shell.ts';
import { noticeOf } from '../problem.ts';
import { pinForm, pinSummary } from './pin-form.ts';

export function choosePinView(state: AppState, actions: Actions, phase: Extract<Phase, { kind: 'choose-pin' }>): TemplateResult {
  const text = words.pin;
  const error = pinProblem(state, phase.problem);
  return page(state, actions, {
    heading: text.chooseTitle,
    above: pinSummary(error),
    body: html`<p class="govuk-body">${text.chooseText}</p>
      ${pinForm(state, actions, {
        label: text.chooseLabel,
        hint: text.hint,
        error,
        button: text.choose,
        isWaiting: phase.isWorking,
        use: actions.choosePin,
        beside: button({ text: text.skip, kind: 'secondary', onPress: actions.skipPin, isWaiting: phase.isWorking || state.isBusy }),
      })}
      <p class="govuk-body">${text.skipText}</p>`,
  });
}

export function warmView(state: AppState, actions: Actions, phase: Extract<Phase, { kind: 'warm' }>): TemplateResult {
  const text = words.pin;
  const error = warmProblem(phase);
  return page(state, actions, {
    heading: text.warmTitle,
    above: pinSummary(error),
    body: html`<p class="govuk-body">${text.warmText}</p>
      ${pinForm(state, actions, {
        label: text.label,
        error,
        button: text.open,
        isWaiting: phase.isWorking,
        use: actions.openByPin,
        beside: button({ text: text.usePassphrase, kind: 'secondary', onPress: actions.usePassphrase }),
      })}`,
  });
}

/** What the core said against a PIN that somebody chose. */
export function pinProblem(state: AppState, problem: CoreError | undefined): string | undefined {
  if (problem === undefined) return undefined;
  return problem.code === 'invalid-input' || problem.code === 'too-large' ? words.pin.noPin : noticeOf(state, problem.code)?.title;
}

function warmProblem({ problem, triesLeft }: Extract<Phase, { kind: 'warm' }>): string | undefined {
  const text = words.pin;
  if (problem === undefined) return undefined;
  if (problem === 'no-pin') return text.noPin;
  return triesLeft === 1 ? text.wrongLast : fill(text.wrong, { count: String(triesLeft ?? '') });
}
