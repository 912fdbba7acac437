/** The notebooks of this device, from within one of them: its name, the others, and taking it away. */
import { html, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { hashOf } from '../../state/routes.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button, buttonGroup, buttonLink } from '../../components/button/button.ts';
import { formOf } from '../fields.ts';
import { problemSummary } from '../problem.ts';
import { page } from '../shell/shell.ts';
import { labelText, vaultTags } from './label.ts';
import { namingControls, namingErrors } from './name.ts';

export function vaultsView(state: AppState, actions: Actions): TemplateResult {
  const text = words.vaults;
  const others = state.vaults.rows.filter((row) => row.directory !== state.vaults.chosen);
  return page(state, actions, {
    heading: text.title,
    back: { name: 'storage' },
    backText: words.shell.storage,
    above: state.problem === undefined ? namingErrors(state) : problemSummary(state, state.problem),
    body: html`<h2 class="govuk-heading-m">${text.thisTitle}</h2>
      ${formOf(
        actions.renameVault,
        html`${namingControls(state, actions)} ${button({ text: words.shell.save, kind: 'secondary', isSubmit: true, isWaiting: state.isBusy })}`,
      )}
      <h2 class="govuk-heading-m">${text.othersTitle}</h2>
      ${others.length === 0
        ? html`<p class="govuk-body">${text.othersNone}</p>`
        : html`<ul class="govuk-list govuk-list--bullet">
            ${others.map((row) => html`<li>${labelText(row)} ${vaultTags(row)}</li>`)}
          </ul>`}
      <p class="govuk-body">${text.othersText}</p>
      ${buttonGroup(
        button({ text: text.toOthers, kind: 'secondary', onPress: actions.showVaults }),
        button({ text: text.another, kind: 'secondary', onPress: actions.anotherVault }),
      )}
      <h2 class="govuk-heading-m">${text.removeTitle}</h2>
      <p class="govuk-body">${text.removeLead}</p>
      ${buttonLink(text.toRemove, hashOf({ name: 'remove-vault' }), 'secondary')}`,
  });
}
