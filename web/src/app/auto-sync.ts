/**
 * When a run of sync begins by itself: after unlocking, a little after a save, when the network is back, and again and again
 * while somebody waits for another device. One run at a time; after failures less and less often. Knows no clock but its ports.
 */
export type RunEnd = 'done' | 'failed' | 'cancelled';

export interface RunResult {
  readonly end: RunEnd;
  /** The hub asked not to be asked again sooner; 0: it did not. */
  readonly waitMs: number;
}

export interface AutoSyncPorts {
  readonly nowMs: () => number;
  readonly setTimer: (ms: number, run: () => void) => () => void;
  /** What the browser believes; a person's press tries all the same. */
  readonly isOnline: () => boolean;
  /** One run, to its end. */
  readonly run: () => Promise<RunResult>;
  /** From 0 up to 1, another one each time. */
  readonly random: () => number;
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
/** Of a wait, on top of it: devices that lost the hub at one moment do not all come back at one moment. */
export const SPREAD_SHARE = 0.5;

export function createAutoSync(ports: AutoSyncPorts): AutoSync {
  let isActive = false;
  let isRunning = false;
  let isWatching = false;
  let isWantedAgain = false;
  /** The vault was locked and opened while a run went on: that run was the one before's. */
  let isBegunAnew = false;
  /** What the hub asked for, from when on. */
  let hubWait = { fromMs: 0, ms: 0 };
  let failureCount = 0;
  let firstChangeMs: number | undefined;
  let stopTimer: (() => void) | undefined;

  /** A clock that was set back makes it no longer. */
  function hubWaitLeft(): number {
    return Math.min(hubWait.ms, hubWait.fromMs + hubWait.ms - ports.nowMs());
  }

  /** Never sooner than the hub asked for. */
  function plan(ms: number): void {
    stopTimer?.();
    stopTimer = ports.setTimer(Math.max(ms, hubWaitLeft()), () => {
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
    let result: RunResult = { end: 'failed', waitMs: 0 };
    try {
      result = await ports.run();
    } finally {
      isRunning = false;
      after(result);
    }
  }

  function after({ end, waitMs }: RunResult): void {
    hubWait = { fromMs: ports.nowMs(), ms: spread(waitMs) };
    if (!isActive) return;
    if (isBegunAnew) {
      isBegunAnew = false;
      plan(0);
      return;
    }
    failureCount = end === 'failed' ? failureCount + 1 : 0;
    planNext(end);
  }

  function spread(ms: number): number {
    return Math.round(ms * (1 + SPREAD_SHARE * ports.random()));
  }

  function planNext(end: RunEnd): void {
    const backOff = BACK_OFF_MS[Math.min(failureCount, BACK_OFF_MS.length) - 1] ?? 0;
    if (isWatching) plan(end === 'failed' ? spread(BACK_OFF_MS[0] ?? backOff) : WATCH_PAUSE_MS);
    else if (end === 'failed') plan(spread(backOff));
    else if (end === 'done' && isWantedAgain) plan(SAVE_PAUSE_MS);
  }

  return {
    begin() {
      if (isActive) return;
      isActive = true;
      failureCount = 0;
      isBegunAnew = isRunning;
      if (!isRunning) plan(0);
    },
    end() {
      isActive = isBegunAnew = isWatching = false;
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
      if (!isActive) return;
      failureCount = 0;
      if (isRunning) return;
      if (hubWaitLeft() > 0) plan(0);
      else void run();
    },
    press: () => void run(),
    watch(isNowWatching) {
      if (isNowWatching === isWatching) return;
      isWatching = isNowWatching;
      if (isActive && isWatching && !isRunning) plan(0);
    },
  };
}
