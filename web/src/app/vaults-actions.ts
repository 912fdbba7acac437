/** Several vaults on one device: naming, choosing, making another, and taking one away. */
import type { CoreError } from '../state/model.ts';
import { HOME } from '../state/routes.ts';
import { chosenVault, entryOf, type NamingForm, type VaultRow } from '../state/vaults.ts';
import type { Actions } from '../views/actions.ts';
import type { AppContext } from './context.ts';
import { busy, showProblem } from './context.ts';
import type { Outcome, StartOutcome } from './core-port.ts';
import { isNamed, proposedNaming } from './naming.ts';
import type { Navigator } from './navigation.ts';
import { words } from './words.en.ts';

export type VaultsActions = { readonly turnTo: (directory: string | undefined) => Promise<void> } & Pick<
  Actions,
  | 'beginVault' | 'changeNaming' | 'nameVault' | 'renameVault' | 'showVaults' | 'chooseVault' | 'anotherVault'
  | 'beginRemoval' | 'changeRemoval' | 'removeVault' | 'stayLocked'
>;

export interface VaultGate {
  readonly arrive: (outcome: StartOutcome) => Promise<void>;
  readonly makeWords: () => Promise<void>;
  /** Saves, or says why not; locks and empties the screen. False: the person stays. */
  readonly leaveVault: () => Promise<boolean>;
}

export function createVaultsActions(context: AppContext, navigator: Navigator, gate: VaultGate): VaultsActions {
  const { store, core, saver } = context;
  /* What a fault kept from being saved waits for its own vault, whoever works in another meanwhile. */
  const parked = new Map<string, () => void>();

  function beginVault(isPractice: boolean): void {
    const naming = proposedNaming(store.state().vaults.rows, isPractice);
    store.dispatch({ kind: 'phase', phase: { kind: 'no-vault', step: { kind: 'name' } } });
    store.dispatch({ kind: 'vaults', change: { naming } });
  }

  async function renameVault(): Promise<void> {
    if (!isNamed(store, store.state().vaults.chosen)) return;
    const { naming, isPractice } = store.state().vaults;
    const outcome = await core.relabel({ label: naming.label, isPractice, isWiped: naming.isWiped === 'yes' });
    if (!outcome.ok) {
      showProblem(context, outcome.error);
      return;
    }
    await navigator.reopen();
    store.dispatch({ kind: 'banner', banner: { kind: 'success', title: words.shell.success, text: words.vaults.renamed } });
  }

  /** The list, read anew. */
  async function showVaults(problem?: CoreError): Promise<void> {
    if (!(await gate.leaveVault())) return;
    const listed = await core.listVaults();
    if (!listed.ok) {
      store.dispatch({ kind: 'phase', phase: { kind: 'refused', reason: listed.error.code } });
      return;
    }
    store.dispatch({ kind: 'vaults', change: { rows: listed.value } });
    store.dispatch({ kind: 'phase', phase: { kind: 'choose', isWorking: false, ...(problem === undefined ? {} : { problem }) } });
  }

  /** What waits to be saved goes with the vault it belongs to. */
  async function turnTo(directory: string | undefined): Promise<void> {
    const before = store.state().vaults.chosen;
    store.dispatch({ kind: 'phase', phase: { kind: 'choose', isWorking: true } });
    if (before !== undefined && before !== directory) {
      const restore = saver.park();
      if (restore !== undefined) parked.set(before, restore);
    }
    /* An address within the vault before leads nowhere in this one. */
    if (before !== directory) await navigator.go(HOME, 'replace');
    store.dispatch({ kind: 'vaults', change: { chosen: directory } });
    await gate.arrive(await core.choose(directory));
    if (directory !== undefined) {
      parked.get(directory)?.();
      parked.delete(directory);
    }
  }

  async function anotherVault(): Promise<void> {
    if (!(await gate.leaveVault())) return;
    await turnTo(undefined);
    /* There are others, so what arrives is the list; making one was asked for. */
    if (store.state().phase.kind === 'choose') store.dispatch({ kind: 'phase', phase: { kind: 'no-vault', step: { kind: 'welcome' } } });
  }

  function isAgreed(): boolean {
    const { removal, isPractice } = store.state().vaults;
    const { backup, storage, phase } = store.state();
    const isNothingLost = phase.kind === 'open' && (isPractice || backup.isTaken || storage?.unsentCount === '0');
    if (isNothingLost) return true;
    if (removal.step === 'first') {
      store.dispatch({ kind: 'removal', change: { step: 'second' } });
      return false;
    }
    if (removal.word.trim().toLowerCase() === words.vaults.removeWord) return true;
    store.dispatch({ kind: 'removal', change: { error: words.vaults.removeWordMissing } });
    return false;
  }

  async function removeVault(): Promise<void> {
    if (!isAgreed()) return;
    const { phase, storage } = store.state();
    if (phase.kind === 'remove') store.dispatch({ kind: 'phase', phase: { kind: 'remove', isWorking: true } });
    const outcome = await core.removeVault(phase.kind === 'open' ? storage?.unsentCount : undefined);
    if (!outcome.ok) {
      notRemoved(outcome.error);
      return;
    }
    const { chosen } = store.state().vaults;
    if (chosen !== undefined) parked.delete(chosen);
    saver.clear();
    store.dispatch({ kind: 'vaults', change: { chosen: undefined } });
    store.dispatch({ kind: 'phase', phase: { kind: 'starting' } });
    await gate.arrive(await core.start());
  }

  function notRemoved(error: CoreError): void {
    const { phase } = store.state();
    if (phase.kind === 'remove') store.dispatch({ kind: 'phase', phase: { kind: 'remove', isWorking: false, problem: error } });
    /* More was written since the number on screen was read: it is shown and agreed to anew. */
    else if (error.code === 'wrong-state') void navigator.reopen();
    else showProblem(context, error);
  }

  return {
    turnTo,
    beginVault,
    changeNaming: (change) => store.dispatch({ kind: 'naming', change }),
    nameVault: () => void busy(context, async () => (isNamed(store, undefined) ? gate.makeWords() : undefined)),
    renameVault: () => void busy(context, renameVault),
    showVaults: () => void showVaults(),
    chooseVault: (directory) => void turnTo(directory),
    anotherVault: () => void anotherVault(),
    beginRemoval() {
      if (store.state().phase.kind === 'locked') store.dispatch({ kind: 'phase', phase: { kind: 'remove', isWorking: false } });
    },
    changeRemoval: (change) => store.dispatch({ kind: 'removal', change }),
    removeVault: () => void busy(context, removeVault),
    stayLocked: () => store.dispatch({ kind: 'phase', phase: { kind: 'locked', isWorking: false } }),
  };
}

/** What the page of the vaults shows: the list, and the name of this one as it stands. */
export async function loadVaults({ store, core }: AppContext): Promise<{ naming: NamingForm } | { problem: CoreError }> {
  const listed: Outcome<readonly VaultRow[]> = await core.listVaults();
  if (!listed.ok) return { problem: listed.error };
  store.dispatch({ kind: 'vaults', change: { rows: listed.value } });
  const { vaults } = store.state();
  const entry = entryOf(chosenVault(vaults));
  if (entry === undefined) return { naming: proposedNaming(listed.value, vaults.isPractice) };
  return { naming: { label: entry.label, isPractice: vaults.isPractice, isWiped: entry.isWiped ? 'yes' : 'no', errors: {} } };
}
