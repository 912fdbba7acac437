/** Asking for a passkey, for the vault that is chosen. What goes wrong is a state of errors.json. */
import type { PasskeyFailure, PasskeyResult } from '../platform/passkey.ts';
import { textOf } from '../state/json.ts';
import { hasPasskey, hasPassphraseAlone } from '../state/keys.ts';
import type { CoreError } from '../state/model.ts';
import type { AppContext } from './context.ts';
import type { Given } from './core-port.ts';

export type PasskeyAnswer =
  | { readonly kind: 'given'; readonly prf: ArrayBuffer }
  /** closed by the person, or not answered: no error */
  | { readonly kind: 'not-used' }
  | { readonly kind: 'failed'; readonly error: CoreError };

/** What is said when a passkey was not used. */
export const NOT_USED = 'passkey_not_used';

const FAILURES: Readonly<Record<Exclude<PasskeyFailure, 'cancelled'>, string>> = {
  unsupported: 'passkey_no_prf',
  unverified: 'passkey_unverified',
  synced: 'passkey_synced',
};

export async function askToUsePasskey(context: AppContext): Promise<PasskeyAnswer> {
  return ask(context, context.platform.passkeys.use);
}

/** The passphrase as this vault takes it: with its passkey where it opens nothing without. `proof` is for one use. */
export async function askForProof(
  context: AppContext,
  passphrase: string,
): Promise<{ readonly kind: 'given'; readonly proof: Given } | Exclude<PasskeyAnswer, { kind: 'given' }>> {
  const { keys } = context.store.state();
  if (!hasPasskey(keys) || hasPassphraseAlone(keys)) return { kind: 'given', proof: { passphrase } };
  const answer = await askToUsePasskey(context);
  return answer.kind === 'given' ? { kind: 'given', proof: { passphrase, prf: answer.prf } } : answer;
}

export async function askToMakePasskey(context: AppContext): Promise<PasskeyAnswer> {
  const list = await context.core.call('keys.list', {});
  if (!list.ok) return { kind: 'failed', error: list.error };
  return ask(context, (input) => context.platform.passkeys.make(input, list.value['areSyncedPasskeysAllowed'] === true));
}

/** For an exported file: the passkey of the vault it was made of. */
export async function askToUsePasskeyFor({ core, platform }: AppContext, file: Blob): Promise<PasskeyAnswer> {
  const head = await core.readExportHead(file);
  return head.ok ? answerOf(await platform.passkeys.use(head.value.prfInputHex)) : { kind: 'failed', error: head.error };
}

async function ask({ core }: AppContext, act: (prfInputHex: string) => Promise<PasskeyResult>): Promise<PasskeyAnswer> {
  const status = await core.call('vault.status', {});
  return status.ok ? answerOf(await act(textOf(status.value['prfInputHex']))) : { kind: 'failed', error: status.error };
}

function answerOf(asked: PasskeyResult): PasskeyAnswer {
  if (asked.ok) return { kind: 'given', prf: asked.prf };
  return asked.failure === 'cancelled' ? { kind: 'not-used' } : { kind: 'failed', error: { code: FAILURES[asked.failure] } };
}
