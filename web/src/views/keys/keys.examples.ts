/** Example states of keys and copies that last a moment, or need something typed. */
import errors from '../../../../core/content/errors.json';
import { NO_BACKUP, type BackupView } from '../../state/backup.ts';
import { NO_KEYS, type KeysView, type SlotRow } from '../../state/keys.ts';
import { initialState, type AppState, type LoadedContent } from '../../state/model.ts';
import type { Route } from '../../state/routes.ts';
import { NO_TEAM } from '../../state/team.ts';
import { NO_VAULTS, type VaultsView } from '../../state/vaults.ts';
import { words } from '../../app/words.en.ts';

const WORDS = 'abacus zoom anchor pebble ladder';
const MADE_MS = 1_790_000_000_000;
const SLOTS: readonly SlotRow[] = [
  { slotIndex: 0, type: 'passphrase', madeMs: MADE_MS, label: '', isOpenedWith: true },
  { slotIndex: 3, type: 'recovery', madeMs: MADE_MS, label: '', isOpenedWith: false },
];
const BOTH: SlotRow = { slotIndex: 4, type: 'both', madeMs: MADE_MS, label: '', isOpenedWith: false };
const DISTRESS: SlotRow = { slotIndex: 5, type: 'distress', madeMs: MADE_MS, label: '', isOpenedWith: false };
const BESIDE: readonly SlotRow[] = [...SLOTS.slice(0, 1), BOTH];
const KEY = 'K7F2M-9Q4TX-0WZ3B-HR8CD-5NVJE-1YGSA-P6K2F-7M9QT';

const ESCROW: SlotRow = { slotIndex: 5, type: 'escrow', madeMs: MADE_MS, label: '', isOpenedWith: false };

const KEYS: readonly (readonly [name: string, route: Route, keys: Partial<KeysView>])[] = [
  ['keys-two', { name: 'keys' }, { slots: SLOTS, memoryKib: 131_072 }],
  ['keys-remove', { name: 'keys' }, { slots: SLOTS, removing: 3 }],
  ['keys-last', { name: 'keys' }, { slots: SLOTS, problem: { code: 'last-key' } }],
  ['key-words-show', { name: 'key-words' }, { words: { kind: 'show', words: WORDS } }],
  ['key-words-confirm', { name: 'key-words' }, { words: { kind: 'confirm', words: WORDS }, errors: { passphrase: 'These are not the words from the page before. Check each word.' } }],
  ['key-words-wrong', { name: 'key-words' }, { problem: { code: 'auth' } }],
  ['key-recovery-show', { name: 'key-recovery' }, { recovery: { kind: 'show', text: KEY } }],
  ['key-recovery-confirm', { name: 'key-recovery' }, { recovery: { kind: 'confirm' }, problem: { code: 'mistyped' } }],
  ['key-distress-wrong', { name: 'key-distress' }, { problem: { code: 'auth' } }],
  ['key-distress-none', { name: 'key-distress' }, { slots: SLOTS, distress: { kind: 'known' } }],
  ['key-distress-set', { name: 'key-distress' }, { slots: [...SLOTS, DISTRESS], distress: { kind: 'known' } }],
  ['key-distress-exists', { name: 'key-distress' }, { slots: SLOTS, distress: { kind: 'known' }, problem: { code: 'distress_exists' } }],
  ['key-distress-show', { name: 'key-distress' }, { distress: { kind: 'show', words: WORDS } }],
  ['key-distress-confirm', { name: 'key-distress' }, { distress: { kind: 'confirm', words: WORDS } }],
  ['key-distress-working', { name: 'key-distress' }, { distress: { kind: 'working' } }],
  ['key-distress-done', { name: 'key-distress' }, { distress: { kind: 'done', isSet: true } }],
  ['key-distress-removed', { name: 'key-distress' }, { distress: { kind: 'done', isSet: false } }],
];

const WIPED: VaultsView = {
  ...NO_VAULTS, chosen: '1'.repeat(32), rows: [{ directory: '1'.repeat(32), entry: { label: 'Ward', isPractice: false, isWiped: true }, hasKeys: true }],
};

