/** What the actions share. Everything outside the page comes in here, so that tests can run the actions without a browser. */
import type { PasskeyResult } from '../platform/passkey.ts';
import type { CoreError, DeviceStorage } from '../state/model.ts';
import type { JsonObject } from '../state/json.ts';
import type { Route } from '../state/routes.ts';
import type { Store } from '../state/store.ts';
import type { CorePort, Outcome } from './core-port.ts';
import type { Saver } from './saver.ts';
import type { ErrorLog } from './support-file.ts';

export interface Platform {
  readonly nowMs: () => number;
  readonly today: () => string;
  readonly newId: () => string;
  readonly makePassphrase: () => Promise<string>;
  readonly readDeviceStorage: () => Promise<DeviceStorage>;
  readonly askForPersistence: () => Promise<DeviceStorage>;
  readonly print: () => void;
  /** Hands a file over under this name. */
  readonly saveFile: (file: Blob, name: string) => void;
  /** What this page is, for the file for support. */
  readonly build: { readonly hash: string; readonly userAgent: string };
  readonly reload: () => void;
  /** Shows the route in the address, as a new entry of the history or in place of the present one. */
  readonly setAddress: (route: Route, how: 'push' | 'replace') => void;
  readonly acceptUpdate: () => void;
  /** prfInputHex: of vault.status. The person is asked by the browser's own dialogs. */
  readonly passkeys: {
    readonly isSupported: () => Promise<boolean>;
    readonly make: (prfInputHex: string, areSyncedAllowed: boolean) => Promise<PasskeyResult>;
    readonly use: (prfInputHex: string) => Promise<PasskeyResult>;
  };
  /** Of this page: where the app came from, and in most agencies where the hub is. */
  readonly origin: () => string;
  /** What the browser believes. */
  readonly isOnline: () => boolean;
  /** Words of the list the app was built with. */
  readonly wordsOf: (indices: readonly number[]) => Promise<readonly string[]>;
  /**
   * Looks for a code in the pictures of the camera, shown in the video element with this id, until it is stopped.
   * `none`: there is no camera. `refused`: the person or the device does not allow it.
   */
  readonly startCamera: (videoId: string, onText: (text: string) => void) => Promise<{ readonly stop: () => void } | 'none' | 'refused'>;
}

export interface AppContext {
  readonly store: Store;
  readonly core: CorePort;
  readonly saver: Saver;
  readonly platform: Platform;
  /** Codes of what went wrong since the page was loaded. */
  readonly errors: ErrorLog;
}

/** Calls the core for a screen; an error becomes the problem of that screen. */
export async function callOrShow(context: AppContext, command: string, request: JsonObject): Promise<JsonObject | undefined> {
  const outcome = await context.core.call(command, request);
  if (outcome.ok) return outcome.value;
  showProblem(context, outcome.error);
  return undefined;
}

/** Codes after which nothing on the screen can go on. */
const ENDS_SESSION = new Set(['damaged', 'io']);

export function showProblem(context: AppContext, error: CoreError): void {
  const { dispatch, state } = context.store;
  /* The screen is being emptied: there is nothing to say it on. */
  if (error.code === 'warm-locked') return;
  if (state().phase.kind === 'open' && ENDS_SESSION.has(error.code)) {
    void context.core.lock();
    dispatch({ kind: 'phase', phase: error.code === 'damaged' ? { kind: 'damaged', code: 'damaged_vault' } : { kind: 'locked', isWorking: false, problem: error } });
    return;
  }
  dispatch({ kind: 'problem', problem: error });
}

/** Runs one action at a time: a second press of a button while the first is under way does nothing. */
export async function busy(context: AppContext, run: () => Promise<void>): Promise<void> {
  const { dispatch, state } = context.store;
  if (state().isBusy) return;
  dispatch({ kind: 'busy', isBusy: true });
  try {
    await run();
  } finally {
    dispatch({ kind: 'busy', isBusy: false });
  }
}

export function failure<T>(outcome: Outcome<T>): CoreError | undefined {
  return outcome.ok ? undefined : outcome.error;
}
