/** A distress phrase: set, changed and taken away, each only after the passphrase was typed again (docs/adr/0014). */
import { normalPassphrase } from '../protocol/passphrase.ts';
import type { DistressStep, KeysView } from '../state/keys.ts';
import type { CoreError } from '../state/model.ts';
import type { Actions } from '../views/actions.ts';
import type { AppContext } from './context.ts';
import { busy } from './context.ts';
import type { Outcome } from './core-port.ts';
import { loadKeys } from './key-actions.ts';
import { askForProof, NOT_USED } from './passkeys.ts';
import { words } from './words.en.ts';

export type DistressActions = Pick<
  Actions,
  'proveForDistress' | 'makeDistressWords' | 'distressWordsNoted' | 'seeDistressWordsAgain' | 'confirmDistressWords' | 'removeDistress'
>;

export function createDistressActions(context: AppContext): DistressActions {
  const { store, core, platform } = context;
  /** What is known of it is gone with the page it was asked on. */
  const isHere = (): boolean => store.state().phase.kind === 'open' && store.state().route.name === 'key-distress';
  const show = (change: Partial<KeysView>): void => {
    if (isHere()) store.dispatch({ kind: 'keys', change });
  };
  const go = (distress: DistressStep): void => show({ distress, errors: {}, problem: undefined, notice: undefined });
  async function failed(problem: CoreError): Promise<void> {
    const loaded = await loadKeys(context);
    show({ ...('keys' in loaded ? { slots: loaded.keys.slots } : {}), distress: { kind: 'known' }, errors: {}, problem });
  }

  async function prove(typed: string): Promise<void> {
    const passphrase = normalPassphrase(typed);
    show({ errors: passphrase === '' ? { passphrase: words.passphrase.empty } : {}, problem: undefined, notice: undefined });
    if (passphrase === '') return;
    const answer = await askForProof(context, passphrase);
    if (answer.kind === 'not-used') show({ notice: NOT_USED });
    if (answer.kind === 'failed') show({ problem: answer.error });
    if (answer.kind !== 'given') return;
    const proven = await core.prove(answer.proof);
    if (proven.ok) go({ kind: 'known' });
    else show({ problem: proven.error });
  }

  async function makeWords(): Promise<void> {
    try {
      go({ kind: 'show', words: await platform.makePassphrase() });
    } catch {
      show({ problem: { code: 'files_missing' } });
    }
  }

  async function confirm(typed: string): Promise<void> {
    const { distress } = store.state().keys;
    if (distress.kind !== 'confirm') return;
    const phrase = normalPassphrase(typed);
    if (phrase !== distress.words) {
      show({ errors: { passphrase: phrase === '' ? words.passphrase.empty : words.passphrase.differs } });
      return;
    }
    go({ kind: 'working' });
    const allowed = await allow(true);
    const outcome = allowed.ok ? await core.setDistressPhrase(phrase) : allowed;
    if (outcome.ok) go({ kind: 'done', isSet: true });
    else await failed(outcome.error.code === 'exists' ? { code: 'distress_exists' } : outcome.error);
  }

  async function remove(): Promise<void> {
    const slot = store.state().keys.slots.find(({ type }) => type === 'distress');
    if (slot === undefined) return;
    const removed = await core.call('keys.remove', { slotIndex: slot.slotIndex });
    const outcome = removed.ok ? await allow(false) : removed;
    if (outcome.ok) go({ kind: 'done', isSet: false });
    else await failed(outcome.error);
  }

  /** The vault's own setting; what else it allows stays. */
  async function allow(isDistressAllowed: boolean): Promise<Outcome<object>> {
    const list = await core.call('keys.list', {});
    if (!list.ok) return list;
    return core.call('keys.policy', {
      isPrfAloneAllowed: list.value['isPrfAloneAllowed'] === true,
      areSyncedPasskeysAllowed: list.value['areSyncedPasskeysAllowed'] === true,
      isDistressAllowed,
    });
  }

  return {
    proveForDistress: (typed) => void busy(context, () => prove(typed)),
    makeDistressWords: () => void busy(context, makeWords),
    distressWordsNoted() {
      const { distress } = store.state().keys;
      if (distress.kind === 'show') go({ kind: 'confirm', words: distress.words });
    },
    seeDistressWordsAgain() {
      const { distress } = store.state().keys;
      if (distress.kind === 'confirm') go({ kind: 'show', words: distress.words });
    },
    confirmDistressWords: (typed) => void busy(context, () => confirm(typed)),
    removeDistress: () => void busy(context, remove),
  };
}
