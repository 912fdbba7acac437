/** Before a computer that is wiped at log-off is left: a copy is asked for, and locking without one is possible. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { HOME, hashOf } from '../../state/routes.ts';
import { unsentCount } from '../../state/team.ts';
import type { Actions } from '../actions.ts';
import { counted, words } from '../../app/words.en.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { warningText } from '../../components/warning-text/warning-text.ts';
import { problemSummary } from '../problem.ts';
import { page } from '../shell/shell.ts';
import { makingCopy } from './making.ts';

export function leaveView(state: AppState, actions: Actions): TemplateResult {
  const text = words.backup;
  const { backup, problem } = state;
  const shown = problem ?? backup.problem;
  return page(state, actions, {
    heading: text.leaveTitle,
    above: shown === undefined ? nothing : problemSummary(state, shown),
    body: html`<p class="govuk-body-l">${text.leaveText}</p>
      ${onlyHere(state)} ${makingCopy(state, actions, true)}
      ${backup.running !== undefined
        ? nothing
        : buttonGroup(
            button({ text: backup.isTaken ? text.leaveDone : text.leaveWithout, kind: backup.isTaken ? 'primary' : 'secondary', onPress: actions.lockNow }),
            html`<a class="govuk-link" href=${hashOf(HOME)}>${text.leaveStay}</a>`,
          )}`,
  });
}

function onlyHere(state: AppState): Part {
  if (state.team.sync === undefined) return nothing;
  const count = unsentCount(state.team);
  return count === 0
    ? html`<p class="govuk-body">${words.backup.leaveSent}</p>`
    : warningText(counted(words.backup.leaveUnsent, count), words.shell.warning);
}
