/** After wrong passphrases: how long the core makes a person wait, counted down on screen, and when it tries no more. */
import { numberOf } from '../state/json.ts';
import { NO_ATTEMPTS } from '../state/keys.ts';
import type { AppContext } from './context.ts';

const TICK_MS = 1000;

export interface AttemptsWatch {
  /** Asks the core how it stands, and counts down from there. */
  readonly read: () => Promise<void>;
}

export function createAttempts({ store, core }: AppContext, setTimer: (ms: number, run: () => void) => () => void): AttemptsWatch {
  let stop: (() => void) | undefined;

  /** Only what is shown: whether a passphrase is tried again, the core decides. */
  function tick(): void {
    const { attempts, phase } = store.state();
    stop = undefined;
    if (phase.kind !== 'locked' || attempts.waitMs === 0) return;
    store.dispatch({ kind: 'attempts', attempts: { ...attempts, waitMs: Math.max(0, attempts.waitMs - TICK_MS) } });
    stop = setTimer(TICK_MS, tick);
  }

  return {
    async read() {
      const outcome = await core.call('vault.status', {});
      const attempts = outcome.ok ? { waitMs: numberOf(outcome.value['waitMs']) ?? 0, isLockedOut: outcome.value['isLockedOut'] === true } : NO_ATTEMPTS;
      store.dispatch({ kind: 'attempts', attempts });
      stop?.();
      stop = attempts.waitMs === 0 ? undefined : setTimer(TICK_MS, tick);
    },
  };
}
