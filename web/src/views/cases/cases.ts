/** The list of cases with search by the beginning of a name. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState, BegunCase, CaseRow } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { counted, fill, words } from '../../app/words.en.ts';
import { longDate } from '../../app/dates.ts';
import { civilDate, clockTime } from '../../platform/clock.ts';
import type { Part } from '../../components/control.ts';
import { hashOf } from '../../state/routes.ts';
import { button } from '../../components/button/button.ts';
import { tag } from '../../components/tag/tag.ts';
import { textInput } from '../../components/text-input/text-input.ts';
import { page } from '../shell/shell.ts';
import { problemSummary } from '../problem.ts';
import { progressTag } from '../progress.ts';
import { isOnlyRead } from '../../state/reading.ts';
import { isArriving, isInTeam } from '../../state/team.ts';

export function casesView(state: AppState, actions: Actions): TemplateResult {
  const { list } = state;
  const isEmpty = list.isLoaded && list.rows.length === 0 && list.searched.trim() === '';
  const isSearching = list.search.trim() !== '';
  /* The button stays one and the same, in one place, while the list arrives: a touch in between is not lost. */
  const isBare = isEmpty && !isSearching && list.begun.length === 0;
  return page(state, actions, {
    heading: words.list.title,
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`${isOnlyRead(state.reading) ? nothing : button({ text: words.list.add, onPress: actions.newCase })}
    ${arrivingNote(state)} ${begunSection(state)} ${differsLink(state)}
    ${isBare
      ? isArriving(state.team) ? nothing : html`<h2 class="govuk-heading-m">${words.list.emptyTitle}</h2>
          ${isOnlyRead(state.reading) ? nothing : html`<p class="govuk-body">${words.list.emptyText}</p>`}`
      : html`${searchBox(state, actions)}
          <p class="govuk-body" role="status">${countText(state)}</p>
          ${list.rows.length === 0 ? nothing : html`<ul class="app-cases">
            ${list.rows.map((row) => caseItem(row, isInTeam(state.team)))}
          </ul>`}
          ${list.next === undefined ? nothing : button({ text: words.list.more, kind: 'secondary', onPress: actions.showMore })}`}`,
  });
}

/** A device that is new in its team: an empty list is not all there is, and what is there can be used. */
function arrivingNote({ team }: AppState): Part {
  if (!isArriving(team)) return nothing;
  return html`<div class="govuk-inset-text">
    <p class="govuk-body" role="status">${words.list.arriving}</p>
    <progress class="app-progress" aria-label=${words.sync.phases.fetching} max=${team.sync?.total ?? 1} value=${team.sync?.done ?? 0}></progress>
  </div>`;
}

/** The way to everything that differs, where something does. */
function differsLink(state: AppState): Part {
  const count = state.list.rows.filter((row) => row.conflictCount > 0).length;
  if (count === 0) return nothing;
  return html`<p class="govuk-body"><a class="govuk-link" href=${hashOf({ name: 'conflicts' })}>${counted(words.conflicts.inboxLink, count)}</a></p>`;
}

/** Somebody began a case and was interrupted: it goes on where it stopped. */
function begunSection(state: AppState): Part {
  const { begun } = state.list;
  if (begun.length === 0) return nothing;
  return html`<h2 class="govuk-heading-m">${words.list.begunTitle}</h2>
    <ul class="app-drafts">
      ${begun.map((each) => begunItem(each))}
    </ul>`;
}

function begunItem(each: BegunCase): TemplateResult {
  const name = each.name === '' ? words.list.noName : each.name;
  const saved = `${longDate(civilDate(each.savedMs))}, ${clockTime(each.savedMs)}`;
  return html`<li class="app-drafts__item">
    <a class="govuk-link govuk-!-font-weight-bold" href=${hashOf({ name: 'case-new', caseId: each.caseId })}>${name}</a>
    <span class="app-drafts__saved">${fill(words.case.savedAt, { date: saved })}</span>
    <a class="govuk-link" href=${hashOf({ name: 'discard', caseId: each.caseId, recordId: each.caseId })}
      >${words.case.throwAway}<span class="govuk-visually-hidden"> ${name}</span></a
    >
  </li>`;
}

function searchBox(state: AppState, actions: Actions): TemplateResult {
  return html`<div role="search">
    ${textInput({
      id: 'case-search',
      label: words.list.search,
      hint: words.list.searchHint,
      value: state.list.search,
      inputMode: 'search',
      onInput: actions.search,
    })}
  </div>`;
}

function countText(state: AppState): string {
  const { list } = state;
  if (!list.isLoaded) return words.shell.loading;
  if (list.rows.length === 0) return words.list.noneFound;
  return counted(words.list.count, list.totalCount);
}

function caseItem(row: CaseRow, hasTeam: boolean): TemplateResult {
  const facts = [
    row.reference === '' ? '' : `${words.list.reference} ${row.reference}`,
    row.nextReviewOn === undefined ? words.list.noReview : fill(words.list.review, { date: longDate(row.nextReviewOn) }),
  ];
  return html`<li class="app-cases__item">
    <h2 class="govuk-heading-s app-cases__name">
      <a class="govuk-link" href=${hashOf({ name: 'case', caseId: row.caseId })}>${row.victimName === '' ? words.list.noName : row.victimName}</a>
    </h2>
    <p class="govuk-body-s app-cases__facts">${facts.filter((fact) => fact !== '').join(' · ')}</p>
    ${row.draftCount === 0 && row.status !== 'closed' && !hasTeam
      ? nothing
      : html`<p class="app-cases__tags">
          ${hasTeam ? progressTag(row.progress) : nothing}
          ${row.conflictCount > 0 ? tag(counted(words.progress.conflicts, row.conflictCount), 'orange') : nothing}
          ${row.draftCount === 0 ? nothing : tag(counted(words.list.drafts, row.draftCount), 'yellow')}
          ${row.status === 'closed' ? tag(words.list.closed, 'grey') : nothing}
        </p>`}
  </li>`;
}

