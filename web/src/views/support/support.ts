/** The file for whoever helps, as it is, before anybody saves it. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';

export function supportView(state: AppState, actions: Actions): TemplateResult {
  const text = words.support;
  return page(state, actions, {
    heading: text.title,
    back: { name: 'storage' },
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: state.supportText === undefined ? nothing : html`<p class="govuk-body">${text.text}</p>
      <p class="govuk-body">${text.look}</p>
      <pre class="app-file" id="support-file">${state.supportText}</pre>
      ${button({ text: text.save, onPress: actions.saveSupportFile })}`,
  });
}