/** Where the browser has passkeys. */
const PASSKEYS: readonly (readonly [name: string, route: Route, keys: Partial<KeysView>])[] = [
  ['keys-passkey-offer', { name: 'keys' }, { slots: SLOTS }],
  ['keys-passkey-beside', { name: 'keys' }, { slots: BESIDE }],
  ['keys-passkey-only', { name: 'keys' }, { slots: [{ ...BOTH, isOpenedWith: true }] }],
  ['key-passkey-own', { name: 'key-passkey' }, { slots: SLOTS, phrase: 'own' }],
  ['key-passkey-short', { name: 'key-passkey' }, { slots: SLOTS, phrase: 'own', errors: { passphrase: words.passphrase.empty, 'own-phrase': words.passkey.ownShort } }],
  ['key-passkey-not-used', { name: 'key-passkey' }, { slots: SLOTS, phrase: 'same', notice: 'passkey_not_used' }],
  ['key-passkey-synced', { name: 'key-passkey' }, { slots: SLOTS, problem: { code: 'passkey_synced' } }],
  ['key-passkey-unverified', { name: 'key-passkey' }, { slots: SLOTS, problem: { code: 'passkey_unverified' } }],
  ['key-passkey-no-prf', { name: 'key-passkey' }, { slots: SLOTS, problem: { code: 'passkey_no_prf' } }],
  ['key-passkey-alone', { name: 'key-passkey' }, { slots: BESIDE }],
  ['key-passkey-alone-paper', { name: 'key-passkey' }, { slots: [...SLOTS, BOTH], problem: { code: 'passkey_wrong' } }],
  ['key-passkey-only', { name: 'key-passkey' }, { slots: [BOTH] }],
  ['key-words-beside', { name: 'key-words' }, { slots: BESIDE }],
  ['key-words-only', { name: 'key-words' }, { slots: [BOTH] }],
];

const COPIES: readonly (readonly [name: string, route: Route, backup: Partial<BackupView>])[] = [
  ['backup-running', { name: 'backup' }, { running: { phase: 'testing', done: 120, total: 300 } }],
  ['backup-made', { name: 'backup' }, { madeCount: 300 }],
  ['backup-stopped', { name: 'backup' }, { problem: { code: 'copy_cancelled' } }],
  ['leave-taken', { name: 'leave' }, { madeCount: 300, isTaken: true }],
];

export const keyExamples: readonly { readonly name: string; readonly state: AppState }[] = [
  ...KEYS.map(([name, route, keys]) => ({ name, state: stateOf(route, { keys: { ...NO_KEYS, ...keys } }) })),
  ...PASSKEYS.map(([name, route, keys]) => ({ name, state: stateOf(route, { hasPasskeys: true, keys: { ...NO_KEYS, ...keys } }) })),
  { name: 'keys-escrow', state: stateOf({ name: 'keys' }, { keys: { ...NO_KEYS, slots: [...SLOTS, ESCROW] }, team: { ...NO_TEAM, escrow: { hasKey: true, isHeld: true, heldMs: MADE_MS, isNews: false } } }) },
  { name: 'keys-escrow-no-room', state: stateOf({ name: 'keys' }, { keys: { ...NO_KEYS, slots: SLOTS }, team: { ...NO_TEAM, escrow: { hasKey: true, isHeld: false, isNews: false, problem: 'no-slot' } } }) },
  { name: 'key-words-no-room', state: stateOf({ name: 'key-words' }, { problem: { code: 'no_room' } }) },
  { name: 'key-passkey-wiped', state: stateOf({ name: 'key-passkey' }, { keys: { ...NO_KEYS, slots: BESIDE }, vaults: WIPED }) },
  ...COPIES.map(([name, route, backup]) => ({ name, state: stateOf(route, { backup: { ...NO_BACKUP, ...backup } }) })),
];

function stateOf(route: Route, change: Partial<AppState>): AppState {
  return {
    ...initialState('Notebook', route, '2026-11-22', { errors } as unknown as LoadedContent),
    phase: { kind: 'open' },
    ...change,
  };
}
