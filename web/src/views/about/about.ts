/** What the app is, what it cannot do, what still has to be confirmed, and credits. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { words } from '../../app/words.en.ts';
import { HOME } from '../../state/routes.ts';
import { page } from '../shell/shell.ts';

export function aboutView(state: AppState, actions: Actions): TemplateResult {
  const { about, 'to-confirm': toConfirm } = state.content;
  return page(state, actions, {
    heading: about?.title ?? words.shell.about,
    back: HOME,
    body: html`${about === undefined
      ? nothing
      : html`${about.what.map((line) => html`<p class="govuk-body">${line}</p>`)}
          <h2 class="govuk-heading-m">${words.about.limitsTitle}</h2>
          <ul class="govuk-list govuk-list--bullet">
            ${about.limits.map((line) => html`<li>${line}</li>`)}
          </ul>`}
    ${toConfirm === undefined
      ? nothing
      : html`<h2 class="govuk-heading-m">${toConfirm.title}</h2>
          <p class="govuk-body">${toConfirm.intro}</p>
          ${toConfirm.points.map(
            (point) => html`<h3 class="govuk-heading-s">${point.title}</h3>
              <p class="govuk-body">${point.text}</p>`,
          )}`}
    ${about === undefined
      ? nothing
      : html`<h2 class="govuk-heading-m">${words.about.sourcesTitle}</h2>
          <ul class="govuk-list govuk-list--bullet">
            ${about.sources.map((source) => html`<li>${source.title}, ${source.publisher}${source.year === undefined ? nothing : html`, ${source.year}`}</li>`)}
          </ul>
          <h2 class="govuk-heading-m">${words.about.creditsTitle}</h2>
          <ul class="govuk-list govuk-list--bullet">
            ${about.credits.map((credit) => html`<li>${credit.name}, ${credit.by} (${credit.licence}). ${credit.use}. ${credit.change ?? nothing}</li>`)}
          </ul>`}
    ${state.version === undefined ? nothing : html`<p class="govuk-hint">${words.about.version} ${state.version}</p>`}`,
  });
}
