/** What a person gave to open something, as the bytes the core takes; keys of passphrases come by port. */
import type { CallResult, KdfParameters, KdfResult, SecretsGiven } from '../protocol/envelope.ts';
import { secretBytes } from '../protocol/secrets.ts';

type Derive = (parameters: KdfParameters, port: MessagePort) => Promise<KdfResult>;

/** The bytes are secret, and for a call that wipes them. */
export async function givenSecrets(
  { port, isChosen, prf }: SecretsGiven,
  { saltHex, memoryKib, passes }: KdfParameters,
  derive: Derive,
): Promise<CallResult<Uint8Array, string>> {
  const derived = port === undefined ? undefined : await derive({ saltHex, memoryKib, passes }, port);
  return derived?.ok === false ? derived : { ok: true, reply: secretBytes({ passphraseKey: derived?.key, isChosen, prf }) };
}

/** Nobody waits on a port any more, and no output of a passkey and no typed key stays. */
export function closeSecrets({ port, prf, typed }: SecretsGiven): void {
  port?.close();
  for (const part of [prf, typed]) {
    if (part !== undefined && part.byteLength > 0) new Uint8Array(part).fill(0);
  }
}
