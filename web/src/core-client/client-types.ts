/** What the client of the core tells its caller. */
import type { CallError } from '../protocol/envelope.ts';
import type { VaultCreateReply, VaultState, VaultUnlockReply } from '../protocol/protocol.gen.ts';
import type { ListedVault } from './vault-directories.ts';

export type StartResult =
  | { readonly kind: 'ready'; readonly state: VaultState; readonly appVersion: string; readonly vaults: Vaults }
  /** Another window has the vaults; moveHere() asks it to let go. */
  | { readonly kind: 'other-window' }
  /** This browser or mode cannot keep a vault, or the vault cannot be opened now. */
  | { readonly kind: 'refused'; readonly error: CallError<string> };

export type CoreNews =
  /** another window asked; the vault is locked here and open there */
  | 'moved-away'
  /** the worker trapped; the vault must be unlocked again */
  | 'crashed'
  /** the browser put the page away and it is back; the vault is locked */
  | 'locked'
  /** by time: nothing of a record is shown or changed before the PIN */
  | 'warm'
  /** by time, or after wrong PINs: the keys are gone */
  | 'cold';

/** Every vault of this device, and the directory that is open or chosen: null while none is. */
export interface Vaults {
  readonly rows: readonly ListedVault[];
  readonly chosen: string | null;
}

export interface CreatedVault extends VaultCreateReply {
  readonly directory: string;
}

export interface UnlockReply extends VaultUnlockReply {
  /** Changes that were under way when the worker stopped, sent again now. */
  readonly repeatedCount: number;
}
