/**
 * Signs of a person, and moments after which nobody knows what happened: the page was out of sight, or its own clock tick came
 * late, because the device slept or the browser was stopped. Before such a moment is judged a curtain covers the page.
 */
export interface Clocks {
  readonly wallMs: () => number;
  readonly monotonicMs: () => number;
}

export interface PresenceListener {
  readonly touched: () => void;
  readonly wentOutOfSight: () => void;
  /** Resolves when what is drawn may be seen. */
  readonly seenAgain: () => Promise<void>;
}

export interface Curtain {
  readonly draw: () => void;
  readonly lift: () => void;
}

/** One report for many keys: what is lost of the time is less than this. */
export const TOUCH_PAUSE_MS = 1_000;
export const TICK_MS = 1_000;
/** A tick that comes later was held up by more than a busy page. */
export const GAP_MS = 4_000;

/** What the page hears from the browser, each to be joined to its events. */
export interface PresenceWatch {
  readonly activity: () => void;
  readonly hidden: () => void;
  readonly shown: () => void;
  /** Every second, and whenever the window may have been away. */
  readonly tick: () => void;
}

export function createPresence(clocks: Clocks, curtain: Curtain, listener: PresenceListener): PresenceWatch {
  let lastTouchMs = -Infinity;
  let tick = read();
  let isHidden = false;
  /* Counts what was drawn last: an older answer lifts no newer curtain. */
  let drawn = 0;

  function read(): { readonly wall: number; readonly monotonic: number } {
    return { wall: clocks.wallMs(), monotonic: clocks.monotonicMs() };
  }

  function draw(): number {
    curtain.draw();
    drawn += 1;
    return drawn;
  }

  async function judge(): Promise<void> {
    const mine = draw();
    await listener.seenAgain();
    if (mine === drawn && !isHidden) curtain.lift();
  }

  /** Either clock may have stood still, and the wall clock may have gone back. */
  function isGap(): boolean {
    const now = read();
    const away = Math.max(Math.abs(now.wall - tick.wall), now.monotonic - tick.monotonic);
    tick = now;
    return away > GAP_MS;
  }

  function check(): void {
    if (isGap() && !isHidden) void judge();
  }

  return {
    activity() {
      check();
      const now = clocks.monotonicMs();
      if (now - lastTouchMs < TOUCH_PAUSE_MS) return;
      lastTouchMs = now;
      listener.touched();
    },
    hidden() {
      isHidden = true;
      draw();
      listener.wentOutOfSight();
    },
    shown() {
      isHidden = false;
      tick = read();
      void judge();
    },
    tick: check,
  };
}

/** Over everything, with nothing on it; the page below cannot be reached by key or by assistive technology until it is lifted. */
export function createCurtain(page: HTMLElement): Curtain {
  const cover = document.createElement('div');
  cover.className = 'app-curtain';
  let focused: Element | null = null;
  return {
    draw() {
      if (cover.isConnected) return;
      focused = document.activeElement;
      page.inert = true;
      document.body.append(cover);
    },
    lift() {
      if (!cover.isConnected) return;
      cover.remove();
      page.inert = false;
      /* What had the focus may be gone: a screen that was drawn behind the curtain begins with its heading. */
      const target = focused instanceof HTMLElement && focused.isConnected ? focused : document.getElementById('page-heading');
      target?.focus({ preventScroll: true });
      focused = null;
    },
  };
}

/** Joins it to the window. */
export function watchPresence(watch: PresenceWatch): void {
  for (const type of ['pointerdown', 'keydown', 'wheel', 'touchmove']) window.addEventListener(type, watch.activity, { capture: true, passive: true });
  document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? watch.hidden() : watch.shown()), { capture: true });
  window.addEventListener('pagehide', watch.hidden, { capture: true });
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) watch.shown();
  }, { capture: true });
  window.addEventListener('focus', watch.tick, { capture: true });
  document.addEventListener('resume', watch.tick, { capture: true });
  window.setInterval(watch.tick, TICK_MS);
}
