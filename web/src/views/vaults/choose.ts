/** Which of several vaults: their labels, and nothing else about them. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState, Phase } from '../../state/model.ts';
import type { VaultRow } from '../../state/vaults.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button, buttonGroup } from '../../components/button/button.ts';
import { problemSummary } from '../problem.ts';
import { page } from '../shell/shell.ts';
import { labelText, vaultTags } from './label.ts';

export function chooseView(state: AppState, actions: Actions, phase: Extract<Phase, { kind: 'choose' }>): TemplateResult {
  const text = words.vaults;
  return page(state, actions, {
    heading: text.chooseTitle,
    above: phase.problem === undefined ? nothing : problemSummary(state, phase.problem),
    body: html`<p class="govuk-body">${text.chooseText}</p>
      <ul class="app-vaults">
        ${state.vaults.rows.map((row) => vaultItem(row, phase.isWorking, actions))}
      </ul>
      <p class="govuk-visually-hidden" role="status">${phase.isWorking ? text.opening : nothing}</p>
      ${buttonGroup(
        button({ text: text.another, kind: 'secondary', onPress: actions.anotherVault, isWaiting: phase.isWorking }),
        button({ text: words.backup.toRestore, kind: 'secondary', onPress: actions.beginRestore, isWaiting: phase.isWorking }),
      )}`,
  });
}

function vaultItem(row: VaultRow, isWorking: boolean, actions: Actions): TemplateResult {
  return html`<li class="app-vaults__item">
    ${button({ text: labelText(row), kind: 'link', onPress: () => actions.chooseVault(row.directory), isWaiting: isWorking })} ${vaultTags(row)}
  </li>`;
}
