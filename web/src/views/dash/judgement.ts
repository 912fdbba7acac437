import { html, nothing } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { TitleText } from '../../state/content.ts';
import { words } from '../../app/words.en.ts';
import type { Part } from '../../components/control.ts';
import { topicsOf } from './dash-topics.ts';

/** Answers that alone or together ask for judgement, as the core names them. Advice; never a score. */
export function judgementSection(state: AppState): Part {
  const { summary } = state;
  const content = state.content['criteria-words'];
  if (summary === undefined || content === undefined) return nothing;
  const topics = topicsOf(state).filter((topic) => summary.judgementPrompts.includes(topic.id));
  const composites = summary.composites.map((id) => content.composites[id]).filter((each): each is TitleText => each !== undefined);
  if (topics.length === 0 && composites.length === 0) return nothing;
  return html`<h2 class="govuk-heading-m">${words.dash.judgement}</h2>
    ${composites.map((each) => html`<div class="govuk-inset-text"><p class="govuk-body govuk-!-font-weight-bold">${each.title}</p><p class="govuk-body">${each.text}</p></div>`)}
    ${topics.length === 0
      ? nothing
      : html`<p class="govuk-body">${content.judgementPrompt.text}</p>
          <ul class="govuk-list govuk-list--bullet">
            ${topics.map((topic) => html`<li>${topic.text}</li>`)}
          </ul>`}`;
}
