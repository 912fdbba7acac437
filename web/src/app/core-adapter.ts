/** The core client in the shape the actions use, with its codes turned into those that have sentences in core/content. */
import type { StartResult } from '../core-client/client-types.ts';
import { CoreClient } from '../core-client/core-client.ts';
import type { PageCommand } from '../protocol/envelope.ts';
import type { Commands, VaultState } from '../protocol/protocol.gen.ts';
import type { CoreError } from '../state/model.ts';
import type { JsonObject } from '../state/json.ts';
import type { VaultRow } from '../state/vaults.ts';
import type { CorePort, Outcome, StartOutcome } from './core-port.ts';

/** Codes of the host, each with the state of errors.json that says it. Codes of the core are errors of errors.json themselves. */
const HOST_STATES: Readonly<Record<string, string>> = {
  crashed: 'crashed_worker',
  stopped: 'crashed_worker',
  'no-opfs': 'no_storage',
  'not-secure': 'not_secure',
  'no-locks': 'old_browser',
  'no-wasm': 'old_browser',
  'storage-refused': 'storage_refused',
  'private-browsing': 'private_browsing',
  'held-elsewhere': 'second_window',
  'other-window': 'second_window',
  'not-loaded': 'files_missing',
  'kdf-no-memory': 'no_memory_for_key',
  'kdf-failed': 'no_memory_for_key',
  'no-directory': 'storage_refused',
};

/** Starts that end because this device or window cannot keep a vault; other failures are about the vault itself. */
const REFUSALS = new Set([
  'no-opfs', 'not-secure', 'no-locks', 'no-wasm', 'storage-refused', 'private-browsing', 'not-loaded', 'no-directory', 'no-random',
]);

function errorOf(error: { readonly code: string; readonly detail: string }): CoreError {
  return { code: stateOf(error), detail: error.detail };
}

/** A browser that forbids its own storage with a security error does so in private windows. */
function stateOf(error: { readonly code: string; readonly detail: string }): string {
  if (error.code === 'storage-refused' && error.detail === 'SecurityError') return 'private_browsing';
  return HOST_STATES[error.code] ?? error.code;
}

function outcomeOf<T>(result: { ok: true; reply: unknown } | { ok: false; error: { code: string; detail: string } }): Outcome<T> {
  return result.ok ? { ok: true, value: result.reply as T } : { ok: false, error: errorOf(result.error) };
}

function startOf(result: StartResult): StartOutcome {
  if (result.kind === 'other-window') return result;
  if (result.kind === 'ready') {
    const { rows, chosen } = result.vaults;
    return { kind: 'vault', state: gateOf(result.state, rows.length, chosen !== null), version: result.appVersion, rows, chosen: chosen ?? undefined };
  }
  if (result.error.code === 'held-elsewhere') return { kind: 'other-window' };
  if (REFUSALS.has(result.error.code)) return { kind: 'refused', reason: stateOf(result.error) };
  return { kind: 'failed', error: errorOf(result.error) };
}

/** An open vault is locked for the page. A chosen directory without anything in it is a vault that was begun. */
function gateOf(state: VaultState, vaultCount: number, isChosen: boolean): 'none' | 'choose' | 'unfinished' | 'locked' {
  if (state === 'open') return 'locked';
  if (state !== 'none') return state;
  if (isChosen) return 'unfinished';
  return vaultCount === 0 ? 'none' : 'choose';
}

async function listVaults(client: CoreClient): Promise<Outcome<readonly VaultRow[]>> {
  try {
    return { ok: true, value: await client.listVaults() };
  } catch {
    return { ok: false, error: { code: 'storage_refused' } };
  }
}

export function createCorePort(client: CoreClient): CorePort {
  return {
    start: async () => startOf(await client.start()),
    takeOver: async () => startOf(await client.moveHere()),
    async call(command: string, request: JsonObject) {
      const name = command as PageCommand;
      return outcomeOf<JsonObject>(await client.call(name, request as unknown as Commands[typeof name]['request']));
    },
    choose: async (directory) => startOf(await client.choose(directory ?? null)),
    listVaults: () => listVaults(client),
    createVault: async (passphrase, entry) => outcomeOf(await client.createVault(passphrase, entry)),
    relabel: async (entry) => outcomeOf(await client.relabel(entry)),
    removeVault: async (unsentCount) => outcomeOf(await client.removeVault(unsentCount ?? null)),
    makeReady: () => client.makeReady(),
    unlock: async (given) => outcomeOf(await client.unlock(given)),
    inspect: async (given) => outcomeOf(await client.inspect(given)),
    lock: () => client.lock(),
    choosePin: async (pin) => outcomeOf(await client.choosePin(pin)),
    openByPin: async (pin) => outcomeOf(await client.openByPin(pin)),
    unlockWithRecoveryKey: async (typed) => outcomeOf(await client.unlockWithRecoveryKey(typed)),
    changePassphrase: async (next, old) => outcomeOf(await client.keys.change({ passphrase: next }, old)),
    prove: async (given) => outcomeOf(await client.keys.prove(given)),
    addPasskey: async (given, isChosen) => outcomeOf(await client.keys.add({ ...given, isChosen })),
    changeMasterKey: async (passphrase) => outcomeOf(await client.changeMasterKey(passphrase)),
    setDistressPhrase: async (phrase) => outcomeOf(await client.keys.setDistressPhrase(phrase)),
    makeRecoveryKey: async () => outcomeOf(await client.keys.makeRecoveryKey()),
    confirmRecoveryKey: async (typed) => outcomeOf(await client.keys.confirmRecoveryKey(typed)),
    exportVault: async () => outcomeOf(await client.exportVault()),
    readExportHead: async (file) => outcomeOf(await client.readExportHead(file)),
    restoreExport: async (file, given, entry) => outcomeOf(await client.restoreExport(file, given, entry)),
    cancelBackup: () => client.cancelBackup(),
    onBackup: (listener) => client.onBackup(listener),
    removeUnfinished: async () => outcomeOf(await client.removeUnfinished()),
    sync: async (timeMs) => outcomeOf(await client.sync(timeMs)),
    cancelSync: () => client.cancelSync(),
    onSync: (listener) => client.onSync(listener),
    onNews: (listener) => client.onNews(listener),
  };
}
