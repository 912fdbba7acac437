/** The ways into a vault as the screens need them. New words and a new recovery key are here only between showing and typing back. */
import type { SlotRow } from '../protocol/protocol.gen.ts';
import type { CoreError } from './model.ts';

export type { SlotRow };

/** Making a new passphrase: shown, typed back, and then it opens instead of the old one. */
export type WordsStep =
  | { readonly kind: 'begin' }
  | { readonly kind: 'show'; readonly words: string }
  | { readonly kind: 'confirm'; readonly words: string }
  | { readonly kind: 'working' };

export type RecoveryStep = { readonly kind: 'begin' } | { readonly kind: 'show'; readonly text: string } | { readonly kind: 'confirm' };

/** A distress phrase. Until the passphrase was typed again nothing says whether there is one. */
export type DistressStep =
  | { readonly kind: 'ask' }
  | { readonly kind: 'known' }
  | { readonly kind: 'show'; readonly words: string }
  | { readonly kind: 'confirm'; readonly words: string }
  | { readonly kind: 'working' }
  | { readonly kind: 'done'; readonly isSet: boolean };

export interface KeysView {
  readonly slots: readonly SlotRow[];
  /** memory of the key derivation; undefined while it is not known */
  readonly memoryKib: number | undefined;
  /** why there are new words: in the ordinary course, or because somebody may know the old ones */
  readonly why: 'ordinary' | 'known' | '';
  readonly words: WordsStep;
  readonly recovery: RecoveryStep;
  readonly distress: DistressStep;
  /** which words go with a passkey: those there are, or the person's own */
  readonly phrase: 'same' | 'own' | '';
  /** the way in that is asked about before it is taken away */
  readonly removing: number | undefined;
  /** what is wrong with what was typed, by control */
  readonly errors: Readonly<Record<string, string>>;
  readonly problem: CoreError | undefined;
  /** what happened that is no error: a state of errors.json */
  readonly notice: string | undefined;
}

/** A passphrase and a passkey together open the vault. */
export const hasPasskey = ({ slots }: KeysView): boolean => slots.some(({ type }) => type === 'both');

/** A passphrase opens it alone. */
export const hasPassphraseAlone = ({ slots }: KeysView): boolean => slots.some(({ type }) => type === 'passphrase');

export const NO_KEYS: KeysView = {
  slots: [], memoryKib: undefined, why: '', words: { kind: 'begin' }, recovery: { kind: 'begin' }, distress: { kind: 'ask' }, phrase: '', removing: undefined,
  errors: {}, problem: undefined, notice: undefined,
};

/** How many wrong passphrases there were, and what follows. */
export interface Attempts {
  readonly waitMs: number;
  readonly isLockedOut: boolean;
}

export const NO_ATTEMPTS: Attempts = { waitMs: 0, isLockedOut: false };
