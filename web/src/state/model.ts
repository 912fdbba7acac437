/** The whole state of the page: what the core said, and what is only on screen. Readonly throughout. */
import { NO_BACKUP, type BackupView } from './backup.ts';
import type { CaseFile } from './case-file.ts';
import type { LockView } from '../protocol/protocol.gen.ts';
import { NO_DECISION, type Conflict, type Decision, type FieldHistory } from './conflicts.ts';
import type { ContentFiles, ContentName } from './content.ts';
import type { FormState } from './form.ts';
import type { JsonObject } from './json.ts';
import type { Reading } from './reading.ts';
import { NO_ATTEMPTS, NO_KEYS, type Attempts, type KeysView } from './keys.ts';
import type { Route } from './routes.ts';
import { NO_TEAM, type Progress, type TeamView } from './team.ts';
import { NO_VAULTS, type VaultsView } from './vaults.ts';

/** Codes of protocol.json, and what can go wrong on this side of the border. */
export type ErrorCode = string;

export interface CoreError {
  readonly code: ErrorCode;
  readonly detail?: string;
}

/** Steps of making a vault. The words live here only between showing and typing them back. */
export type MakeStep =
  | { readonly kind: 'welcome' }
  /** what it is called: typed into `vaults.naming` */
  | { readonly kind: 'name' }
  | { readonly kind: 'show'; readonly words: string }
  | { readonly kind: 'confirm'; readonly words: string; readonly problem?: 'empty' | 'differs' }
  | { readonly kind: 'working' };

/** What the app as a whole can do now. */
/** What opens an exported file. */
export type RestoreWay = 'passphrase' | 'both' | 'recovery';

export type Phase =
  | { readonly kind: 'starting' }
  /** no vault can be opened or made here: a state of errors.json says why */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'other-window'; readonly isMoving: boolean }
  | { readonly kind: 'no-vault'; readonly step: MakeStep; readonly problem?: CoreError }
  /** which of several, or another one */
  | { readonly kind: 'choose'; readonly isWorking: boolean; readonly problem?: CoreError }
  /** taking away the chosen vault, which is locked: nobody can know what is in it */
  | { readonly kind: 'remove'; readonly isWorking: boolean; readonly problem?: CoreError }
  /** making a vault of an exported file; notice: a state of errors.json */
  | { readonly kind: 'restore'; readonly isWorking: boolean; readonly way: RestoreWay; readonly problem?: CoreError; readonly notice?: string }
  | { readonly kind: 'unfinished'; readonly isWorking: boolean; readonly problem?: CoreError }
  /** isReading: what is unlocked is a damaged vault, to look at */
  | { readonly kind: 'locked'; readonly isWorking: boolean; readonly problem?: CoreError | 'empty'; readonly notice?: string; readonly isReading?: true }
  /** opening the chosen vault by its recovery key */
  | { readonly kind: 'recover'; readonly isWorking: boolean; readonly problem?: CoreError }
  /** opened by its recovery key: a new passphrase comes before anything else */
  | { readonly kind: 'renew' }
  | { readonly kind: 'damaged'; readonly code: ErrorCode }
  /** opened by the passphrase, before the first screen: a PIN for this session, or none */
  | { readonly kind: 'choose-pin'; readonly isWorking: boolean; readonly problem?: CoreError }
  /** locked with the keys still there: the PIN opens */
  | { readonly kind: 'warm'; readonly isWorking: boolean; readonly problem?: 'wrong' | 'no-pin'; readonly triesLeft?: number }
  | { readonly kind: 'open' }
  /** a neutral page; the vault is being locked or is locked, and `next` is what coming back shows */
  | { readonly kind: 'hidden'; readonly next: 'locked' | 'warm' | 'start' | 'restart' }
  /** a fault of ours, or the worker stopped */
  | { readonly kind: 'broken'; readonly state: string };

export interface CaseRow {
  readonly caseId: string;
  readonly victimName: string;
  readonly reference: string;
  readonly status: string;
  readonly nextReviewOn?: string;
  readonly changedMs: number;
  readonly draftCount: number;
  readonly progress: Progress;
  /** fields about which two workers disagree */
  readonly conflictCount: number;
}

/** A case that was begun and not started yet: only drafts of it exist. */
export interface BegunCase {
  readonly caseId: string;
  readonly name: string;
  readonly savedMs: number;
}

export interface CaseList {
  readonly search: string;
  /** the search that the rows answer; while another is on its way they are not of what is typed */
  readonly searched: string;
  readonly rows: readonly CaseRow[];
  readonly begun: readonly BegunCase[];
  readonly totalCount: number;
  readonly next?: string;
  readonly isLoaded: boolean;
}

export interface Gap {
  readonly field: string;
  readonly code: string;
}

export interface DashSummary {
  readonly recordId: string;
  readonly yesCount: number;
  readonly noCount: number;
  readonly dontKnowCount: number;
  readonly notAnsweredCount: number;
  readonly threshold: number;
  readonly visibleHighRisk: string;
  readonly composites: readonly string[];
  readonly clusters: readonly string[];
  readonly judgementPrompts: readonly string[];
}

