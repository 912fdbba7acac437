/** The core client in the shape the actions use, with its codes turned into those that have sentences in core/content. */
import { CoreClient, type StartResult } from '../core-client/core-client.ts';
import type { PageCommand } from '../protocol/envelope.ts';
import type { Commands } from '../protocol/protocol.gen.ts';
import type { CoreError } from '../state/model.ts';
import type { JsonObject } from '../state/json.ts';
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
    const state = result.state === 'open' ? 'locked' : result.state;
    return { kind: 'vault', state, version: result.appVersion };
  }
  if (result.error.code === 'held-elsewhere') return { kind: 'other-window' };
  if (REFUSALS.has(result.error.code)) return { kind: 'refused', reason: stateOf(result.error) };
  return { kind: 'failed', error: errorOf(result.error) };
}

export function createCorePort(client: CoreClient): CorePort {
  return {
    start: async () => startOf(await client.start()),
    takeOver: async () => startOf(await client.moveHere()),
    async call(command: string, request: JsonObject) {
      const name = command as PageCommand;
      return outcomeOf<JsonObject>(await client.call(name, request as unknown as Commands[typeof name]['request']));
    },
    createVault: async (passphrase) => outcomeOf(await client.createVault(passphrase)),
    unlock: async (passphrase) => outcomeOf(await client.unlock(passphrase)),
    inspect: async (passphrase) => outcomeOf(await client.inspect(passphrase)),
    lock: () => client.lock(),
    choosePin: async (pin) => outcomeOf(await client.choosePin(pin)),
    openByPin: async (pin) => outcomeOf(await client.openByPin(pin)),
    removeUnfinished: async () => outcomeOf(await client.removeUnfinished()),
    sync: async (timeMs) => outcomeOf(await client.sync(timeMs)),
    cancelSync: () => client.cancelSync(),
    onSync: (listener) => client.onSync(listener),
    onNews: (listener) => client.onNews(listener),
  };
}
