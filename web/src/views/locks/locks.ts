/** When this vault locks by itself, and the PIN of this session. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { LockView } from '../../protocol/protocol.gen.ts';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { counted, words } from '../../app/words.en.ts';
import { radios } from '../../components/radios/radios.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';
import { pinForm, pinSummary } from '../warm-lock/pin-form.ts';
import { pinProblem } from '../warm-lock/warm-lock.ts';

/** Within the bounds of lock.limits. */
const IDLE_S = [15, 30, 60, 120, 300, 540] as const;
const HIDDEN_S = [5, 15, 30, 60, 300] as const;

export function locksView(state: AppState, actions: Actions): TemplateResult {
  const text = words.locks;
  const { lock, problem } = state;
  const pinError = problem !== undefined && PIN_CODES.has(problem.code) ? pinProblem(state, problem) : undefined;
  const isOther = problem !== undefined && pinError === undefined;
  return page(state, actions, {
    heading: text.title,
    back: { name: 'storage' },
    above: isOther ? problemSummary(state, problem) : pinSummary(pinError),
    body: lock === undefined ? nothing : html`<p class="govuk-body">${text.text}</p>
      ${limit('idle', text.idle, text.idleHint, IDLE_S, lock.idleS, (seconds) => actions.changeLimits(seconds, lock.hiddenS))}
      ${limit('hidden', text.hidden, text.hiddenHint, HIDDEN_S, lock.hiddenS, (seconds) => actions.changeLimits(lock.idleS, seconds))}
      <p class="govuk-body">${text.cold}</p>
      <h2 class="govuk-heading-m">${text.pinTitle}</h2>
      <p class="govuk-body" role="status">${pinText(state, lock)}</p>
      ${pinForm(state, actions, {
        label: lock.hasPin ? text.pinNew : words.pin.chooseLabel,
        hint: words.pin.hint,
        error: pinError,
        button: words.pin.choose,
        isWaiting: state.isBusy,
        use: actions.changePin,
      })}`,
  });
}

const PIN_CODES = new Set(['invalid-input', 'too-large', 'pin-weak']);

function pinText(state: AppState, lock: LockView): string {
  if (state.isPinNew) return words.locks.pinChanged;
  return lock.hasPin ? words.locks.pinThere : words.locks.pinNone;
}

function limit(id: string, label: string, hint: string, choices: readonly number[], present: number, choose: (seconds: number) => void): TemplateResult {
  const all = choices.includes(present) ? choices : [...choices, present].sort((a, b) => a - b);
  return radios({
    id,
    label,
    hint,
    options: all.map((seconds) => ({ value: String(seconds), label: duration(seconds) })),
    value: String(present),
    onChoose: (value) => choose(Number(value)),
  });
}

function duration(seconds: number): string {
  return seconds % 60 === 0 ? counted(words.locks.minutes, seconds / 60) : counted(words.locks.seconds, seconds);
}