export interface StorageNumbers {
  readonly pageFileBytes: string;
  readonly logBytes: string;
  readonly operationCount: string;
  readonly draftCount: string;
  readonly unsentCount: string;
  readonly oldestUnsentMs?: number;
  readonly deviceId: string;
}

export interface StorageCheck {
  readonly pagesGood: boolean;
  readonly rebuiltEqual: boolean;
  readonly rowCount: string;
}

/** Who decides here whether files are kept, and how. */
export type Platform = 'ios-installed' | 'ios-browser' | 'firefox' | 'chromium' | 'safari' | 'other';

export interface DeviceStorage {
  readonly platform?: Platform;
  readonly isPersistent: boolean | undefined;
  readonly usageBytes: number | undefined;
  readonly quotaBytes: number | undefined;
}

/** True at every moment: `saved` is only said after the core has answered for everything typed. */
export type SaveState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'saving' }
  | { readonly kind: 'saved'; readonly atMs: number }
  | { readonly kind: 'failed'; readonly code: ErrorCode };

export interface Banner {
  readonly title: string;
  readonly text: string;
  readonly kind: 'success' | 'plain';
}

/** Where the keyboard focus goes after the next drawing; a new token for each move. */
export interface Focus {
  readonly target: 'none' | 'heading' | 'errors' | { readonly id: string };
  readonly token: number;
}

export interface AppState {
  readonly appName: string;
  readonly phase: Phase;
  readonly route: Route;
  /** the route whose data is on its way */
  readonly opening: Route | undefined;
  readonly content: Partial<ContentFiles>;
  readonly list: CaseList;
  readonly file: CaseFile | undefined;
  readonly form: FormState | undefined;
  readonly summary: DashSummary | undefined;
  readonly gaps: readonly Gap[] | undefined;
  /** completing was asked for and refused because of the gaps */
  readonly isGapsRefused: boolean;
  readonly result: JsonObject | undefined;
  /** of the case on screen, or of all */
  readonly conflicts: readonly Conflict[];
  readonly fieldHistory: FieldHistory | undefined;
  readonly decision: Decision;
  readonly storage: StorageNumbers | undefined;
  readonly storageCheck: StorageCheck | 'running' | undefined;
  readonly device: DeviceStorage;
  /** how this vault locks, on the screen about it */
  readonly lock: LockView | undefined;
  /** a PIN was chosen on that screen */
  readonly isPinNew: boolean;
  readonly team: TeamView;
  readonly reading: Reading | undefined;
  readonly vaults: VaultsView;
  readonly backup: BackupView;
  readonly keys: KeysView;
  /** this browser says that passkeys can open a vault here */
  readonly hasPasskeys: boolean;
  readonly attempts: Attempts;
  readonly save: SaveState;
  /** an error that is about the whole screen */
  readonly problem: CoreError | undefined;
  readonly banner: Banner | undefined;
  /** true while data for the route is on its way */
  readonly isLoading: boolean;
  /** true while an action of the screen runs; its buttons wait */
  readonly isBusy: boolean;
  /** of the app: another version waits, or could not be fetched whole */
  readonly update: 'none' | 'ready' | 'failed';
  /** the reminder of unsent work was put away, until the vault is opened anew */
  readonly isReminderAway: boolean;
  /** the file for whoever helps, on the screen about it */
  readonly supportText: string | undefined;
  readonly isPassphraseShown: boolean;
  readonly version: string | undefined;
  /** civil date, Europe/London */
  readonly today: string;
  readonly focus: Focus;
}

export type LoadedContent = { readonly [N in ContentName]?: ContentFiles[N] };

export function initialState(appName: string, route: Route, today: string, embedded: LoadedContent): AppState {
  return {
    appName,
    phase: { kind: 'starting' },
    route,
    opening: undefined,
    content: embedded,
    list: { search: '', searched: '', rows: [], begun: [], totalCount: 0, isLoaded: false },
    file: undefined,
    form: undefined,
    summary: undefined,
    gaps: undefined,
    isGapsRefused: false,
    result: undefined,
    conflicts: [],
    fieldHistory: undefined,
    decision: NO_DECISION,
    storage: undefined,
    storageCheck: undefined,
    device: { isPersistent: undefined, usageBytes: undefined, quotaBytes: undefined },
    lock: undefined,
    isPinNew: false,
    team: NO_TEAM,
    reading: undefined,
    vaults: NO_VAULTS,
    backup: NO_BACKUP,
    keys: NO_KEYS,
    hasPasskeys: false,
    attempts: NO_ATTEMPTS,
    save: { kind: 'idle' },
    problem: undefined,
    banner: undefined,
    isLoading: false,
    isBusy: false,
    update: 'none',
    isReminderAway: false,
    supportText: undefined,
    isPassphraseShown: false,
    version: undefined,
    today,
    focus: { target: 'none', token: 0 },
  };
}
