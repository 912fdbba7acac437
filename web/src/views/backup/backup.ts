/** A sealed copy of the open vault. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { problemSummary } from '../problem.ts';
import { page } from '../shell/shell.ts';
import { makingCopy } from './making.ts';

export function backupView(state: AppState, actions: Actions): TemplateResult {
  const text = words.backup;
  return page(state, actions, {
    heading: text.title,
    back: { name: 'storage' },
    backText: words.shell.storage,
    above: state.backup.problem === undefined ? nothing : problemSummary(state, state.backup.problem),
    body: html`<p class="govuk-body-l">${text.lead}</p>
      <p class="govuk-body">${text.keep}</p>
      <p class="govuk-body">${text.back}</p>
      ${makingCopy(state, actions, true)}`,
  });
}
