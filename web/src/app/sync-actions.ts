/** Runs of sync: when they begin by themselves, what the screens learn from them, and how they are stopped. */
import type { AppState } from '../state/model.ts';
import { isOnlyRead } from '../state/reading.ts';
import { isArriving, isInTeam } from '../state/team.ts';
import type { Actions } from '../views/actions.ts';
import { fairIndex } from '../platform/random.ts';
import { createAutoSync, type RunResult } from './auto-sync.ts';
import type { AppContext } from './context.ts';
import { showProblem } from './context.ts';
import type { Navigator } from './navigation.ts';
import type { TeamData } from './team-data.ts';

export interface SyncControl extends Pick<Actions, 'syncNow' | 'cancelSync' | 'showItems' | 'showMoreItems'> {
  /** A command of this name went through. */
  readonly noticed: (command: string) => void;
  /** The vault has somebody to sync with from now on. */
  readonly beginSync: () => void;
  readonly cameOnline: () => void;
}

/** Commands that leave something to send. */
const TO_SEND = new Set([
  'draft.commit', 'draft.share', 'record.change', 'document.complete', 'criteria.record', 'conflict.resolve', 'enrol.confirm', 'invite.begin',
  'invite.confirm', 'invite.withdraw',
]);
/** Commands after which the numbers of unsent work differ. */
const CHANGES_NUMBERS = new Set([...TO_SEND, 'draft.save', 'draft.discard', 'document.begin']);
const NUMBERS_PAUSE_MS = 500;
const RANDOM_STEPS = 1000;
/** While a run brings much, the page in view is read again so often: what has arrived can be worked with. */
export const ARRIVED_PAUSE_MS = 2_000;
/** Invitations that go on when another device does something. */
const OPEN_INVITES = new Set(['new', 'offered', 'asked', 'confirmed']);

type Timer = (ms: number, run: () => void) => () => void;

export function createSyncControl(context: AppContext, navigator: Navigator, data: TeamData, setTimer: Timer): SyncControl {
  const { store, core, platform } = context;
  const auto = createAutoSync({ nowMs: platform.nowMs, setTimer, isOnline: platform.isOnline, run, random: () => fairIndex(RANDOM_STEPS) / RANDOM_STEPS });
  let isOpen = false;
  let stopNumbers: (() => void) | undefined;
  let stopArrived: (() => void) | undefined;

  async function run(): Promise<RunResult> {
    store.dispatch({ kind: 'team', change: { isSyncing: true, syncError: undefined } });
    const outcome = await core.sync(platform.nowMs());
    if (store.state().phase.kind !== 'open') return { end: 'cancelled', waitMs: 0 };
    store.dispatch({ kind: 'team', change: outcome.ok ? { isSyncing: false, sync: outcome.value } : { isSyncing: false, syncError: outcome.error } });
    clearArrived();
    await data.load(['status', 'sync', 'age', 'escrow', 'unshared']);
    await navigator.refresh();
    /* Joining was given up: nobody is left to sync with. */
    if (!isInTeam(store.state().team)) auto.end();
    if (!outcome.ok) return { end: 'failed', waitMs: 0 };
    const { problem, retryAfterS } = outcome.value;
    const end = problem === undefined ? 'done' : problem === 'cancelled' ? 'cancelled' : 'failed';
    return { end, waitMs: 1000 * (retryAfterS ?? 0) };
  }

  async function opened(): Promise<void> {
    store.dispatch({ kind: 'join', change: { hub: platform.origin() } });
    await data.load(['status', 'sync', 'age', 'escrow']);
    if (isInTeam(store.state().team) && !isOnlyRead(store.state().reading)) auto.begin();
  }

  function follow(state: AppState): void {
    const isNowOpen = state.phase.kind === 'open';
    if (isNowOpen && !isOpen) {
      isOpen = true;
      void opened();
    } else if (!isNowOpen && isOpen) {
      isOpen = false;
      stopNumbers?.();
      stopNumbers = undefined;
      clearArrived();
      auto.end();
    }
    auto.watch(isNowOpen && isWaited(state));
  }

  function numbersSoon(): void {
    stopNumbers ??= setTimer(NUMBERS_PAUSE_MS, () => {
      stopNumbers = undefined;
      void data.load(['sync', 'age']);
    });
  }

  /** The next reading waits until the one before has ended, so a slow device is not asked ever more. */
  function arrivedSoon(): void {
    stopArrived ??= setTimer(ARRIVED_PAUSE_MS, () => {
      void navigator.refresh().finally(() => {
        stopArrived = undefined;
      });
    });
  }

  function clearArrived(): void {
    stopArrived?.();
    stopArrived = undefined;
  }

  store.subscribe(follow);
  core.onSync((sync) => {
    store.dispatch({ kind: 'team', change: { sync } });
    if (isArriving(store.state().team)) arrivedSoon();
  });

  async function showItems(load: Promise<unknown>): Promise<void> {
    const error = (await load) as Parameters<typeof showProblem>[1] | undefined;
    if (error !== undefined) showProblem(context, error);
  }

  return {
    syncNow: auto.press,
    cancelSync: () => core.cancelSync(),
    showItems: (state) => void showItems(data.loadItems(state)),
    showMoreItems() {
      const { items } = store.state().team;
      if (items?.next !== undefined) void showItems(data.loadItems(items.state, items.next));
    },
    noticed(command) {
      if (TO_SEND.has(command)) auto.changed();
      if (CHANGES_NUMBERS.has(command)) numbersSoon();
    },
    beginSync() {
      auto.begin();
      auto.press();
    },
    cameOnline: auto.cameOnline,
  };
}

/** Somebody looks at a screen that goes on when another device does something. */
function isWaited({ route, team }: AppState): boolean {
  if (route.name === 'join') return team.status?.state === 'waiting';
  if (route.name === 'invitation') return team.invites.some((invite) => invite.inviteId === route.inviteId && OPEN_INVITES.has(invite.state));
  return route.name === 'team' && team.invites.some((invite) => OPEN_INVITES.has(invite.state));
}
