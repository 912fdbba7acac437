/** The ways into a vault: another passphrase, a recovery key to print, and taking one away. */
import { normalPassphrase } from '../protocol/passphrase.ts';
import { listOf, numberOf } from '../state/json.ts';
import { NO_KEYS, type KeysView, type SlotRow } from '../state/keys.ts';
import type { CoreError } from '../state/model.ts';
import type { Actions } from '../views/actions.ts';
import type { AppContext } from './context.ts';
import { busy } from './context.ts';
import type { Given, Outcome } from './core-port.ts';
import type { Navigator } from './navigation.ts';
import { askForProof, NOT_USED } from './passkeys.ts';
import { words } from './words.en.ts';

export type KeyActions = Pick<
  Actions,
  'chooseWhy' | 'makeNewWords' | 'newWordsNoted' | 'seeNewWordsAgain' | 'confirmNewWords' | 'makeRecoveryKey' | 'recoveryKeyNoted' | 'confirmRecoveryKey' | 'askToRemoveKey' | 'removeKey'
> & {
  /** The vault was opened by its recovery key: shows new words before anything else. */
  readonly renew: (then: () => void) => void;
};

export function createKeyActions(context: AppContext, navigator: Navigator, turnTo: (directory: string) => Promise<void>): KeyActions {
  const { store, core, platform, saver } = context;
  const show = (change: Partial<KeysView>): void => store.dispatch({ kind: 'keys', change });
  /* The passphrase there was, from showing the new words to the change. */
  let old: string | undefined;
  let whenRenewed: (() => void) | undefined;

  async function showWords(): Promise<void> {
    try {
      show({ words: { kind: 'show', words: await platform.makePassphrase() }, errors: {}, problem: undefined });
    } catch {
      show({ problem: { code: 'files_missing' } });
    }
  }

  /** The passphrase there was is asked for, so that nobody changes it in a window that was left open. */
  async function makeNewWords(typed: string): Promise<void> {
    const { words: step } = store.state().keys;
    if (store.state().phase.kind === 'open' && step.kind === 'begin') {
      old = normalPassphrase(typed);
      const errors = {
        ...(store.state().keys.why === '' ? { 'why-change': words.keys.whyMissing } : {}),
        ...(old === '' ? { passphrase: words.passphrase.empty } : {}),
      };
      if (Object.keys(errors).length > 0) {
        show({ errors });
        return;
      }
    }
    await showWords();
  }

  async function confirmNewWords(typed: string): Promise<void> {
    const { words: step } = store.state().keys;
    if (step.kind !== 'confirm') return;
    const phrase = normalPassphrase(typed);
    if (phrase !== step.words) {
      show({ errors: { passphrase: phrase === '' ? words.passphrase.empty : words.passphrase.differs } });
      return;
    }
    const proof = await oldKeys();
    const { phase } = store.state();
    if (phase.kind !== 'open' && phase.kind !== 'renew') return;
    if (proof === 'not-used') {
      show({ notice: NOT_USED, errors: {} });
      return;
    }
    show({ words: { kind: 'working' }, errors: {}, problem: undefined, notice: undefined });
    const outcome = proof.ok ? await core.changePassphrase(phrase, proof.value) : proof;
    await changed(phrase, outcome);
  }

  /** What the new words replace: with the passkey where the passphrase opens nothing without it. */
  async function oldKeys(): Promise<Outcome<Given | undefined> | 'not-used'> {
    const { phase } = store.state();
    if (old === undefined) return { ok: true, value: undefined };
    if (phase.kind !== 'open') return { ok: true, value: { passphrase: old } };
    const answer = await askForProof(context, old);
    if (answer.kind === 'given') return { ok: true, value: answer.proof };
    return answer.kind === 'not-used' ? 'not-used' : { ok: false, error: answer.error };
  }

  async function changed(phrase: string, outcome: Outcome<unknown>): Promise<void> {
    const { phase } = store.state();
    if (phase.kind !== 'open' && phase.kind !== 'renew') return;
    if (!outcome.ok) {
      /* A wrong old passphrase is asked for again, and so are new words. */
      show({ words: { kind: 'begin' }, problem: outcome.error });
      if (phase.kind === 'renew') await showWords();
      return;
    }
    old = undefined;
    whenRenewed?.();
    whenRenewed = undefined;
    if (phase.kind !== 'open') return;
    if (store.state().keys.why === 'known') await moveUnderNewKey(phrase);
    else await done(words.keys.changed);
  }

  /** The new words open it already; now everything goes under a key that no earlier copy has. */
  async function moveUnderNewKey(phrase: string): Promise<void> {
    const unsaved = await saver.flush();
    store.dispatch({ kind: 'backup', change: { running: 'starting' } });
    const outcome = unsaved === undefined ? await core.changeMasterKey(phrase) : ({ ok: false, error: unsaved } as const);
    store.dispatch({ kind: 'backup', change: { running: undefined } });
    if (store.state().phase.kind !== 'open') return;
    if (!outcome.ok) {
      show({ words: { kind: 'begin' }, problem: outcome.error.code === 'cancelled' ? { code: 'new_key_cancelled' } : outcome.error });
      return;
    }
    await turnTo(outcome.value.directory);
    if (store.state().phase.kind === 'locked') store.dispatch({ kind: 'phase', phase: { kind: 'locked', isWorking: false, notice: 'key_changed' } });
  }

  async function done(text: string): Promise<void> {
    await navigator.go({ name: 'keys' });
    store.dispatch({ kind: 'banner', banner: { kind: 'success', title: words.shell.success, text } });
  }

  async function makeRecoveryKey(): Promise<void> {
    const outcome = await core.makeRecoveryKey();
    if (outcome.ok) show({ recovery: { kind: 'show', text: outcome.value.text }, errors: {}, problem: undefined });
    else show({ problem: outcome.error });
  }

  async function confirmRecoveryKey(typed: string): Promise<void> {
    if (typed.trim() === '') {
      show({ errors: { 'recovery-key': words.keys.recoveryEmpty } });
      return;
    }
    const outcome = await core.confirmRecoveryKey(typed);
    if (outcome.ok) await done(words.keys.recoveryDone);
    else show({ problem: outcome.error });
  }

  async function removeKey(): Promise<void> {
    const { removing } = store.state().keys;
    if (removing === undefined) return;
    const outcome = await core.call('keys.remove', { slotIndex: removing });
    if (outcome.ok) await done(words.keys.removed);
    else show({ removing: undefined, problem: outcome.error });
  }

  return {
    chooseWhy: (why) => show({ why, errors: {} }),
    makeNewWords: (typed) => void busy(context, () => makeNewWords(typed)),
    newWordsNoted() {
      const { words: step } = store.state().keys;
      if (step.kind === 'show') show({ words: { kind: 'confirm', words: step.words } });
    },
    seeNewWordsAgain() {
      const { words: step } = store.state().keys;
      if (step.kind === 'confirm') show({ words: { kind: 'show', words: step.words }, errors: {} });
    },
    confirmNewWords: (typed) => void busy(context, () => confirmNewWords(typed)),
    makeRecoveryKey: () => void busy(context, makeRecoveryKey),
    recoveryKeyNoted: () => show({ recovery: { kind: 'confirm' } }),
    confirmRecoveryKey: (typed) => void busy(context, () => confirmRecoveryKey(typed)),
    askToRemoveKey: (removing) => show({ removing }),
    removeKey: () => void busy(context, removeKey),
    renew(then) {
      whenRenewed = then;
      old = undefined;
      store.dispatch({ kind: 'phase', phase: { kind: 'renew' } });
      void showWords();
    },
  };
}

/** What opens this vault. */
export async function loadKeys({ core }: AppContext): Promise<{ keys: KeysView } | { problem: CoreError }> {
  const [list, status] = await Promise.all([core.call('keys.list', {}), core.call('vault.status', {})]);
  if (!list.ok) return { problem: list.error };
  const memoryKib = status.ok ? numberOf(status.value['memoryKib']) : undefined;
  return { keys: { ...NO_KEYS, memoryKib, slots: listOf(list.value['slots']) as unknown as readonly SlotRow[] } };
}
