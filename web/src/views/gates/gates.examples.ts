/** Example states of every screen without an open vault, for looking at them and for tests of words and accessibility. */
import errors from '../../../../core/content/errors.json';
import emergency from '../../../../core/content/emergency.json';
import { initialState, type AppState, type LoadedContent, type Phase } from '../../state/model.ts';
import { HOME } from '../../state/routes.ts';
import { NO_NAMING, NO_VAULTS, type NamingForm, type VaultRow, type VaultsView } from '../../state/vaults.ts';
import { words } from '../../app/words.en.ts';

const WORDS = 'abacus zoom anchor pebble ladder';

const PHASES: readonly (readonly [name: string, phase: Phase])[] = [
  ['starting', { kind: 'starting' }],
  ['welcome', { kind: 'no-vault', step: { kind: 'welcome' } }],
  ['welcome-full', { kind: 'no-vault', step: { kind: 'welcome' }, problem: { code: 'full' } }],
  ['name', { kind: 'no-vault', step: { kind: 'name' } }],
  ['choose', { kind: 'choose', isWorking: false }],
  ['choose-working', { kind: 'choose', isWorking: true }],
  ['remove', { kind: 'remove', isWorking: false }],
  ['restore', { kind: 'restore', isWorking: false, way: 'passphrase' }],
  ['restore-damaged', { kind: 'restore', isWorking: false, way: 'passphrase', problem: { code: 'copy_damaged' } }],
  ['restore-recovery-slip', { kind: 'restore', isWorking: false, way: 'recovery', problem: { code: 'mistyped', detail: 'group 4' } }],
  ['restore-recovery-wrong', { kind: 'restore', isWorking: false, way: 'recovery', problem: { code: 'copy_recovery_wrong' } }],
  ['restore-working', { kind: 'restore', isWorking: true, way: 'passphrase' }],
  ['recover', { kind: 'recover', isWorking: false }],
  ['recover-mistyped', { kind: 'recover', isWorking: false, problem: { code: 'mistyped' } }],
  ['renew', { kind: 'renew' }],
  ['locked-restored', { kind: 'locked', isWorking: false, notice: 'vault_restored' }],
  ['words', { kind: 'no-vault', step: { kind: 'show', words: WORDS } }],
  ['confirm', { kind: 'no-vault', step: { kind: 'confirm', words: WORDS } }],
  ['confirm-differs', { kind: 'no-vault', step: { kind: 'confirm', words: WORDS, problem: 'differs' } }],
  ['working', { kind: 'no-vault', step: { kind: 'working' } }],
  ['locked', { kind: 'locked', isWorking: false }],
  ['locked-working', { kind: 'locked', isWorking: true }],
  ['locked-empty', { kind: 'locked', isWorking: false, problem: 'empty' }],
  ['locked-wrong', { kind: 'locked', isWorking: false, problem: { code: 'auth' } }],
  ['locked-after-io', { kind: 'locked', isWorking: false, problem: { code: 'io' } }],
  ['locked-no-memory', { kind: 'locked', isWorking: false, problem: { code: 'no_memory_for_key' } }],
  ['other-window', { kind: 'other-window', isMoving: false }],
  ['unfinished', { kind: 'unfinished', isWorking: false }],
  ['refused-private', { kind: 'refused', reason: 'private_browsing' }],
  ['refused-no-storage', { kind: 'refused', reason: 'no_storage' }],
  ['refused-storage', { kind: 'refused', reason: 'storage_refused' }],
  ['refused-files', { kind: 'refused', reason: 'files_missing' }],
  ['damaged', { kind: 'damaged', code: 'damaged_vault' }],
  ['locked-reading', { kind: 'locked', isWorking: false, isReading: true }],
  ['newer-version', { kind: 'damaged', code: 'newer_version' }],
  ['weak-parameters', { kind: 'damaged', code: 'weak-parameters' }],
  ['crashed', { kind: 'broken', state: 'crashed_worker' }],
  ['bug', { kind: 'broken', state: 'bug' }],
  ['choose-pin', { kind: 'choose-pin', isWorking: false }],
  ['choose-pin-weak', { kind: 'choose-pin', isWorking: false, problem: { code: 'pin-weak' } }],
  ['warm', { kind: 'warm', isWorking: false }],
  ['warm-wrong', { kind: 'warm', isWorking: false, problem: 'wrong', triesLeft: 2 }],
  ['warm-last', { kind: 'warm', isWorking: false, problem: 'wrong', triesLeft: 1 }],
  ['warm-no-pin', { kind: 'warm', isWorking: false, problem: 'no-pin' }],
  ['hidden', { kind: 'hidden', next: 'locked' }],
];

