/** On the locked page: how long to wait after wrong passphrases, and the ways that are left when no more are tried. */
import { html, nothing } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { counted, words } from '../../app/words.en.ts';
import type { Part } from '../../components/control.ts';
import { noticeOf } from '../problem.ts';

const MINUTE_S = 60;

/** Counted down in sight; read aloud only when it begins and when it is over. */
export function waitText({ attempts, phase }: AppState): Part {
  const hasProblem = phase.kind === 'locked' && phase.problem !== undefined;
  if (attempts.waitMs === 0) return html`<p class="govuk-visually-hidden" role="status">${hasProblem ? words.keys.waitOver : nothing}</p>`;
  const seconds = Math.ceil(attempts.waitMs / 1000);
  const text = seconds > 2 * MINUTE_S ? counted(words.keys.waitMinutes, Math.ceil(seconds / MINUTE_S)) : counted(words.keys.waitSeconds, seconds);
  return html`<p class="govuk-body govuk-!-font-weight-bold" id="wait">${text}</p>`;
}

export function lockedOutTitle(state: AppState): string {
  return noticeOf(state, 'locked-out')?.title ?? words.unlock.title;
}

export function lockedOutText(state: AppState): Part {
  const notice = noticeOf(state, 'locked-out');
  if (notice === undefined) return nothing;
  return html`<p class="govuk-body-l">${notice.text}</p>
    <p class="govuk-body">${words.keys.lockedOutWays}</p>`;
}
