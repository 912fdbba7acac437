/** Where the records are, whether the browser keeps them, and a check of all of them. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import type { Actions } from '../actions.ts';
import { counted, words } from '../../app/words.en.ts';
import { longDate, readableSize } from '../../app/dates.ts';
import { civilDate } from '../../platform/clock.ts';
import { HOME, hashOf } from '../../state/routes.ts';
import { isInTeam, type TeamView } from '../../state/team.ts';
import { button } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { summaryList, type SummaryRow } from '../../components/summary-list/summary-list.ts';
import { page } from '../shell/shell.ts';
import { storageLinks } from './links.ts';
import { problemSummary } from '../problem.ts';

export function storageView(state: AppState, actions: Actions): TemplateResult {
  const text = words.storage;
  const isKept = state.device.isPersistent === true;
  return page(state, actions, {
    heading: text.title,
    back: HOME,
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`<h2 class="govuk-heading-m">${text.safeTitle}</h2>
      ${isInTeam(state.team)
        ? html`<p class="govuk-body">${text.teamText}</p>
            <p class="govuk-body"><a class="govuk-link app-lead-link" href=${hashOf({ name: 'sync' })}>${text.toSync}</a></p>`
        : html`<p class="govuk-body">${text.safeText}</p>`}
      ${summaryList({ rows: [...deviceRows(state), ...storeRows(state)], emptyText: words.shell.notRecorded })}
      <h2 class="govuk-heading-m">${text.adviceTitle}</h2>
      <p class="govuk-body" id="advice">${text.advice[state.device.platform ?? 'other']}</p>
      ${isKept ? nothing : button({ text: text.ask, kind: 'secondary', onPress: actions.askForPersistence })}
      <h2 class="govuk-heading-m">${words.locks.title}</h2>
      <p class="govuk-body"><a class="govuk-link app-lead-link" href=${hashOf({ name: 'locks' })}>${words.locks.link}</a></p>
      ${storageLinks()}
      <h2 class="govuk-heading-m">${text.check}</h2>
      <div role="status">${checkResult(state)}</div>
      ${button({
        text: state.storageCheck === 'running' ? text.checking : text.check,
        kind: 'secondary',
        onPress: actions.checkStorage,
        isWaiting: state.storageCheck === 'running',
      })}
      <h2 class="govuk-heading-m">${words.support.title}</h2>
      <p class="govuk-body"><a class="govuk-link app-lead-link" href=${hashOf({ name: 'support' })}>${words.support.link}</a></p>`,
  });
}

function deviceRows(state: AppState): readonly SummaryRow[] {
  const text = words.storage;
  const { isPersistent, usageBytes, quotaBytes } = state.device;
  const promise = isPersistent === undefined ? text.persistentUnknown : isPersistent ? text.persistentYes : text.persistentNo;
  return [
    { key: text.persistent, value: promise },
    ...(usageBytes === undefined ? [] : [{ key: text.used, value: readableSize(usageBytes) }]),
    ...(usageBytes === undefined || quotaBytes === undefined ? [] : [{ key: text.free, value: readableSize(Math.max(0, quotaBytes - usageBytes)) }]),
  ];
}

function storeRows(state: AppState): readonly SummaryRow[] {
  const { storage, team } = state;
  const { sync } = team;
  const text = words.storage;
  const records = (key: string, count: number): SummaryRow => ({ key, value: counted(text.unsentValue, count) });
  return [
    ...(sync === undefined ? [] : [records(text.unsent, sync.deviceCount)]),
    ...(sync?.oldestUnsentMs === undefined ? [] : [{ key: text.oldest, value: longDate(civilDate(sync.oldestUnsentMs)) }]),
    ...(sync === undefined || !isInTeam(team) ? [] : [records(text.sent, sync.sentCount), records(text.confirmed, sync.confirmedCount), lastConfirmed(team)]),
    ...(sync === undefined ? [] : [{ key: text.drafts, value: String(sync.draftCount) }]),
    ...(storage === undefined ? [] : [{ key: text.device, value: storage.deviceId.slice(0, 8) }]),
  ];
}

function lastConfirmed({ lastConfirmedMs }: TeamView): SummaryRow {
  const text = words.storage;
  return { key: text.lastConfirmed, value: lastConfirmedMs === undefined ? text.noneConfirmed : longDate(civilDate(lastConfirmedMs)) };
}

function checkResult(state: AppState): Part {
  const check = state.storageCheck;
  if (check === undefined || check === 'running') return nothing;
  const isGood = check.pagesGood && check.rebuiltEqual;
  return html`<p class="govuk-body${isGood ? '' : ' govuk-!-font-weight-bold'}">${isGood ? words.storage.checkGood : words.storage.checkBad}</p>`;
}
