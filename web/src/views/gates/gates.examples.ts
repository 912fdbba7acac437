/** Example states of every screen without an open vault, for looking at them and for tests of words and accessibility. */
import errors from '../../../../core/content/errors.json';
import emergency from '../../../../core/content/emergency.json';
import { initialState, type AppState, type LoadedContent, type Phase } from '../../state/model.ts';
import { HOME } from '../../state/routes.ts';

const WORDS = 'abacus zoom anchor pebble ladder';

const PHASES: readonly (readonly [name: string, phase: Phase])[] = [
  ['starting', { kind: 'starting' }],
  ['welcome', { kind: 'no-vault', step: { kind: 'welcome' } }],
  ['welcome-full', { kind: 'no-vault', step: { kind: 'welcome' }, problem: { code: 'full' } }],
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

export const examples: readonly { readonly name: string; readonly state: AppState }[] = PHASES.map(([name, phase]) => ({
  name,
  state: {
    ...initialState('Notebook', HOME, '2026-11-22', { errors, emergency } as unknown as LoadedContent),
    phase,
    device: { isPersistent: false, usageBytes: 1_000_000, quotaBytes: 12_000_000_000 },
  },
}));