const ROWS: readonly VaultRow[] = [
  { directory: '1'.repeat(32), entry: { label: 'Notebook 1', isPractice: false, isWiped: false }, hasKeys: true },
  { directory: '2'.repeat(32), entry: { label: 'Blue, left desk', isPractice: false, isWiped: true }, hasKeys: true },
  { directory: '3'.repeat(32), entry: { label: 'Practice notebook 1', isPractice: true, isWiped: false }, hasKeys: true },
  { directory: '4'.repeat(32), entry: 'damaged', hasKeys: true },
  { directory: '5'.repeat(32), entry: 'none', hasKeys: false },
];

const NAMING: NamingForm = { ...NO_NAMING, label: 'Notebook 2' };
const VAULTS: VaultsView = { ...NO_VAULTS, rows: ROWS, chosen: '1'.repeat(32), naming: NAMING };

/** States that only differ in what is typed. */
const TYPED: readonly (readonly [name: string, phase: Phase, change: Partial<VaultsView>])[] = [
  [
    'name-missing',
    { kind: 'no-vault', step: { kind: 'name' } },
    { naming: { ...NAMING, label: '', errors: { 'vault-label': words.vaults.labelMissing, 'vault-wiped': words.vaults.wipedMissing } } },
  ],
  ['name-practice', { kind: 'no-vault', step: { kind: 'name' } }, { naming: { ...NAMING, label: 'Practice notebook 2', isPractice: true, isWiped: 'no' } }],
  ['locked-wiped', { kind: 'locked', isWorking: false }, { chosen: '2'.repeat(32) }],
  ['remove-second', { kind: 'remove', isWorking: false }, { removal: { step: 'second', word: 'remov', error: words.vaults.removeWordMissing } }],
];

export const examples: readonly { readonly name: string; readonly state: AppState }[] = [
  ...PHASES.map(([name, phase]) => ({ name, state: stateOf(phase, {}) })),
  ...TYPED.map(([name, phase, change]) => ({ name, state: stateOf(phase, change) })),
  { name: 'locked-passkey', state: withPasskeys({ kind: 'locked', isWorking: false }) },
  { name: 'locked-passkey-not-used', state: withPasskeys({ kind: 'locked', isWorking: false, notice: 'passkey_not_used' }) },
  { name: 'restore-both', state: withPasskeys({ kind: 'restore', isWorking: false, way: 'both', notice: 'passkey_not_used' }) },
  { name: 'restore-both-wrong', state: withPasskeys({ kind: 'restore', isWorking: false, way: 'both', problem: { code: 'copy_passkey_wrong' } }) },
  { name: 'locked-passkey-wrong', state: withPasskeys({ kind: 'locked', isWorking: false, problem: { code: 'passkey_wrong' } }) },
  { name: 'locked-wait', state: { ...stateOf({ kind: 'locked', isWorking: false, problem: { code: 'wait' } }, {}), attempts: { waitMs: 28_000, isLockedOut: false } } },
  { name: 'locked-out', state: { ...stateOf({ kind: 'locked', isWorking: false, problem: { code: 'locked-out' } }, {}), attempts: { waitMs: 0, isLockedOut: true } } },
];

function withPasskeys(phase: Phase): AppState {
  return { ...stateOf(phase, {}), hasPasskeys: true };
}

function stateOf(phase: Phase, change: Partial<VaultsView>): AppState {
  return {
    ...initialState('Notebook', HOME, '2026-11-22', { errors, emergency } as unknown as LoadedContent),
    phase,
    device: { isPersistent: false, usageBytes: 1_000_000, quotaBytes: 12_000_000_000 },
    vaults: { ...VAULTS, ...change },
  };
}
