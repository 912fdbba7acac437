/** Copies of a vault as sealed files: making one, handing it over, restoring from one, and leaving a computer that is wiped. */
import { exportFileName } from '../protocol/backup.ts';
import { normalPassphrase } from '../protocol/passphrase.ts';
import type { CoreError, RestoreWay } from '../state/model.ts';
import { isOnWipedComputer } from '../state/vaults.ts';
import type { Actions } from '../views/actions.ts';
import type { AppContext } from './context.ts';
import { busy } from './context.ts';
import type { GivenForFile } from './core-port.ts';
import { isNamed, proposedNaming } from './naming.ts';
import type { Navigator } from './navigation.ts';
import type { VaultGate, VaultsActions } from './vaults-actions.ts';
import { askToUsePasskeyFor, NOT_USED } from './passkeys.ts';
import { words } from './words.en.ts';

export interface BackupActions
  extends Pick<Actions, 'makeCopy' | 'cancelCopy' | 'takeCopy' | 'beginRestore' | 'chooseRestoreWay' | 'restore' | 'leaveRestore' | 'lock' | 'lockNow'> {
  /** A command of this name went through. */
  readonly noticed: (command: string) => void;
}

/** Commands after which a copy made before lacks something. */
const WRITES = new Set([
  'draft.save', 'draft.discard', 'draft.commit', 'draft.share', 'record.change', 'document.begin', 'document.complete', 'criteria.record', 'conflict.resolve',
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
    const { phase } = store.state();
    if (phase.kind !== 'restore' || phase.isWorking) return;
    const { way } = phase;
    const errors = {
      ...(chosen === undefined ? { 'restore-file': words.backup.fileMissing } : {}),
      ...typingErrors(way, typed),
    };
    if (!isNamed(store, undefined, errors) || chosen === undefined) return;
    const { naming } = store.state().vaults;
    store.dispatch({ kind: 'phase', phase: { kind: 'restore', isWorking: true, way } });
    store.dispatch({ kind: 'backup', change: { running: 'starting', problem: undefined } });
    const given = await givenFor(chosen, way, typed);
    if (given === undefined) return;
    const outcome = await core.restoreExport(chosen, given, { label: naming.label, isPractice: false, isWiped: naming.isWiped === 'yes' });
    if (store.state().phase.kind !== 'restore') return;
    if (!outcome.ok) {
      store.dispatch({ kind: 'phase', phase: { kind: 'restore', isWorking: false, way, problem: restoreError(outcome.error, way) } });
      return;
    }
    await turnTo(outcome.value.directory);
    if (store.state().phase.kind === 'locked') {
      store.dispatch({ kind: 'phase', phase: { kind: 'locked', isWorking: false, notice: 'vault_restored' } });
    }
  }

  /** undefined when the screen says what happened instead. */
  async function givenFor(chosen: Blob, way: RestoreWay, typed: string): Promise<GivenForFile | undefined> {
    if (way === 'recovery') return { recoveryKey: typed };
    const passphrase = normalPassphrase(typed);
    if (way === 'passphrase') return { passphrase };
    const answer = await askToUsePasskeyFor(context, chosen);
    if (store.state().phase.kind !== 'restore') return undefined;
    if (answer.kind === 'given') return { passphrase, prf: answer.prf };
    const told = answer.kind === 'not-used' ? { notice: NOT_USED } : { problem: restoreError(answer.error, way) };
    store.dispatch({ kind: 'phase', phase: { kind: 'restore', isWorking: false, way, ...told } });
    return undefined;
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
      store.dispatch({ kind: 'phase', phase: { kind: 'restore', isWorking: false, way: 'passphrase' } });
      store.dispatch({ kind: 'vaults', change: { naming: proposedNaming(store.state().vaults.rows, false) } });
    },
    chooseRestoreWay(way) {
      if (store.state().phase.kind !== 'restore') return;
      store.dispatch({ kind: 'phase', phase: { kind: 'restore', isWorking: false, way } });
      store.dispatch({ kind: 'naming', change: { errors: {} } });
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

function typingErrors(way: RestoreWay, typed: string): Readonly<Record<string, string>> {
  if (way === 'recovery') return typed.trim() === '' ? { 'recovery-key': words.keys.recoveryEmpty } : {};
  return normalPassphrase(typed) === '' ? { passphrase: words.passphrase.empty } : {};
}

/** What did not open the copy is named. */
const WRONG: Readonly<Record<RestoreWay, string>> = { passphrase: 'auth', both: 'copy_passkey_wrong', recovery: 'copy_recovery_wrong' };

function restoreError(error: CoreError, way: RestoreWay): CoreError {
  if (error.code === 'cancelled') return { code: 'restore_cancelled' };
  if (error.code === 'auth') return { code: WRONG[way] };
  return error.code === 'damaged' ? { code: 'copy_damaged' } : error;
}
