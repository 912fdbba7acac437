/**
 * Team and sync as the screens need them: what the core said, and what is typed on the way into a team. What the core said
 * is kept in its own words (protocol.gen.ts); the eight words are looked up in the list the app was built with.
 */
import type { DeviceKind, DeviceRow, EscrowStateReply, InviteRow, PersonRow, Progress, SyncItem, TeamStatusReply, UnsharedDraft } from '../protocol/protocol.gen.ts';
import type { SyncStatus } from '../protocol/sync.ts';
import type { CaseFile } from './case-file.ts';
import type { CoreError } from './model.ts';

export type { DeviceKind, DeviceRow, PersonRow, Progress, SyncItem, SyncStatus };

export interface TeamStatus extends Omit<TeamStatusReply, 'words'> {
  readonly words?: readonly string[];
}

export interface Invite extends Omit<InviteRow, 'words'> {
  readonly words?: readonly string[];
}

export type CameraState = 'off' | 'asking' | 'on' | 'none' | 'refused';

/** What is typed on the page to join. Nothing of it is kept: it lives here until the device is in, or the vault is locked. */
export interface JoinForm {
  readonly hub: string;
  readonly code: string;
  readonly kind: DeviceKind | '';
  readonly personName: string;
  readonly teamName: string;
  /** The core asked for the two names: the code founds an agency. */
  readonly isFounding: boolean;
  readonly errors: Readonly<Record<string, string>>;
  readonly camera: CameraState;
}

export interface InviteForm {
  readonly who: 'new' | 'known' | '';
  /** of a known person */
  readonly personId: string;
  readonly personName: string;
  readonly isAdministrator: boolean;
  readonly kind: DeviceKind | '';
  readonly errors: Readonly<Record<string, string>>;
}

export interface ItemList {
  readonly state: Progress;
  readonly rows: readonly SyncItem[];
  readonly next?: string;
}

/** What the hub did not take, with the cases it is of, so that it can be read where it is told. */
export interface RefusedList {
  readonly rows: readonly SyncItem[];
  readonly files: Readonly<Record<string, CaseFile>>;
}

export interface TeamView {
  readonly status: TeamStatus | undefined;
  readonly people: readonly PersonRow[];
  readonly devices: readonly DeviceRow[];
  readonly invites: readonly Invite[];
  readonly sync: SyncStatus | undefined;
  /** A run is under way. */
  readonly isSyncing: boolean;
  /** Why the last run did not begin; what stopped it on its way is in `sync`. */
  readonly syncError: CoreError | undefined;
  readonly items: ItemList | undefined;
  readonly refused: RefusedList | undefined;
  /** Something that only this device has is older than a day. */
  readonly isUnsentOld: boolean;
  /** When the newest of what a colleague's device confirmed was recorded. */
  readonly lastConfirmedMs: number | undefined;
  /** The agency's recovery key and this vault's slot for it. */
  readonly escrow: EscrowStateReply | undefined;
  /** drafts of documents that only this device has */
  readonly unshared: readonly UnsharedDraft[];
  readonly join: JoinForm;
  readonly invite: InviteForm;
}

export const NO_INVITE: InviteForm = { who: '', personId: '', personName: '', isAdministrator: false, kind: '', errors: {} };

const NO_JOIN: JoinForm = {
  hub: '', code: '', kind: '', personName: '', teamName: '', isFounding: false, errors: {}, camera: 'off',
};

/** While nothing is known, and as soon as the vault is locked. */
export const NO_TEAM: TeamView = {
  status: undefined, people: [], devices: [], invites: [], sync: undefined, isSyncing: false, syncError: undefined, items: undefined,
  refused: undefined,
  isUnsentOld: false, lastConfirmedMs: undefined, escrow: undefined, unshared: [],
  join: NO_JOIN, invite: NO_INVITE,
};

/** Parts of colleagues in one run from which on it is told that they arrive: a few are there before anybody has read it. */
const MANY_PARTS = 50;

/** Much of what colleagues recorded is on its way here. What has arrived is in the lists already. */
export function isArriving({ isSyncing, sync }: TeamView): boolean {
  return isSyncing && sync?.phase === 'fetching' && sync.total >= MANY_PARTS;
}

export function isInTeam(team: TeamView): boolean {
  return team.status !== undefined && team.status.state !== 'alone';
}

/** Records and unfinished forms that only this device holds. */
export function unsentCount(team: TeamView): number {
  return (team.sync?.deviceCount ?? 0) + (team.sync?.draftCount ?? 0);
}

export function personNameOf(team: TeamView, personId: string): string {
  return team.people.find((person) => person.personId === personId)?.name ?? '';
}

/** Somebody else's office device confirms; without one, any device of somebody else does. */
export function hasOfficeDevice(team: TeamView): boolean {
  return team.devices.some((device) => device.kind === 'office' && device.personId !== team.status?.personId);
}
