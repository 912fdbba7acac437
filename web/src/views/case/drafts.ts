import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { DOCUMENT_TYPES, shownFields, unfinishedOf, type CaseFile, type StoredDraft, type UnfinishedDocument } from '../../state/case-file.ts';
import { isInTeam } from '../../state/team.ts';
import type { Actions } from '../actions.ts';
import { textOf } from '../../state/json.ts';
import { fill, words } from '../../app/words.en.ts';
import { longDate } from '../../app/dates.ts';
import { routeOfDraft } from '../../app/forms.ts';
import { civilDate, clockTime } from '../../platform/clock.ts';
import type { Part } from '../../components/control.ts';
import { hashOf, type Route } from '../../state/routes.ts';
import { recordFoot } from '../progress.ts';
import { shareButton } from '../sharing.ts';
import { choiceLabel, datedText, priorAreaTitle } from '../words.ts';

/** Forms begun and not finished, each with the way to go on and the way to throw it away, and those that were shared. */
export function draftsSection(state: AppState, actions: Actions, file: CaseFile): Part {
  const items = file.drafts
    .map((draft) => ({ draft, route: routeOfDraft(file, draft) }))
    .filter((item): item is { draft: StoredDraft; route: Route } => item.route !== undefined);
  return html`${items.length === 0
    ? nothing
    : html`<h2 class="govuk-heading-m">${words.case.draftsTitle}</h2>
        <p class="govuk-body">${words.case.draftsText}</p>
        <ul class="app-drafts">
          ${items.map((item) => draftItem(state, actions, file, item.draft, item.route))}
        </ul>`}
  ${sharedSection(state, file)}`;
}

function draftItem(state: AppState, actions: Actions, file: CaseFile, draft: StoredDraft, route: Route): TemplateResult {
  const name = draftName(state, file, draft);
  const saved = `${longDate(civilDate(draft.savedMs))}, ${clockTime(draft.savedMs)}`;
  return html`<li class="app-drafts__item">
    <a class="govuk-link govuk-!-font-weight-bold" href=${hashOf(route)}>${name}</a>
    <span class="app-drafts__saved">${fill(words.case.savedAt, { date: saved })}</span>
    ${DOCUMENT_TYPES.includes(draft.type) && isInTeam(state.team) ? shareButton(state, actions, draft.recordId, name) : nothing}
    <a class="govuk-link" href=${hashOf({ name: 'discard', caseId: file.caseId, recordId: draft.recordId })}
      >${words.case.throwAway}<span class="govuk-visually-hidden"> ${name}</span></a
    >
  </li>`;
}

/** What a colleague, or this worker, gave to the team before it was finished. */
function sharedSection(state: AppState, file: CaseFile): Part {
  const shared = DOCUMENT_TYPES.flatMap((type) => unfinishedOf(file, type)).filter(({ record }) => record !== undefined);
  if (shared.length === 0) return nothing;
  return html`<h2 class="govuk-heading-m">${words.sharing.title}</h2>
    <p class="govuk-body">${words.sharing.text}</p>
    <ul class="app-drafts">
      ${shared.map((each) => sharedItem(state, file, each))}
    </ul>`;
}

function sharedItem(state: AppState, file: CaseFile, { recordId, type, record }: UnfinishedDocument): TemplateResult {
  const name = words.draftNames[type as keyof typeof words.draftNames];
  const route = routeOfDraft(file, { caseId: file.caseId, recordId, type });
  if (record === undefined || route === undefined) return html``;
  return html`<li class="app-drafts__item">
    <a class="govuk-link govuk-!-font-weight-bold" href=${hashOf(route)}>${name}</a>
    ${recordFoot(state, record, file.caseId, name)}
    <a class="govuk-link" href=${hashOf({ name: 'remove', caseId: file.caseId, recordId })}
      >${words.case.remove}<span class="govuk-visually-hidden"> ${name}</span></a
    >
  </li>`;
}

function draftName(state: AppState, file: CaseFile, draft: StoredDraft): string {
  const fields = shownFields(file, draft.recordId);
  const kind = words.draftNames[draft.type as keyof typeof words.draftNames] ?? words.case.draftsTitle;
  const detail: Readonly<Record<string, string>> = {
    party: textOf(shownFields(file, textOf(fields['person']))['name']),
    person: textOf(fields['name']),
    incident: [datedText(fields['occurred']), choiceLabel(state, 'incidentType', fields['incidentType'])].filter((text) => text !== '').join(', '),
    prior_marac: priorAreaTitle(state, fields),
  };
  const text = detail[draft.type] ?? '';
  return text === '' ? kind : `${kind}: ${text}`;
}
