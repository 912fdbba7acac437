/** Giving the team what is not finished: one touch beside a draft, and the offer after a sync. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { UnsharedDraft } from '../protocol/protocol.gen.ts';
import type { AppState } from '../state/model.ts';
import { isInTeam } from '../state/team.ts';
import type { Actions } from './actions.ts';
import { fill, words } from '../app/words.en.ts';
import { hashOf } from '../state/routes.ts';
import type { Part } from '../components/control.ts';
import { dayAndTime } from './moment.ts';

export function shareButton(state: AppState, actions: Actions, recordId: string, name: string): TemplateResult {
  return html`<button type="button" class="app-link-button" aria-disabled=${state.isBusy ? 'true' : 'false'} @click=${() => actions.shareDraft(recordId)}>
    ${words.sharing.button}<span class="govuk-visually-hidden"> ${name}</span>
  </button>`;
}

/** Drafts of documents that only this device has: what happens to it happens to them. */
export function shareOffer(state: AppState, actions: Actions): Part {
  const { unshared } = state.team;
  if (!isInTeam(state.team) || unshared.length === 0) return nothing;
  return html`<h2 class="govuk-heading-m">${words.sharing.offerTitle}</h2>
    <p class="govuk-body">${words.sharing.offerText}</p>
    <ul class="app-drafts" id="share-offer">
      ${unshared.map((draft) => offerItem(state, actions, draft))}
    </ul>`;
}

function offerItem(state: AppState, actions: Actions, draft: UnsharedDraft): TemplateResult {
  const kind = words.draftNames[draft.type as keyof typeof words.draftNames];
  const name = fill(words.sharing.of, { kind, name: draft.victimName === '' ? words.list.noName : draft.victimName });
  return html`<li class="app-drafts__item">
    <a class="govuk-link govuk-!-font-weight-bold" href=${hashOf({ name: 'case', caseId: draft.caseId })}>${name}</a>
    <span class="app-drafts__saved">${fill(words.case.savedAt, { date: dayAndTime(draft.savedMs) })}</span>
    ${shareButton(state, actions, draft.recordId, name)}
  </li>`;
}
