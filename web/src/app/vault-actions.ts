/** Starting, making a vault, unlocking, locking, hiding, and what happens when the vault is lost. */
import { textOf } from '../state/json.ts';
import type { CoreError, Phase } from '../state/model.ts';
import type { Damage } from '../state/reading.ts';
import { normalPassphrase } from '../protocol/passphrase.ts';
import { updateHold } from '../state/update.ts';
import type { Actions } from '../views/actions.ts';
import type { AttemptsWatch } from './attempts.ts';
import type { AppContext } from './context.ts';
import { busy, showProblem } from './context.ts';
import type { Given, StartOutcome, UnlockNews } from './core-port.ts';
import type { LockActions } from './lock-actions.ts';
import type { Navigator } from './navigation.ts';
import { createProfiles } from './profiles.ts';
import { askToUsePasskey, NOT_USED } from './passkeys.ts';
import { fillPractice } from './practice.ts';
import type { VaultGate } from './vaults-actions.ts';
import { words } from './words.en.ts';

export interface VaultActions
  extends Pick<
    Actions,
    | 'lookAtDamaged' | 'beginRecovery' | 'unlockWithPasskey' | 'unlockWithRecoveryKey'
    | 'makeWords' | 'wordsNoted' | 'seeWordsAgain' | 'confirmWords' | 'removeUnfinished' | 'unlockBegun' | 'unlock' | 'showPassphrase'
    | 'askForPersistence' | 'unlockAgain' | 'hide' | 'showUnlock' | 'moveHere' | 'restart' | 'acceptUpdate'
  > {
  readonly begin: () => Promise<void>;
  readonly gate: VaultGate;
}

/** What unlocking leads to, beside the lock. */
interface Unlocking {
  readonly renew: (then: () => void) => void;
  readonly attempts: AttemptsWatch;
}

/** Codes of a start or an unlock that mean: the vault is there and must not be touched. */
const DAMAGED: Readonly<Record<string, string>> = {
  damaged: 'damaged_vault', 'newer-version': 'newer_version', 'weak-parameters': 'weak-parameters',
};

