/** Records by how far they got, newest first, each with the way to its case. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { hashOf } from '../../state/routes.ts';
import type { SyncItem } from '../../state/team.ts';
import type { Actions } from '../actions.ts';
import { fill, words } from '../../app/words.en.ts';
import { button } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { dayAndTime } from '../moment.ts';
import { progressTag } from '../progress.ts';

export function itemsSection(state: AppState, actions: Actions): Part {
  const { items } = state.team;
  /* Nobody asked for an empty list. */
  if (items === undefined || (items.state === 'device' && items.rows.length === 0)) return nothing;
  return html`<h2 class="govuk-heading-m" id="sync-list">${words.sync.listTitle[items.state]}</h2>
    <div role="status">${items.rows.length === 0 ? html`<p class="govuk-body">${words.sync.listEmpty}</p>` : nothing}</div>
    ${items.rows.length === 0
      ? nothing
      : html`<ul class="app-drafts">
          ${items.rows.map((item) => itemRow(item))}
        </ul>`}
    ${items.next === undefined ? nothing : button({ text: words.sync.more, kind: 'secondary', onPress: actions.showMoreItems })}`;
}

export function itemText(item: SyncItem): string {
  const types: Readonly<Record<string, string>> = words.sync.recordTypes;
  return fill(words.sync.item, { type: types[item.type] ?? words.sync.otherType, date: dayAndTime(item.changedMs) });
}

function itemRow(item: SyncItem): TemplateResult {
  return html`<li class="app-drafts__item">
    <a class="govuk-link" href=${hashOf({ name: 'case', caseId: item.caseId })}>${itemText(item)}</a>
    ${progressTag(item.state)}
  </li>`;
}
