/** What waits, what was sent, what is confirmed; a run of sync with its progress; why it did not go through, and a way on. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AppState } from '../../state/model.ts';
import { hashOf } from '../../state/routes.ts';
import { hasOfficeDevice, isInTeam, type SyncStatus, type TeamView } from '../../state/team.ts';
import type { Actions } from '../actions.ts';
import { counted, fill, words } from '../../app/words.en.ts';
import { HOME } from '../../state/routes.ts';
import { button, buttonLink } from '../../components/button/button.ts';
import type { Part } from '../../components/control.ts';
import { details } from '../../components/details/details.ts';
import { summaryList, type SummaryRow } from '../../components/summary-list/summary-list.ts';
import { dayAndTime, dayOf } from '../moment.ts';
import { noticeOf, problemSummary } from '../problem.ts';
import { page } from '../shell/shell.ts';
import { shareOffer } from '../sharing.ts';
import { itemsSection } from './items.ts';
import { isToldWithRecords, refusedSection } from './refused.ts';

export function syncView(state: AppState, actions: Actions): TemplateResult {
  const { team } = state;
  return page(state, actions, {
    heading: words.sync.title,
    back: HOME,
    backText: words.shell.list,
    above: state.problem === undefined ? nothing : problemSummary(state, state.problem),
    body: html`${isInTeam(team) ? runSection(state, actions) : html`<p class="govuk-body-l">${words.sync.aloneText}</p>
          <p class="govuk-body"><a class="govuk-link app-lead-link" href=${hashOf({ name: 'team' })}>${words.team.join}</a></p>`}
      ${refusedSection(state)}
      ${team.sync === undefined ? nothing : html`${clockNotice(team.sync)} ${countsSection(team, team.sync, actions)}`} ${shareOffer(state, actions)} ${meaningSection(team)}
      ${itemsSection(state, actions)}`,
  });
}

function runSection(state: AppState, actions: Actions): TemplateResult {
  const { team } = state;
  const text = words.sync;
  const isWaiting = team.status?.state === 'waiting';
  const hasFailed = !team.isSyncing && problemOf(team) !== undefined;
  return html`${isWaiting
      ? html`<div class="govuk-inset-text"><p class="govuk-body">${text.waitingText}</p>${buttonLink(text.toJoin, hashOf({ name: 'join' }), 'secondary')}</div>`
      : nothing}
    ${isToldWithRecords(state, problemOf(team)) ? nothing : syncProblem(state, becomeAnother(team))}
    <p class="govuk-body" role="status" id="sync-state">${stateText(team)}</p>
    ${progressBar(team)}
    ${team.isSyncing
      ? button({ text: text.stop, kind: 'secondary', onPress: actions.cancelSync, id: 'sync-button' })
      : button({ text: hasFailed ? text.again : text.now, onPress: actions.syncNow, id: 'sync-button' })}`;
}

/** Words of the phase only: counts change too often to be read aloud. */
function stateText(team: TeamView): string {
  const text = words.sync;
  if (team.isSyncing) return text.phases[team.sync?.phase ?? 'idle'];
  if (problemOf(team) !== undefined) return text.idle;
  return team.sync?.lastSyncedMs === undefined ? text.never : text.done;
}

function progressBar(team: TeamView): Part {
  const { sync } = team;
  if (!team.isSyncing) return nothing;
  if (sync === undefined || sync.total === 0) return html`<progress class="app-progress" aria-label=${words.sync.stateTitle}></progress>`;
  return html`<progress class="app-progress" aria-label=${words.sync.stateTitle} max=${sync.total} value=${sync.done}></progress>
    <p class="govuk-body-s" aria-hidden="true">${fill(words.sync.progress, { done: sync.done, total: sync.total })}</p>`;
}

function problemOf(team: TeamView): string | undefined {
  return team.syncError?.code ?? team.sync?.problem;
}

/** Why the last run ended early. Not an error of the page: what was recorded is where it was. */
export function syncProblem(state: AppState, action: Part = nothing): Part {
  const code = problemOf(state.team);
  if (code === undefined || state.team.isSyncing) return nothing;
  const notice = noticeOf(state, code);
  if (notice === undefined) return nothing;
  return html`<div class="govuk-inset-text app-sync-problem" id="sync-problem">
    <h2 class="govuk-heading-s">${notice.title}</h2>
    <p class="govuk-body">${notice.text}</p>
    <p class="govuk-body">${notice.wayOn}</p>
    ${action}
  </div>`;
}

