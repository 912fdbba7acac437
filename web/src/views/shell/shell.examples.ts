/** Example states of what any page may say above its own, and of the advice for each platform. */
import choices from '../../../../core/content/choices.json';
import emergency from '../../../../core/content/emergency.json';
import errors from '../../../../core/content/errors.json';
import { initialState, type AppState, type LoadedContent, type Platform } from '../../state/model.ts';
import { HOME, type Route } from '../../state/routes.ts';
import { NO_TEAM, type SyncStatus, type TeamStatus, type TeamView } from '../../state/team.ts';

const STATUS = { state: 'member', deviceId: '1'.repeat(32), isAdministrator: false, wordsConfirmed: true } as unknown as TeamStatus;
const SYNC = {
  isRunning: false, phase: 'idle', done: 0, total: 0, deviceCount: 3, sentCount: 1, confirmedCount: 9, draftCount: 1, notTakenCount: 0, refusedCount: 0, waitingCount: 0, isClockWrong: false,
} as unknown as SyncStatus;
const TEAM: TeamView = { ...NO_TEAM, status: STATUS, sync: SYNC, lastConfirmedMs: Date.UTC(2026, 10, 20) };
const ARRIVING: TeamView = { ...TEAM, isSyncing: true, sync: { ...SYNC, isRunning: true, phase: 'fetching', done: 310, total: 2000 } };
const LIST = {
  ...initialState('Notebook', HOME, '2026-11-22', {}).list, isLoaded: true, totalCount: 310,
  rows: [{ caseId: 'c'.repeat(32), victimName: 'Siân Alder', reference: 'NM-7', isOpen: true, progress: 'sent', draftCount: 0, conflictCount: 0 }],
} as unknown as AppState['list'];

function example(name: string, change: Partial<AppState>, route: Route = HOME): { readonly name: string; readonly state: AppState } {
  const state = initialState('Notebook', route, '2026-11-22', { choices, errors, emergency } as unknown as LoadedContent);
  return { name, state: { ...state, phase: { kind: 'open' }, list: { ...state.list, isLoaded: true }, ...change } };
}

const device = (platform: Platform): Partial<AppState> => ({ team: TEAM, device: { platform, isPersistent: false, usageBytes: 1_000_000, quotaBytes: 12_000_000_000 } });

export const shellExamples = [
  example('update-ready', { update: 'ready' }),
  example('update-syncing', { update: 'ready', team: { ...TEAM, isSyncing: true } }),
  example('update-unsaved', { update: 'ready', save: { kind: 'failed', code: 'full' } }),
  example('update-elsewhere', { update: 'ready', phase: { kind: 'other-window', isMoving: false } }),
  example('update-failed', { update: 'failed' }),
  example('reminder-team', { team: { ...TEAM, isUnsentOld: true } }),
  example('reminder-alone', { team: { ...NO_TEAM, isUnsentOld: true } }),
  example('cases-arriving-first', { team: ARRIVING }),
  example('cases-arriving', { team: ARRIVING, list: LIST }),
  example('escrow-news', { team: { ...TEAM, escrow: { hasKey: true, isHeld: true, isNews: true } } }),
  ...(['ios-installed', 'ios-browser', 'firefox', 'chromium'] as const).map((platform) => example(`storage-${platform}`, device(platform), { name: 'storage' })),
];
