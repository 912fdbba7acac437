/** Emergency and help numbers (docs/DOMAIN.md 3.6). Works without a vault, locked, and without a network. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Service } from '../../state/content.ts';
import type { Actions } from '../actions.ts';
import { fill, words } from '../../app/words.en.ts';
import { longDate } from '../../app/dates.ts';
import { HOME } from '../../state/routes.ts';
import { page } from '../shell/shell.ts';

export function emergencyView(state: AppState, actions: Actions): TemplateResult {
  const content = state.content.emergency;
  if (content === undefined) return page(state, actions, { heading: words.shell.emergency, body: nothing, back: HOME });
  return page(state, actions, {
    heading: content.title,
    back: HOME,
    body: html`<section class="app-danger" aria-labelledby="danger-title">
        <h2 class="govuk-heading-m" id="danger-title">${content.danger.title}</h2>
        <p class="app-danger__number"><a class="govuk-link" href="tel:999">${content.danger.text}</a></p>
        <p class="govuk-body">${content.danger.press55}</p>
      </section>
      <p class="govuk-body">${words.emergency.device}</p>
      <p class="govuk-hint">${content.notice}</p>
      ${content.nations.map(
        (nation) => html`<h2 class="govuk-heading-m">${nation.title}</h2>
          <ul class="govuk-list app-numbers">
            ${nation.services.map((service) => serviceItem(service, content.unconfirmed))}
          </ul>`,
      )}`,
  });
}

function serviceItem(service: Service, unconfirmed: string): TemplateResult {
  return html`<li class="app-numbers__item">
    <h3 class="govuk-heading-s app-numbers__name">${service.service}</h3>
    <p class="app-numbers__number">${kindWord(service.kind)} ${numberLink(service)}</p>
    <p class="govuk-hint app-numbers__note">
      ${service.hours}.
      ${service.note === undefined ? nothing : html`${service.note} `}${service.checkedOn === null
        ? unconfirmed
        : fill(words.emergency.checkedOn, { date: longDate(service.checkedOn) })}
    </p>
  </li>`;
}

function kindWord(kind: string): string {
  return kind === 'text' || kind === 'relay' || kind === 'video' ? words.emergency[kind] : words.emergency.call;
}

/** Only what a phone can dial or text is a link. */
function numberLink(service: Service): TemplateResult {
  const digits = service.number.replace(/\s/g, '');
  const scheme = service.kind === 'text' ? 'sms' : 'tel';
  if (!/^\d+$/.test(digits)) return html`<strong>${service.number}</strong>`;
  return html`<a class="govuk-link" href="${scheme}:${digits}">${service.number}</a>`;
}
