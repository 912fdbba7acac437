/**
 * When a run of sync begins by itself: after unlocking, a little after a save, when the network is back, and again and again
 * while somebody waits for another device. One run at a time; after failures less and less often. Knows no clock but its ports.
 */
export type RunEnd = 'done' | 'failed' | 'cancelled';

export interface AutoSyncPorts {
  readonly nowMs: () => number;
  readonly setTimer: (ms: number, run: () => void) => () => void;
  /** What the browser believes; a person's press tries all the same. */
  readonly isOnline: () => boolean;
  /** One run, to its end. */
  readonly run: () => Promise<RunEnd>;
}

export interface AutoSync {
  /** The vault is open and has somebody to sync with. */
  readonly begin: () => void;
  /** The vault is locked: nothing more begins. */
  readonly end: () => void;
  /** Something that travels was saved. */
  readonly changed: () => void;
  readonly cameOnline: () => void;
  readonly press: () => void;
  /** Somebody waits on a screen for another device. */
  readonly watch: (isWatching: boolean) => void;
}

/** After a save, so that a page typed in one go travels in one go. */
export const SAVE_PAUSE_MS = 3_000;
/** Somebody who types without a pause is not waited for longer. */
export const SAVE_PAUSE_MS_MAX = 15_000;
export const WATCH_PAUSE_MS = 4_000;
export const BACK_OFF_MS: readonly number[] = [10_000, 30_000, 120_000, 600_000];

export function createAutoSync(ports: AutoSyncPorts): AutoSync {
  let isActive = false;
  let isRunning = false;
  let isWatching = false;
  let isWantedAgain = false;
  let failureCount = 0;
  let firstChangeMs: number | undefined;
  let stopTimer: (() => void) | undefined;

  function plan(ms: number): void {
    stopTimer?.();
    stopTimer = ports.setTimer(ms, () => {
      stopTimer = undefined;
      if (ports.isOnline()) void run();
    });
  }

  function clearPlan(): void {
    stopTimer?.();
    stopTimer = undefined;
  }

  async function run(): Promise<void> {
    if (!isActive) return;
    if (isRunning) {
      isWantedAgain = true;
      return;
    }
    clearPlan();
    isRunning = true;
    isWantedAgain = false;
    firstChangeMs = undefined;
    const end = await ports.run();
    isRunning = false;
    if (!isActive) return;
    failureCount = end === 'failed' ? failureCount + 1 : 0;
    planNext(end);
  }

  function planNext(end: RunEnd): void {
    const backOff = BACK_OFF_MS[Math.min(failureCount, BACK_OFF_MS.length) - 1] ?? 0;
    if (isWatching) plan(end === 'failed' ? (BACK_OFF_MS[0] ?? backOff) : WATCH_PAUSE_MS);
    else if (end === 'failed') plan(backOff);
    else if (end === 'done' && isWantedAgain) plan(SAVE_PAUSE_MS);
  }

  return {
    begin() {
      if (isActive) return;
      isActive = true;
      failureCount = 0;
      plan(0);
    },
    end() {
      isActive = false;
      isWatching = false;
      clearPlan();
    },
    changed() {
      if (!isActive) return;
      if (isRunning) {
        isWantedAgain = true;
        return;
      }
      /* After a failure the next try has its time already. */
      if (failureCount > 0 && stopTimer !== undefined) return;
      firstChangeMs ??= ports.nowMs();
      plan(Math.max(0, Math.min(SAVE_PAUSE_MS, firstChangeMs + SAVE_PAUSE_MS_MAX - ports.nowMs())));
    },
    cameOnline() {
      failureCount = 0;
      void run();
    },
    press: () => void run(),
    watch(isNowWatching) {
      if (isNowWatching === isWatching) return;
      isWatching = isNowWatching;
      if (isActive && isWatching && !isRunning) plan(0);
    },
  };
}
