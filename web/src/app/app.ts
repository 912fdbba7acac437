/** Puts store, core and actions together. Knows no DOM: main.ts draws, tests look at the state. */
import { initialState, type LoadedContent } from '../state/model.ts';
import { createStore, type Store } from '../state/store.ts';
import { HOME, type Route } from '../state/routes.ts';
import type { Actions } from '../views/actions.ts';
import { showProblem, type AppContext, type Platform } from './context.ts';
import type { CorePort } from './core-port.ts';
import { createAttempts } from './attempts.ts';
import { createBackupActions } from './backup-actions.ts';
import { createConflictActions } from './conflict-actions.ts';
import { createDistressActions } from './distress-actions.ts';
import { createDocumentActions } from './document-actions.ts';
import { createKeyActions } from './key-actions.ts';
import { createFormActions } from './form-actions.ts';
import { createLockActions, type LockActions } from './lock-actions.ts';
import { createNavigator, type Navigator } from './navigation.ts';
import { createPasskeyActions } from './passkey-actions.ts';
import { createSaver, type Saver } from './saver.ts';
import { createErrorLog, SUPPORT_FILE } from './support-file.ts';
import { createSyncControl } from './sync-actions.ts';
import { createTeamActions } from './team-actions.ts';
import { createTeamData } from './team-data.ts';
import { createVaultActions } from './vault-actions.ts';
import { createVaultsActions } from './vaults-actions.ts';

export interface App {
  readonly store: Store;
  readonly actions: Actions;
  readonly navigator: Navigator;
  readonly saver: Saver;
  readonly begin: () => Promise<void>;
  readonly presence: Pick<LockActions, 'touched' | 'wentOutOfSight' | 'seenAgain'>;
  /** The browser says that the network is back. */
  readonly cameOnline: () => void;
}

export interface AppOptions {
  readonly appName: string;
  readonly route: Route | undefined;
  readonly embedded: LoadedContent;
  readonly core: CorePort;
  readonly platform: Platform;
  readonly setTimer: (ms: number, run: () => void) => () => void;
}

const LAST_SEARCH_PAUSE_MS = 150;

export function createApp(options: AppOptions): App {
  const { platform } = options;
  const errors = createErrorLog();
  const core = noticing(options.core, (command) => {
    sync.noticed(command);
    noticed(command);
  }, errors.saw);
  const store = createStore(initialState(options.appName, options.route ?? HOME, platform.today(), options.embedded));
  const saver = createSaver({
    save: async (target, changes) => {
      const outcome = await core.call('draft.save', {
        timeMs: platform.nowMs(), caseId: target.caseId, recordId: target.recordId, type: target.type,
        changes: changes.map((change) => ({ field: change.field, value: change.value })),
      });
      return outcome.ok ? undefined : outcome.error;
    },
    onState: (save) => store.dispatch({ kind: 'save', save }),
    onRefused: (target, field) => {
      const id = forms.controlOf(target.recordId, field);
      if (id !== undefined) store.dispatch({ kind: 'held', id, reason: 'refused' });
    },
    nowMs: platform.nowMs,
    setTimer: options.setTimer,
  });
  const context: AppContext = { store, core, saver, platform, errors };
  const team = createTeamData(context);
  const navigator = createNavigator(context, team);
  const sync = createSyncControl(context, navigator, team, options.setTimer);
  const locks = createLockActions(context, navigator, options.setTimer);
  const { renew, ...keys } = createKeyActions(context, navigator, (directory) => turnTo(directory));
  const { lookForPasskeys, ...passkeys } = createPasskeyActions(context, navigator);
  const { gate, ...vault } = createVaultActions(context, navigator, { ...locks, renew, attempts: createAttempts(context, options.setTimer) });
  const { turnTo, ...several } = createVaultsActions(context, navigator, gate);
  const { noticed, ...copies } = createBackupActions(context, navigator, gate, turnTo);
  const forms = createFormActions(context, navigator);
  const documents = createDocumentActions(context, navigator, forms, team);
  let stopSearch: (() => void) | undefined;

  const actions: Actions = {
    ...vault,
    ...locks,
    ...several,
    ...copies,
    ...keys,
    ...passkeys,
    ...createDistressActions(context),
    ...forms,
    ...documents,
    ...createConflictActions(context, navigator),
    ...sync,
    ...createTeamActions(context, navigator, team, sync),
    go: (route) => void navigator.go(route),
    focusControl: (id) => store.dispatch({ kind: 'focus', target: { id } }),
    search(text) {
      store.dispatch({ kind: 'list-search', search: text });
      stopSearch?.();
      stopSearch = options.setTimer(LAST_SEARCH_PAUSE_MS, () => void navigator.loadList(text));
    },
    showMore() {
      const { list } = store.state();
      if (list.next !== undefined) void navigator.loadList(list.search, list.next);
    },
    newCase: () => void navigator.go({ name: 'case-new', caseId: platform.newId() }),
    addRecord: (form, caseId) => void navigator.go({ name: form, caseId, recordId: platform.newId() }),
    print: () => platform.print(),
    checkStorage: () => void checkStorage(),
    saveSupportFile() {
      const { supportText } = store.state();
      if (supportText !== undefined) platform.saveFile(new Blob([supportText], { type: 'application/json' }), SUPPORT_FILE);
    },
    dismissReminder: () => store.dispatch({ kind: 'reminder-away' }),
    escrowSeen: () => void escrowSeen(),
  };

  async function escrowSeen(): Promise<void> {
    const outcome = await core.call('escrow.seen', {});
    if (outcome.ok) await team.load(['escrow']);
    else showProblem(context, outcome.error);
  }

  async function checkStorage(): Promise<void> {
    store.dispatch({ kind: 'storage-check', check: 'running' });
    const outcome = await core.call('vault.check', {});
    if (!outcome.ok) {
      store.dispatch({ kind: 'storage-check', check: { pagesGood: false, rebuiltEqual: false, rowCount: '0' } });
      return;
    }
    store.dispatch({ kind: 'storage-check', check: outcome.value as never });
  }

  const begin = async (): Promise<void> => {
    void lookForPasskeys();
    await vault.begin();
  };

  return { store, actions, navigator, saver, begin, presence: locks, cameOnline: sync.cameOnline };
}

/** The same core; `notice` hears of each command that went through, `saw` of each error by its code. */
function noticing(core: CorePort, notice: (command: string) => void, saw: (code: string) => void): CorePort {
  return {
    ...core,
    async call(command, request) {
      const outcome = await core.call(command, request);
      if (outcome.ok) notice(command);
      else saw(outcome.error.code);
      return outcome;
    },
    async unlock(given) {
      const outcome = await core.unlock(given);
      if (!outcome.ok) saw(outcome.error.code);
      return outcome;
    },
    async sync(timeMs) {
      const outcome = await core.sync(timeMs);
      const problem = outcome.ok ? outcome.value.problem : outcome.error.code;
      if (problem !== undefined) saw(problem);
      return outcome;
    },
  };
}
