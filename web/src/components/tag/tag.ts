/** GOV.UK tag. Colour never carries the meaning alone: the words say it. */
import { html, type TemplateResult } from 'lit-html';

export type TagColour = 'grey' | 'green' | 'blue' | 'purple' | 'red' | 'orange' | 'yellow';

export function tag(text: string, colour: TagColour = 'grey'): TemplateResult {
  return html`<strong class="govuk-tag govuk-tag--${colour}">${text}</strong>`;
}
