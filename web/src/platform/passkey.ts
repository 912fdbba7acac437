/**
 * Passkeys as a second secret (WebAuthn with the prf extension): the authenticator computes 32 bytes from an input the
 * core says (prfInputHex of vault.status and vault.prepare), and only after it has verified its user.
 *
 * Nothing of a passkey is stored by the app: no id, no name. Each credential is discoverable and carries a neutral name
 * and a random user id. One that an account copies to other devices (backup-eligible) is refused unless allowed, because
 * it follows a family's account.
 */
import { browserRandom } from './random.ts';

export type PasskeyFailure =
  /** this browser or device has no passkeys with prf */
  | 'unsupported'
  /** the person closed the dialog, or it took too long */
  | 'cancelled'
  /** the device did not check who uses it */
  | 'unverified'
  /** an account copies this passkey to other devices */
  | 'synced';

/** The bytes are the caller's to hand on by transfer; they are not kept here. */
export type PasskeyResult =
  | { readonly ok: true; readonly prf: ArrayBuffer }
  | { readonly ok: false; readonly failure: PasskeyFailure };

export interface PasskeyOptions {
  /** what the device shows in its own list of passkeys; neutral, the same for everybody */
  readonly name: string;
  readonly areSyncedAllowed: boolean;
}

/** Flags of authenticator data (WebAuthn 6.1). */
const FLAGS_OFFSET = 32;
const FLAG_USER_VERIFIED = 0x04;
const FLAG_BACKUP_ELIGIBLE = 0x08;
const PRF_SIZE_BYTES = 32;
const CHALLENGE_SIZE_BYTES = 32;
const USER_ID_SIZE_BYTES = 16;
const TIMEOUT_MS = 120_000;
/** COSE: EdDSA, ES256, RS256. Which one signs does not matter here; without a choice some devices refuse. */
const ALGORITHMS = [-8, -7, -257];

/** Whether to offer passkeys at all. Browsers that cannot say what they do are taken not to. */
export async function hasPasskeys(): Promise<boolean> {
  try {
    const capabilities = await globalThis.PublicKeyCredential?.getClientCapabilities?.();
    return capabilities?.['extension:prf'] === true;
  } catch {
    return false;
  }
}

/** A new passkey on this device or on a security key, and its output. */
export async function makePasskey(prfInputHex: string, options: PasskeyOptions): Promise<PasskeyResult> {
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: random(CHALLENGE_SIZE_BYTES),
    rp: { name: options.name },
    user: { id: random(USER_ID_SIZE_BYTES), name: options.name, displayName: options.name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    authenticatorSelection: { userVerification: 'required', residentKey: 'required', requireResidentKey: true },
    attestation: 'none',
    timeout: TIMEOUT_MS,
    extensions: { prf: { eval: { first: bytesOfHex(prfInputHex) } } },
  };
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  if (made === null) {
    return failed('cancelled');
  }
  const response = made.response as AuthenticatorAttestationResponse;
  const data = response.getAuthenticatorData();
  if (!hasFlag(data, FLAG_USER_VERIFIED)) {
    return failed('unverified');
  }
  if (!options.areSyncedAllowed && hasFlag(data, FLAG_BACKUP_ELIGIBLE)) {
    return failed('synced');
  }
  const { prf } = made.getClientExtensionResults();
  if (prf?.enabled !== true && prf?.results === undefined) {
    return failed('unsupported');
  }
  // Many authenticators compute the output only when they are asked the second time.
  return prf.results === undefined ? usePasskey(prfInputHex) : outputOf(prf.results.first);
}

/** The output of a passkey made before; which one, the person chooses in the browser's own dialog. */
export async function usePasskey(prfInputHex: string): Promise<PasskeyResult> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: random(CHALLENGE_SIZE_BYTES),
    userVerification: 'required',
    timeout: TIMEOUT_MS,
    extensions: { prf: { eval: { first: bytesOfHex(prfInputHex) } } },
  };
  const used = await asked(() => navigator.credentials.get({ publicKey }));
  if (used === null) {
    return failed('cancelled');
  }
  const response = used.response as AuthenticatorAssertionResponse;
  if (!hasFlag(response.authenticatorData, FLAG_USER_VERIFIED)) {
    return failed('unverified');
  }
  const results = used.getClientExtensionResults().prf?.results;
  return results === undefined ? failed('unsupported') : outputOf(results.first);
}

/** null: refused, by the person or by the browser, which does not say which. */
async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  try {
    return (await ask()) as PublicKeyCredential | null;
  } catch {
    return null;
  }
}

/** A copy that can be transferred; the browser's own is wiped. */
function outputOf(source: BufferSource): PasskeyResult {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  if (bytes.byteLength !== PRF_SIZE_BYTES) {
    return failed('unsupported');
  }
  const prf = bytes.slice().buffer as ArrayBuffer;
  bytes.fill(0);
  return { ok: true, prf };
}

function hasFlag(authenticatorData: ArrayBuffer, flag: number): boolean {
  return ((new Uint8Array(authenticatorData)[FLAGS_OFFSET] ?? 0) & flag) !== 0;
}

function random(sizeBytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(browserRandom(sizeBytes));
}

function bytesOfHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function failed(failure: PasskeyFailure): PasskeyResult {
  return { ok: false, failure };
}
