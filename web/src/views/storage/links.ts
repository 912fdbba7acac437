/** From the page of the device to what is kept on pages of their own. */
import { html, type TemplateResult } from 'lit-html';
import { hashOf, type Route } from '../../state/routes.ts';
import { words } from '../../app/words.en.ts';

const LINKS: readonly { readonly route: Route; readonly text: string }[] = [
  { route: { name: 'vaults' }, text: words.vaults.title },
  { route: { name: 'keys' }, text: words.keys.title },
  { route: { name: 'backup' }, text: words.backup.title },
];

export function storageLinks(): TemplateResult {
  return html`<ul class="govuk-list">
    ${LINKS.map(({ route, text }) => html`<li><a class="govuk-link app-lead-link" href=${hashOf(route)}>${text}</a></li>`)}
  </ul>`;
}
