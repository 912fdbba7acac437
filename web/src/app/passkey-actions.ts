/** A passkey together with a passphrase: adding it, and letting the passphrase alone stop opening. */
import { CHOSEN_LENGTH_MIN, normalPassphrase } from '../protocol/passphrase.ts';
import type { KeysView } from '../state/keys.ts';
import type { CoreError } from '../state/model.ts';
import type { Actions, TypedPhrases } from '../views/actions.ts';
import type { AppContext } from './context.ts';
import { busy } from './context.ts';
import type { Navigator } from './navigation.ts';
import { askToMakePasskey, askToUsePasskey, NOT_USED, type PasskeyAnswer } from './passkeys.ts';
import { words } from './words.en.ts';

export type PasskeyActions = Pick<Actions, 'choosePhrase' | 'addPasskey' | 'retirePassphrase'> & {
  /** Finds out whether this browser has them. */
  readonly lookForPasskeys: () => Promise<void>;
};

export function createPasskeyActions(context: AppContext, navigator: Navigator): PasskeyActions {
  const { store, core, platform } = context;
  const isOpen = (): boolean => store.state().phase.kind === 'open';
  const show = (change: Partial<KeysView>): void => {
    if (isOpen()) store.dispatch({ kind: 'keys', change });
  };
  const failed = (problem: CoreError): void => show({ problem });

  async function done(name: 'keys' | 'key-passkey', text: string): Promise<void> {
    if (!isOpen()) return;
    await navigator.go({ name });
    store.dispatch({ kind: 'banner', banner: { kind: 'success', title: words.shell.success, text } });
  }

  /** The output of the passkey; undefined when the screen says what happened instead. */
  function givenBy(answer: PasskeyAnswer): ArrayBuffer | undefined {
    if (answer.kind === 'not-used') show({ notice: NOT_USED });
    if (answer.kind === 'failed') failed(answer.error);
    return answer.kind === 'given' && isOpen() ? answer.prf : undefined;
  }

  async function addPasskey(typed: TypedPhrases): Promise<void> {
    const { phrase } = store.state().keys;
    const now = normalPassphrase(typed.now);
    const own = normalPassphrase(typed.own);
    const errors = phraseErrors(phrase, now, own, normalPassphrase(typed.again));
    show({ errors, problem: undefined, notice: undefined });
    if (Object.keys(errors).length > 0) return;
    /* Asked for so that nobody adds a way in of theirs in a window that was left open. */
    const proof = await core.prove({ passphrase: now });
    if (!proof.ok) {
      failed(proof.error);
      return;
    }
    const prf = givenBy(await askToMakePasskey(context));
    if (prf === undefined) return;
    const isChosen = phrase === 'own';
    const outcome = await core.addPasskey({ passphrase: isChosen ? own : now, prf }, isChosen);
    if (outcome.ok) await done('key-passkey', words.passkey.added);
    else failed(outcome.error);
  }

  /** Only after both were seen to open: nothing else will. */
  async function retirePassphrase(typed: string): Promise<void> {
    const passphrase = normalPassphrase(typed);
    const errors = passphrase === '' ? { passphrase: words.passphrase.empty } : {};
    show({ errors, problem: undefined, notice: undefined });
    if (passphrase === '') return;
    const prf = givenBy(await askToUsePasskey(context));
    if (prf === undefined) return;
    const proof = await core.prove({ passphrase, prf });
    if (!proof.ok) {
      failed(proof.error.code === 'auth' ? { code: 'passkey_wrong' } : proof.error);
      return;
    }
    for (const { type, slotIndex } of store.state().keys.slots) {
      const outcome = type === 'passphrase' ? await core.call('keys.remove', { slotIndex }) : proof;
      if (!outcome.ok) {
        failed(outcome.error);
        return;
      }
    }
    await done('keys', words.passkey.retired);
  }

  return {
    choosePhrase: (phrase) => show({ phrase, errors: {} }),
    addPasskey: (typed) => void busy(context, () => addPasskey(typed)),
    retirePassphrase: (typed) => void busy(context, () => retirePassphrase(typed)),
    lookForPasskeys: async () => store.dispatch({ kind: 'passkeys', isSupported: await platform.passkeys.isSupported() }),
  };
}

function phraseErrors(phrase: KeysView['phrase'], now: string, own: string, again: string): Readonly<Record<string, string>> {
  const text = words.passkey;
  const isShort = Array.from(own).length < CHOSEN_LENGTH_MIN;
  return {
    ...(now === '' ? { passphrase: words.passphrase.empty } : {}),
    ...(phrase === '' ? { 'passkey-phrase': text.whichMissing } : {}),
    ...(phrase === 'own' && isShort ? { 'own-phrase': text.ownShort } : {}),
    ...(phrase === 'own' && !isShort && own !== again ? { 'own-phrase-again': text.ownDiffers } : {}),
  };
}
