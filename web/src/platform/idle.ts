/**
 * Locks an app that nobody touches. The time away is the larger of what the wall clock and the monotonic clock say: one of
 * them stands still while a tablet sleeps, and a wall clock can be set back (docs/THREAT-MODEL.md).
 */
export interface IdlePorts {
  readonly wallMs: () => number;
  readonly monotonicMs: () => number;
  /** Runs at each sign of a person. */
  readonly onActivity: (listener: () => void) => void;
  /** Runs every few seconds, and first of all when the page is seen again. */
  readonly onCheck: (listener: () => void) => void;
}

export const IDLE_LIMIT_MS = 10 * 60 * 1000;
/** Clocks are corrected by small steps; a wall clock further behind than this was set back. */
const CLOCK_TOLERANCE_MS = 60 * 1000;

export function watchIdle(ports: IdlePorts, onIdle: () => void, limitMs = IDLE_LIMIT_MS): void {
  let wall = ports.wallMs();
  let monotonic = ports.monotonicMs();
  const isOver = (): boolean => {
    const byWall = ports.wallMs() - wall;
    const byMonotonic = ports.monotonicMs() - monotonic;
    return Math.max(byWall, byMonotonic) >= limitMs || byWall < byMonotonic - CLOCK_TOLERANCE_MS;
  };
  const touch = (): void => {
    wall = ports.wallMs();
    monotonic = ports.monotonicMs();
  };
  const check = (): void => {
    if (!isOver()) return;
    touch();
    onIdle();
  };
  ports.onCheck(check);
  /* Whoever touches the screen after the time is over is not taken for the person who left. */
  ports.onActivity(() => {
    check();
    touch();
  });
}
