/** Copies of a vault as sealed files: making one, handing it over, restoring from one, and leaving a computer that is wiped. */
import { exportFileName } from '../protocol/backup.ts';
import { normalPassphrase } from '../protocol/passphrase.ts';
import type { CoreError } from '../state/model.ts';
import { isOnWipedComputer } from '../state/vaults.ts';
import type { Actions } from '../views/actions.ts';
import type { AppContext } from './context.ts';
import { busy } from './context.ts';
import { isNamed, proposedNaming } from './naming.ts';
import type { Navigator } from './navigation.ts';
import type { VaultGate, VaultsActions } from './vaults-actions.ts';
import { words } from './words.en.ts';

export interface BackupActions
  extends Pick<Actions, 'makeCopy' | 'cancelCopy' | 'takeCopy' | 'beginRestore' | 'restore' | 'leaveRestore' | 'lock' | 'lockNow'> {
  /** A command of this name went through. */
  readonly noticed: (command: string) => void;
}

/** Commands after which a copy made before lacks something. */
const WRITES = new Set([
  'draft.save', 'draft.discard', 'draft.commit', 'record.change', 'document.begin', 'document.complete', 'criteria.record', 'conflict.resolve',
]);

export function createBackupActions(context: AppContext, navigator: Navigator, gate: VaultGate, turnTo: VaultsActions['turnTo']): BackupActions {
  const { store, core, platform, saver } = context;
  /* Held here and not in the state: sealed, and gone with the next one or with the vault. */
  let file: Blob | undefined;

  core.onBackup((running) => {
    if (store.state().backup.running !== undefined) store.dispatch({ kind: 'backup', change: { running } });
  });

  async function makeCopy(): Promise<void> {
    file = undefined;
    store.dispatch({ kind: 'backup', change: { running: 'starting', madeCount: undefined, isTaken: false, problem: undefined } });
    const error = await saver.flush();
    if (error !== undefined) {
      store.dispatch({ kind: 'backup', change: { running: undefined, problem: error } });
      return;
    }
    const outcome = await core.exportVault();
    if (store.state().backup.running === undefined) return;
    if (!outcome.ok) {
      store.dispatch({ kind: 'backup', change: { running: undefined, problem: copyError(outcome.error) } });
      return;
    }
    file = outcome.value.file;
    store.dispatch({ kind: 'backup', change: { running: undefined, madeCount: outcome.value.rowCount } });
    store.dispatch({ kind: 'focus', target: { id: 'copy-made' } });
  }

  function takeCopy(): void {
    if (file === undefined) return;
    platform.saveFile(file, exportFileName(new Date(platform.nowMs())));
    store.dispatch({ kind: 'backup', change: { isTaken: true } });
  }

  async function restore(chosen: Blob | undefined, typed: string): Promise<void> {
    const phrase = normalPassphrase(typed);
    const errors = {
      ...(chosen === undefined ? { 'restore-file': words.backup.fileMissing } : {}),
      ...(phrase === '' ? { passphrase: words.passphrase.empty } : {}),
    };
    if (!isNamed(store, undefined, errors) || chosen === undefined) return;
    const { naming } = store.state().vaults;
    store.dispatch({ kind: 'phase', phase: { kind: 'restore', isWorking: true } });
    store.dispatch({ kind: 'backup', change: { running: 'starting', problem: undefined } });
    const outcome = await core.restoreExport(chosen, phrase, { label: naming.label, isPractice: false, isWiped: naming.isWiped === 'yes' });
    if (store.state().phase.kind !== 'restore') return;
    if (!outcome.ok) {
      store.dispatch({ kind: 'phase', phase: { kind: 'restore', isWorking: false, problem: restoreError(outcome.error) } });
      return;
    }
    await turnTo(outcome.value.directory);
    if (store.state().phase.kind === 'locked') {
      store.dispatch({ kind: 'phase', phase: { kind: 'locked', isWorking: false, notice: 'vault_restored' } });
    }
  }

  /** On a computer that is wiped a copy is asked for first; only then the vault is locked. */
  function lock(): void {
    const { phase, vaults, route } = store.state();
    if (phase.kind === 'open' && isOnWipedComputer(vaults) && !vaults.isPractice && route.name !== 'leave') void navigator.go({ name: 'leave' });
    else void gate.leaveVault();
  }

  return {
    makeCopy: () => void busy(context, makeCopy),
    cancelCopy: () => core.cancelBackup(),
    takeCopy,
    beginRestore() {
      store.dispatch({ kind: 'phase', phase: { kind: 'restore', isWorking: false } });
      store.dispatch({ kind: 'vaults', change: { naming: proposedNaming(store.state().vaults.rows, false) } });
    },
    restore: (chosen, typed) => void restore(chosen, typed),
    leaveRestore: () => void core.start().then(gate.arrive),
    lock,
    lockNow: () => void gate.leaveVault(),
    noticed(command) {
      if (WRITES.has(command) && store.state().backup.isTaken) store.dispatch({ kind: 'backup', change: { isTaken: false } });
    },
  };
}

/** A copy that was stopped is no error of sync. */
function copyError(error: CoreError): CoreError {
  return error.code === 'cancelled' ? { code: 'copy_cancelled' } : error;
}

function restoreError(error: CoreError): CoreError {
  if (error.code === 'cancelled') return { code: 'restore_cancelled' };
  return error.code === 'damaged' ? { code: 'copy_damaged' } : error;
}
