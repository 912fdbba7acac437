// Passkeys where there is no browser: what an authenticator does with the input, and what a person or a device may do instead.
import { createHmac, randomBytes } from 'node:crypto';

export const NO_PASSKEYS = { isSupported: async () => false, make: async () => failed('unsupported'), use: async () => failed('unsupported') };

const failed = (failure) => ({ ok: false, failure });

/** A device with one passkey at most. `refusal`: what the next dialog ends with instead. */
export class Passkeys {
  refusal = undefined;
  asked = [];
  #secret = undefined;

  isSupported = async () => true;

  make = async (inputHex, areSyncedAllowed) => {
    this.asked.push(`make ${areSyncedAllowed}`);
    if (this.refusal !== undefined) return this.#refused();
    this.#secret = randomBytes(32);
    return this.#output(inputHex);
  };

  use = async (inputHex) => {
    this.asked.push('use');
    return this.refusal === undefined && this.#secret !== undefined ? this.#output(inputHex) : this.#refused();
  };

  #refused() {
    const failure = this.refusal ?? 'cancelled';
    this.refusal = undefined;
    return failed(failure);
  }

  #output(inputHex) {
    const prf = createHmac('sha256', this.#secret).update(inputHex, 'hex').digest();
    return { ok: true, prf: new Uint8Array(prf).buffer };
  }
}
