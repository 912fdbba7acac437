/** Making a copy: the button, how far it is, and what was made. Part of more than one page. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { BackupView } from '../../state/backup.ts';
import type { Actions } from '../actions.ts';
import { counted, words } from '../../app/words.en.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';

/** `isMain`: making a copy is what the page is for. */
export function makingCopy(state: AppState, actions: Actions, isMain: boolean): TemplateResult {
  const { backup } = state;
  const text = words.backup;
  if (backup.running !== undefined) return html`${copyProgress(backup, text.running)} ${button({ text: text.stop, kind: 'secondary', onPress: actions.cancelCopy })}`;
  const isMade = backup.madeCount !== undefined;
  return html`${madeText(backup)}
  ${buttonGroup(
    isMade ? button({ text: backup.isTaken ? text.takeAgain : text.take, kind: backup.isTaken ? 'secondary' : 'primary', onPress: actions.takeCopy }) : nothing,
    button({ text: isMade ? text.makeAgain : text.make, kind: isMade || !isMain ? 'secondary' : 'primary', onPress: actions.makeCopy, isWaiting: state.isBusy }),
  )}`;
}

/** Words of the phase only are read aloud; the bar moves too often for that. */
export function copyProgress({ running }: BackupView, label: string): Part {
  if (running === undefined) return nothing;
  const phase = running === 'starting' ? 'starting' : running.phase;
  const isKnown = running !== 'starting' && running.total > 0;
  return html`<p class="govuk-body" role="status">${words.backup.phases[phase]}</p>
    ${isKnown
      ? html`<progress class="app-progress" aria-label=${label} max=${running.total} value=${running.done}></progress>`
      : html`<progress class="app-progress" aria-label=${label}></progress>`}`;
}

function madeText({ madeCount, isTaken }: BackupView): Part {
  if (madeCount === undefined) return nothing;
  const text = words.backup;
  return html`<div class="govuk-inset-text" id="copy-made" tabindex="-1" role="status">
    <p class="govuk-body govuk-!-font-weight-bold">${counted(text.made, madeCount)}</p>
    <p class="govuk-body">${isTaken ? text.taken : text.madeText}</p>
  </div>`;
}