export function createVaultActions(context: AppContext, navigator: Navigator, locks: LockActions & Unlocking): VaultActions {
  const { store, core, saver, platform } = context;
  const profiles = createProfiles(context, navigator);
  const setPhase = (phase: Phase): void => store.dispatch({ kind: 'phase', phase });
  /* Locking goes on behind the hidden page; unlocking waits for it. */
  let locking: Promise<void> = Promise.resolve();

  async function begin(): Promise<void> {
    await arrive(await core.start());
  }

  async function arrive(outcome: StartOutcome): Promise<void> {
    /* Hidden meanwhile: what came is found when the screen is opened again. */
    if (store.state().phase.kind === 'hidden') return;
    switch (outcome.kind) {
      case 'other-window':
        setPhase({ kind: 'other-window', isMoving: false });
        await navigator.loadContent(undefined);
        return;
      case 'refused':
        setPhase({ kind: 'refused', reason: outcome.reason });
        await navigator.loadContent(undefined);
        return;
      case 'failed':
        failed(outcome.error.code);
        return;
      case 'vault': {
        store.dispatch({ kind: 'vaults', change: { rows: outcome.rows, chosen: outcome.chosen } });
        const error = await navigator.loadContent(outcome.version);
        if (error !== undefined) failed(error.code);
        else await enter(outcome.state);
      }
    }
  }

  function failed(code: string): void {
    const damaged = DAMAGED[code];
    setPhase(damaged === undefined ? { kind: 'broken', state: code } : { kind: 'damaged', code: damaged });
  }

  async function enter(state: Extract<StartOutcome, { kind: 'vault' }>['state']): Promise<void> {
    if (store.state().phase.kind === 'hidden') return;
    if (state === 'choose') {
      setPhase({ kind: 'choose', isWorking: false });
      return;
    }
    if (state === 'locked') {
      setPhase({ kind: 'locked', isWorking: false });
      await locks.attempts.read();
      return;
    }
    if (state === 'unfinished') {
      setPhase({ kind: 'unfinished', isWorking: false });
      return;
    }
    setPhase({ kind: 'no-vault', step: { kind: 'welcome' } });
    store.dispatch({ kind: 'device', device: await platform.readDeviceStorage() });
  }

  async function makeWords(): Promise<void> {
    try {
      setPhase({ kind: 'no-vault', step: { kind: 'show', words: await platform.makePassphrase() } });
    } catch {
      setPhase({ kind: 'broken', state: 'files_missing' });
    }
  }

  async function confirmWords(typed: string): Promise<void> {
    const { phase } = store.state();
    if (phase.kind !== 'no-vault' || phase.step.kind !== 'confirm') return;
    const { step } = phase;
    const phrase = normalPassphrase(typed);
    if (phrase !== step.words) {
      setPhase({ kind: 'no-vault', step: { kind: 'confirm', words: step.words, problem: phrase === '' ? 'empty' : 'differs' } });
      return;
    }
    setPhase({ kind: 'no-vault', step: { kind: 'working' } });
    const { naming } = store.state().vaults;
    const outcome = await core.createVault(phrase, { label: naming.label, isPractice: naming.isPractice, isWiped: naming.isWiped === 'yes' });
    if (store.state().phase.kind === 'hidden') {
      await core.lock();
      return;
    }
    if (!outcome.ok) {
      setPhase({ kind: 'no-vault', step: { kind: 'welcome' }, problem: outcome.error });
      return;
    }
    /* Firefox asks the person and answers only then: nothing waits for it. */
    void platform.askForPersistence().then((device) => store.dispatch({ kind: 'device', device }));
    const error = naming.isPractice ? await fillPractice(context) : undefined;
    const listed = await core.listVaults();
    const rows = listed.ok ? { rows: listed.value } : {};
    store.dispatch({ kind: 'vaults', change: { ...rows, chosen: textOf(outcome.value['directory']), isPractice: naming.isPractice } });
    locks.opened(() => {
      if (error !== undefined) showProblem(context, error);
    });
  }

  async function unlock(typed: string, isWithPasskey: boolean): Promise<void> {
    const { phase } = store.state();
    if (phase.kind !== 'locked' || phase.isWorking) return;
    const reading = phase.isReading === true ? ({ isReading: true } as const) : {};
    const passphrase = normalPassphrase(typed);
    if (passphrase === '') {
      setPhase({ kind: 'locked', isWorking: false, problem: 'empty', ...reading });
      return;
    }
    setPhase({ kind: 'locked', isWorking: true, ...reading });
    await locking;
    const prf = isWithPasskey ? await passkeyAtGate(reading) : undefined;
    if (isWithPasskey && prf === undefined) return;
    const given: Given = { passphrase, prf };
    if (phase.isReading === true) await inspect(given);
    else await unlockWith(given);
  }

  /** The output of the passkey; undefined when the locked page says what happened instead. No try is counted then. */
  async function passkeyAtGate(reading: { readonly isReading?: true }): Promise<ArrayBuffer | undefined> {
    const answer = await askToUsePasskey(context);
    if (store.state().phase.kind !== 'locked') return undefined;
    if (answer.kind === 'not-used') setPhase({ kind: 'locked', isWorking: false, notice: NOT_USED, ...reading });
    if (answer.kind === 'failed') setPhase({ kind: 'locked', isWorking: false, problem: answer.error, ...reading });
    return answer.kind === 'given' ? answer.prf : undefined;
  }

  /** With a passkey, both together are wrong, and nobody knows which. */
  function wrongly(error: CoreError, { prf }: Given): CoreError {
    return error.code === 'auth' && prf !== undefined ? { code: 'passkey_wrong' } : error;
  }

  async function unlockWith(given: Given): Promise<void> {
    const outcome = await core.unlock(given);
    if (store.state().phase.kind === 'hidden') {
      await core.lock();
      return;
    }
    if (!outcome.ok) {
      const { code } = outcome.error;
      if (DAMAGED[code] === undefined) {
        setPhase({ kind: 'locked', isWorking: false, problem: wrongly(outcome.error, given) });
        await locks.attempts.read();
      } else {
        failed(code);
      }
      return;
    }
    await opened(outcome.value);
  }

  async function opened(news: UnlockNews): Promise<void> {
    await profiles.opened(news.profile);
    /* Known before the first screen is drawn, and before anything could begin to sync. */
    store.dispatch({ kind: 'vaults', change: { isPractice: news.isPractice } });
    if (news.isReadOnly) store.dispatch({ kind: 'reading', reading: { kind: 'newer' } });
    else if (news.rewritePending) store.dispatch({ kind: 'reading', reading: { kind: 'no-room' } });
    const goOn = (): void => locks.opened(() => tellOpening(news));
    if (news.openedWith === 'recovery' && !news.isReadOnly) locks.renew(goOn);
    else goOn();
  }

  async function unlockWithRecoveryKey(typed: string): Promise<void> {
    const { phase } = store.state();
    if (phase.kind !== 'recover' || phase.isWorking) return;
    if (typed.trim() === '') {
      store.dispatch({ kind: 'keys', change: { errors: { 'recovery-key': words.keys.recoveryEmpty } } });
      return;
    }
    setPhase({ kind: 'recover', isWorking: true });
    await locking;
    const outcome = await core.unlockWithRecoveryKey(typed);
    if (store.state().phase.kind === 'hidden') {
      await core.lock();
      return;
    }
    if (outcome.ok) await opened(outcome.value);
    else if (DAMAGED[outcome.error.code] !== undefined) failed(outcome.error.code);
    else setPhase({ kind: 'recover', isWorking: false, problem: outcome.error.code === 'auth' ? { code: 'recovery_wrong' } : outcome.error });
  }

  /** What happened to the files before, on the first screen. */
  function tellOpening({ tornTail, finishedCheckpoint }: UnlockNews): void {
    const news = tornTail ? 'torn_tail' : finishedCheckpoint ? 'finished_checkpoint' : undefined;
    const notice = news === undefined ? undefined : store.state().content.errors?.states[news];
    if (notice !== undefined) {
      store.dispatch({ kind: 'banner', banner: { kind: 'plain', title: notice.title, text: `${notice.text} ${notice.wayOn}` } });
    }
  }

  /** A damaged vault, as far as it is consistent: what is missing is said above every screen. */
  async function inspect(given: Given): Promise<void> {
    const outcome = await core.inspect(given);
    const damage = outcome.ok ? await core.call('vault.damage', {}) : outcome;
    if (store.state().phase.kind === 'hidden') {
      await core.lock();
      return;
    }
    if (!outcome.ok) {
      const { code } = outcome.error;
      if (DAMAGED[code] === undefined) setPhase({ kind: 'locked', isWorking: false, isReading: true, problem: wrongly(outcome.error, given) });
      else failed(code);
      return;
    }
    store.dispatch({ kind: 'reading', reading: damage.ok ? { kind: 'damaged', damage: damage.value as unknown as Damage } : { kind: 'damaged' } });
    locks.opened();
  }

  function lookAtDamaged(): void {
    setPhase({ kind: 'locked', isWorking: false, isReading: true });
    locking = core.lock();
  }

  /** Locks after saving. What cannot be saved stays on screen once, with the reason; a second press locks all the same. */
  async function lock(): Promise<boolean> {
    const isSecondPress = store.state().save.kind === 'failed';
    const error = await saver.flush();
    if (error !== undefined && !isSecondPress && store.state().phase.kind === 'open') {
      store.dispatch({ kind: 'problem', problem: error });
      return false;
    }
    saver.clear();
    setPhase({ kind: 'locked', isWorking: false });
    await core.lock();
    return true;
  }

  /**
   * Works on every screen: also the help numbers and a passphrase just made tell what this is. The screen is empty before
   * anything else happens; saving and locking follow behind it. What could not be saved waits in the saver; ordinarily nothing
   * is left in it.
   */
  function hide(): void {
    const { phase } = store.state();
    if (phase.kind === 'hidden') return;
    const lock = locks.leave();
    setPhase({ kind: 'hidden', next: afterHiding(phase) });
    platform.setAddress(store.state().route, 'replace');
    locking = lock();
  }

  /** Coming back waits for the lock behind the hidden page: only then is it known what opens it. */
  async function showUnlock(): Promise<void> {
    await locking;
    const { phase } = store.state();
    if (phase.kind !== 'hidden') return;
    if (phase.next === 'restart') platform.reload();
    else if (phase.next === 'warm') setPhase({ kind: 'warm', isWorking: false });
    else setPhase(phase.next === 'locked' ? { kind: 'locked', isWorking: false } : { kind: 'no-vault', step: { kind: 'welcome' } });
  }

  /** After a fault of the storage the screen is left, not what was typed on it. */
  function unlockAgain(): void {
    setPhase({ kind: 'locked', isWorking: false, problem: { code: 'io' } });
    locking = core.lock();
  }

  async function removeUnfinished(): Promise<void> {
    setPhase({ kind: 'unfinished', isWorking: true });
    const outcome = await core.removeUnfinished();
    if (outcome.ok) await arrive(await core.start());
    else setPhase({ kind: 'unfinished', isWorking: false, problem: outcome.error });
  }

  async function moveHere(): Promise<void> {
    setPhase({ kind: 'other-window', isMoving: true });
    await arrive(await core.takeOver());
  }

  core.onNews((news) => {
    if (news === 'warm') locks.becameWarm();
    else if (news === 'cold') locks.becameCold();
    if (news === 'warm' || news === 'cold') return;
    /* A hidden screen stays hidden; what happened is found when it is opened again. */
    if (store.state().phase.kind === 'hidden') return;
    if (news === 'crashed') {
      setPhase({ kind: 'locked', isWorking: false, problem: { code: 'crashed_worker' } });
      return;
    }
    saver.clear();
    setPhase(news === 'locked' ? { kind: 'locked', isWorking: false } : { kind: 'other-window', isMoving: false });
  });

  return {
    begin,
    gate: { arrive, makeWords, leaveVault: () => (store.state().phase.kind === 'open' ? lock() : Promise.resolve(true)) },
    makeWords: () => void busy(context, makeWords),
    wordsNoted() {
      const { phase } = store.state();
      if (phase.kind === 'no-vault' && phase.step.kind === 'show') {
        setPhase({ kind: 'no-vault', step: { kind: 'confirm', words: phase.step.words } });
      }
    },
    seeWordsAgain() {
      const { phase } = store.state();
      if (phase.kind === 'no-vault' && phase.step.kind === 'confirm') {
        setPhase({ kind: 'no-vault', step: { kind: 'show', words: phase.step.words } });
      }
    },
    confirmWords: (typed) => void confirmWords(typed),
    removeUnfinished: () => void removeUnfinished(),
    unlockBegun: () => void locking.then(() => core.makeReady()),
    unlock: (typed) => void unlock(typed, false),
    unlockWithPasskey: (typed) => void unlock(typed, true),
    beginRecovery() {
      if (store.state().phase.kind === 'locked') setPhase({ kind: 'recover', isWorking: false });
    },
    unlockWithRecoveryKey: (typed) => void unlockWithRecoveryKey(typed),
    lookAtDamaged,
    showPassphrase: (isShown) => store.dispatch({ kind: 'show-passphrase', isShown }),
    askForPersistence: () => void platform.askForPersistence().then((device) => store.dispatch({ kind: 'device', device })),
    unlockAgain,
    hide,
    showUnlock: () => void showUnlock(),
    moveHere: () => void moveHere(),
    restart: () => platform.reload(),
    acceptUpdate: () =>
      void busy(context, async () => {
        if (updateHold(store.state()) !== undefined || !(await navigator.settle())) return;
        /* Something may have begun while the last of it was saved. */
        if (updateHold(store.state()) === undefined) platform.acceptUpdate();
      }),
  };
}

/** What coming back shows. While a vault is being made or the app starts, only a fresh start knows. */
function afterHiding(phase: Phase): 'locked' | 'warm' | 'start' | 'restart' {
  if (phase.kind === 'open' || phase.kind === 'locked' || phase.kind === 'choose-pin') return 'locked';
  if (phase.kind === 'warm') return 'warm';
  return phase.kind === 'no-vault' && phase.step.kind !== 'working' ? 'start' : 'restart';
}
