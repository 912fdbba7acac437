/**
 * What the page does about locks. The core decides when (fk/lock.h); this empties the screen, asks for the PIN, and brings the
 * same screen back. Whatever comes after a time in which nobody knows what happened is asked of the core before it is seen.
 */
import type { LockView } from '../protocol/protocol.gen.ts';
import { hasHeld, type FormState } from '../state/form.ts';
import type { Phase } from '../state/model.ts';
import type { Actions } from '../views/actions.ts';
import type { AppContext } from './context.ts';
import { busy, showProblem } from './context.ts';
import type { Outcome } from './core-port.ts';
import type { Navigator } from './navigation.ts';

export interface LockActions extends Pick<Actions, 'choosePin' | 'skipPin' | 'openByPin' | 'usePassphrase' | 'changePin' | 'changeLimits'> {
  /** The vault was opened by its passphrase: asks for a PIN, then shows the screen and calls `shown`. */
  readonly opened: (shown?: () => void) => void;
  /** The screen is about to be left: begins to save. Out: what locks after that, and resolves when the core has. */
  readonly leave: () => () => Promise<void>;
  /** The core said that it is locked. */
  readonly becameWarm: () => void;
  readonly becameCold: () => void;
  readonly touched: () => void;
  readonly wentOutOfSight: () => void;
  /** Seen again, or a time went by that nobody can account for. Resolves when the screen shows what may be seen. */
  readonly seenAgain: () => Promise<void>;
}

/** A core that does not answer for so long is ended: nobody knows how it stands. */
const ANSWER_MS_MAX = 10_000;

type Timer = (ms: number, run: () => void) => () => void;

export function createLockActions(context: AppContext, navigator: Navigator, setTimer: Timer): LockActions {
  const { store, core, saver } = context;
  const setPhase = (phase: Phase): void => store.dispatch({ kind: 'phase', phase });
  /* Fields that are not complete are no drafts: they wait here for the PIN, and go with the keys. */
  let unfinished: FormState | undefined;
  let whenShown: (() => void) | undefined;

  function holdsKeys(): boolean {
    const { phase } = store.state();
    return phase.kind === 'open' || phase.kind === 'warm' || phase.kind === 'choose-pin' || phase.kind === 'renew' || (phase.kind === 'hidden' && phase.next === 'warm');
  }

  function keepUnfinished(): void {
    const { form } = store.state();
    if (form !== undefined && hasHeld(form)) unfinished = form;
  }

  function becameWarm(): void {
    if (store.state().phase.kind !== 'open') return;
    keepUnfinished();
    setPhase({ kind: 'warm', isWorking: false });
  }

  function becameCold(): void {
    unfinished = undefined;
    const { phase } = store.state();
    /* A hidden screen stays hidden. */
    if (phase.kind === 'hidden') {
      if (phase.next === 'warm') setPhase({ kind: 'hidden', next: 'locked' });
    } else if (holdsKeys()) {
      setPhase({ kind: 'locked', isWorking: false });
    }
  }

  async function endKeys(): Promise<void> {
    becameCold();
    await core.lock();
  }

  function heed({ state }: LockView): void {
    if (state === 'warm') becameWarm();
    else if (state === 'cold') becameCold();
  }

  async function enter(): Promise<void> {
    const before = unfinished;
    unfinished = undefined;
    await navigator.enter(before);
    whenShown?.();
    whenShown = undefined;
  }

  async function choosePin(typed: string): Promise<void> {
    if (store.state().phase.kind !== 'choose-pin') return;
    setPhase({ kind: 'choose-pin', isWorking: true });
    const outcome = await core.choosePin(bytesOf(typed));
    if (store.state().phase.kind !== 'choose-pin') return;
    if (outcome.ok) await enter();
    else setPhase({ kind: 'choose-pin', isWorking: false, problem: outcome.error });
  }

  async function openByPin(typed: string): Promise<void> {
    const { phase } = store.state();
    if (phase.kind !== 'warm' || phase.isWorking) return;
    setPhase({ kind: 'warm', isWorking: true });
    const outcome = await core.openByPin(bytesOf(typed));
    if (store.state().phase.kind !== 'warm') return;
    if (!outcome.ok) {
      if (isNoPin(outcome)) setPhase({ kind: 'warm', isWorking: false, problem: 'no-pin' });
      else await endKeys();
      return;
    }
    const { state, triesLeft } = outcome.value.lock;
    if (state === 'open') await enter();
    else if (state === 'cold') becameCold();
    else setPhase({ kind: 'warm', isWorking: false, problem: 'wrong', triesLeft });
  }

  async function changePin(typed: string): Promise<void> {
    store.dispatch({ kind: 'problem' });
    const outcome = await core.choosePin(bytesOf(typed));
    if (outcome.ok) store.dispatch({ kind: 'lock', lock: outcome.value.lock, isPinNew: true });
    else showProblem(context, outcome.error.code === 'too-large' ? { code: 'invalid-input' } : outcome.error);
  }

  async function changeLimits(idleS: number, hiddenS: number): Promise<void> {
    const outcome = await core.call('lock.limits', { idleS, hiddenS });
    if (outcome.ok) store.dispatch({ kind: 'lock', lock: outcome.value['lock'] as unknown as LockView });
    else showProblem(context, outcome.error);
  }

  async function lockNow(): Promise<void> {
    const outcome = await core.call('lock.now', {});
    const isWarm = outcome.ok && (outcome.value['lock'] as unknown as LockView).state === 'warm';
    const { phase } = store.state();
    if (!isWarm) await endKeys();
    else if (phase.kind === 'hidden' && phase.next === 'locked') setPhase({ kind: 'hidden', next: 'warm' });
  }

  async function seenAgain(): Promise<void> {
    if (!holdsKeys()) return;
    const outcome = await inTime(core.call('lock.hidden', { isHidden: false }));
    if (outcome?.ok === true) heed(outcome.value['lock'] as unknown as LockView);
    else await endKeys();
  }

  function inTime<T>(asked: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const stop = setTimer(ANSWER_MS_MAX, () => resolve(undefined));
      void asked.then((value) => {
        stop();
        resolve(value);
      });
    });
  }

  return {
    opened(shown) {
      unfinished = undefined;
      whenShown = shown;
      setPhase({ kind: 'choose-pin', isWorking: false });
    },
    choosePin: (typed) => void choosePin(typed),
    skipPin: () => void busy(context, enter),
    openByPin: (typed) => void openByPin(typed),
    usePassphrase: () => void endKeys(),
    changePin: (typed) => void busy(context, () => changePin(typed)),
    changeLimits: (idleS, hiddenS) => void busy(context, () => changeLimits(idleS, hiddenS)),
    leave() {
      if (!holdsKeys()) return () => Promise.resolve();
      keepUnfinished();
      const saving = store.state().phase.kind === 'open' ? saver.flush() : Promise.resolve(undefined);
      return () => saving.then(lockNow);
    },
    becameWarm,
    becameCold,
    touched() {
      const { kind } = store.state().phase;
      if (kind === 'open' || kind === 'choose-pin') void core.call('lock.touch', {});
    },
    wentOutOfSight() {
      if (holdsKeys()) void core.call('lock.hidden', { isHidden: true });
    },
    seenAgain,
  };
}

/** The digits as bytes: they go to the worker, which wipes them. */
function bytesOf(typed: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(typed.trim());
}

function isNoPin(outcome: Outcome<unknown>): boolean {
  return !outcome.ok && (outcome.error.code === 'invalid-input' || outcome.error.code === 'too-large');
}