/** A device that went on in two places becomes another one by a change of its keys. */
function becomeAnother(team: TeamView): Part {
  return problemOf(team) === 'fork' ? buttonLink(words.keys.change, hashOf({ name: 'keys' }), 'secondary') : nothing;
}

/** The same where nothing else on the page tries again. */
export function syncProblemWithRetry(state: AppState, actions: Actions): Part {
  return syncProblem(state, button({ text: words.sync.again, kind: 'secondary', onPress: actions.syncNow }));
}

function clockNotice(sync: SyncStatus): Part {
  if (!sync.isClockWrong) return nothing;
  const text = words.sync;
  const { clockAheadMs, clockBehindMs } = sync;
  const sentence = clockAheadMs === undefined ? fill(text.clockBehind, { time: roughTime(clockBehindMs ?? 0) }) : fill(text.clockAhead, { time: roughTime(clockAheadMs) });
  return html`<div class="govuk-inset-text">
    <h2 class="govuk-heading-s">${text.clockTitle}</h2>
    <p class="govuk-body">${sentence}</p>
    <p class="govuk-body">${text.clockWayOn}</p>
  </div>`;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function roughTime(ms: number): string {
  if (ms >= 2 * DAY_MS) return counted(words.sync.days, Math.round(ms / DAY_MS));
  if (ms >= 2 * HOUR_MS) return counted(words.sync.hours, Math.round(ms / HOUR_MS));
  return counted(words.sync.minutes, Math.max(1, Math.round(ms / MINUTE_MS)));
}

function countsSection(team: TeamView, sync: SyncStatus, actions: Actions): TemplateResult {
  const text = words.sync;
  const show = (list: 'device' | 'sent' | 'confirmed', count: number): Pick<SummaryRow, 'action'> =>
    count === 0 ? {} : { action: { text: text.show, onPress: () => actions.showItems(list) } };
  const rows: readonly SummaryRow[] = [
    { key: text.device, value: counted(text.records, sync.deviceCount), ...show('device', sync.deviceCount) },
    { key: text.drafts, value: sync.draftCount === 0 ? counted(text.forms, 0) : [counted(text.forms, sync.draftCount), text.draftsHint] },
    ...(isInTeam(team)
      ? [
          { key: text.sent, value: counted(text.records, sync.sentCount), ...show('sent', sync.sentCount) },
          { key: text.confirmed, value: counted(text.records, sync.confirmedCount), ...show('confirmed', sync.confirmedCount) },
        ]
      : []),
    ...(sync.oldestUnsentMs === undefined ? [] : [{ key: text.oldest, value: dayOf(sync.oldestUnsentMs) }]),
    ...(isInTeam(team) ? [{ key: text.last, value: sync.lastSyncedMs === undefined ? text.never : dayAndTime(sync.lastSyncedMs) }] : []),
  ];
  return html`<h2 class="govuk-heading-m">${text.countsTitle}</h2>
    ${summaryList({ rows, emptyText: words.shell.notRecorded })}
    ${sync.waitingCount === 0 ? nothing : html`<p class="govuk-body">${counted(text.waiting, sync.waitingCount)}</p>`}
    ${sync.refusedCount === 0 ? nothing : html`<div class="govuk-inset-text">${counted(text.refused, sync.refusedCount)}</div>`}`;
}

/** Says honestly what stands behind "confirmed" in this team. */
function meaningSection(team: TeamView): Part {
  if (team.status?.state !== 'member') return nothing;
  const text = words.sync;
  const hasColleague = team.devices.some((device) => device.personId !== team.status?.personId);
  const honest = hasOfficeDevice(team) ? undefined : hasColleague ? text.noOffice : text.noColleague;
  const [onDevice = '', sent = '', confirmed = ''] = text.meaning;
  const lines = [onDevice, sent, hasOfficeDevice(team) ? confirmed : text.meaningNoOffice];
  return html`${honest === undefined ? nothing : html`<p class="govuk-body">${honest}</p>`}
  ${details(text.meaningTitle, html`<ul class="govuk-list govuk-list--bullet">${lines.map((line) => html`<li>${line}</li>`)}</ul>`)}`;
}
