/** Everything that can happen to the state, as data. */
import type { LockView } from '../protocol/protocol.gen.ts';
import type { BackupView } from './backup.ts';
import type { CaseFile } from './case-file.ts';
import type { LoadedContent } from './model.ts';
import type {
  Banner, BegunCase, CaseRow, CoreError, DashSummary, DeviceStorage, Gap, Phase, SaveState, StorageCheck, StorageNumbers,
} from './model.ts';
import type { Conflict, Decision, FieldHistory } from './conflicts.ts';
import type { DatePart, FieldError, FieldRef, FormState } from './form.ts';
import type { Json, JsonObject } from './json.ts';
import type { Reading } from './reading.ts';
import type { Attempts, KeysView } from './keys.ts';
import type { Route } from './routes.ts';
import type { InviteForm, JoinForm, TeamView } from './team.ts';
import type { NamingForm, Removal, VaultsView } from './vaults.ts';

/** What a route shows when it opens. */
export interface RouteData {
  readonly file?: CaseFile;
  readonly form?: FormState;
  readonly summary?: DashSummary;
  readonly gaps?: readonly Gap[];
  readonly result?: JsonObject;
  readonly storage?: StorageNumbers;
  readonly lock?: LockView;
  readonly naming?: NamingForm;
  readonly keys?: KeysView;
  readonly supportText?: string;
  readonly conflicts?: readonly Conflict[];
  readonly fieldHistory?: FieldHistory;
  readonly problem?: CoreError;
}

export type StateEvent =
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'content'; readonly content: LoadedContent; readonly version?: string }
  | { readonly kind: 'route-opening'; readonly route: Route }
  | { readonly kind: 'route-opened'; readonly route: Route; readonly data: RouteData; readonly today: string }
  /** The same screen with what arrived meanwhile: nothing moves, nothing typed is touched. */
  | { readonly kind: 'route-refreshed'; readonly route: Route; readonly data: Pick<RouteData, 'file' | 'storage' | 'conflicts'> }
  | { readonly kind: 'list-search'; readonly search: string }
  | { readonly kind: 'list-begun'; readonly begun: readonly BegunCase[] }
  | { readonly kind: 'list-rows'; readonly rows: readonly CaseRow[]; readonly totalCount: number; readonly next?: string; readonly isMore: boolean }
  | { readonly kind: 'field'; readonly ref: FieldRef; readonly whole: Json }
  | { readonly kind: 'date-text'; readonly ref: FieldRef; readonly part: DatePart; readonly text: string }
  | { readonly kind: 'held'; readonly id: string; readonly reason?: 'incomplete' | 'refused' }
  | { readonly kind: 'form-stored' }
  | { readonly kind: 'form-errors'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'decision'; readonly decision: Decision }
  | { readonly kind: 'summary'; readonly summary: DashSummary }
  | { readonly kind: 'gaps'; readonly gaps: readonly Gap[] }
  | { readonly kind: 'save'; readonly save: SaveState }
  | { readonly kind: 'busy'; readonly isBusy: boolean }
  | { readonly kind: 'problem'; readonly problem?: CoreError }
  | { readonly kind: 'banner'; readonly banner?: Banner }
  | { readonly kind: 'device'; readonly device: DeviceStorage }
  /** how the vault locks from now on */
  | { readonly kind: 'lock'; readonly lock: LockView; readonly isPinNew?: boolean }
  | { readonly kind: 'storage-check'; readonly check: StorageCheck | 'running' }
  | { readonly kind: 'team'; readonly change: Partial<TeamView> }
  | { readonly kind: 'join'; readonly change: Partial<JoinForm> }
  | { readonly kind: 'invite'; readonly change: Partial<InviteForm> }
  | { readonly kind: 'reading'; readonly reading?: Reading | undefined }
  | { readonly kind: 'vaults'; readonly change: Partial<VaultsView> }
  | { readonly kind: 'naming'; readonly change: Partial<NamingForm> }
  | { readonly kind: 'removal'; readonly change: Partial<Removal> }
  | { readonly kind: 'backup'; readonly change: Partial<BackupView> }
  | { readonly kind: 'keys'; readonly change: Partial<KeysView> }
  | { readonly kind: 'passkeys'; readonly isSupported: boolean }
  | { readonly kind: 'attempts'; readonly attempts: Attempts }
  | { readonly kind: 'update'; readonly update: 'ready' | 'failed' }
  | { readonly kind: 'reminder-away' }
  | { readonly kind: 'show-passphrase'; readonly isShown: boolean }
  | { readonly kind: 'focus'; readonly target: 'heading' | 'errors' | { readonly id: string } };
