/** Eight words to compare with another screen: large, apart, numbered, the same on both. */
import { html, type TemplateResult } from 'lit-html';

export function compareWords(shown: readonly string[]): TemplateResult {
  return html`<ol class="app-words app-words--eight" translate="no">
    ${shown.map((word) => html`<li>${word}</li>`)}
  </ol>`;
}
