/** Example states of the screens of team and sync that need another device or a fault, for looking at them and for tests. */
import choices from '../../../../core/content/choices.json';
import emergency from '../../../../core/content/emergency.json';
import errors from '../../../../core/content/errors.json';
import type { DeviceRow, PersonRow, SyncItem, UnsharedDraft } from '../../protocol/protocol.gen.ts';
import { initialState, type AppState, type LoadedContent } from '../../state/model.ts';
import type { Route } from '../../state/routes.ts';
import { NO_INVITE, NO_TEAM, type Invite, type JoinForm, type RefusedList, type SyncStatus, type TeamStatus, type TeamView } from '../../state/team.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 9, 30);
const DAY_MS = 86_400_000;
const WORDS = ['abacus', 'zoom', 'anchor', 'pebble', 'ladder', 'uncommonly', 'yo-yo', 'stadium'];
const CODE = '04HM-ASR3-9K2C-7V0Q-WXE1-4T6B-8NPD-5FGJ-0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV';
const id = (digit: string): string => digit.repeat(32);
/** Ids are branded so that no other text passes for one; these are made up. */
const of = <T>(value: unknown): T => value as T;

const person = (digit: string, name: string, rest: object = {}): PersonRow =>
  of({ personId: id(digit), name, isAdministrator: false, isYou: false, isWaiting: false, ...rest });
const device = (digit: string, owner: string, kind: string, rest: object = {}): DeviceRow =>
  of({ deviceId: id(digit), personId: id(owner), label: kind === 'office' ? 'Front desk' : '', kind, addedMs: NOW_MS - 9 * DAY_MS, isThis: false, ...rest });

const MEMBER: TeamStatus = of({
  state: 'member', personId: id('a'), personName: 'Aleksandra Wiśniewska-Cholmondeley', teamName: 'Northmarsh outreach', hub: 'https://hub.example', deviceId: id('1'),
  deviceKind: 'tablet', isAdministrator: true, wordsConfirmed: true,
});
const WAITING: TeamStatus = of({ state: 'waiting', hub: 'https://hub.example', deviceId: id('1'), isAdministrator: false, words: WORDS, wordsConfirmed: false });
const ALONE: TeamStatus = of({ state: 'alone', deviceId: id('1'), isAdministrator: false, wordsConfirmed: false });
const PEOPLE = [
  person('a', 'Aleksandra Wiśniewska-Cholmondeley', { isAdministrator: true, isYou: true }), person('b', 'Gwen Abara'), person('c', ''),
  person('d', 'Priya Nair', { isWaiting: true }),
];
const TABLET = device('1', 'a', 'tablet', { isThis: true });
const DEVICES = [TABLET, device('2', 'a', 'phone'), device('3', 'b', 'office'), device('4', 'c', 'tablet')];
const SYNC: SyncStatus = of({
  isRunning: false, phase: 'idle', done: 0, total: 0, deviceCount: 3, sentCount: 12, confirmedCount: 240, draftCount: 1, oldestUnsentMs: NOW_MS - 2 * DAY_MS,
  lastSyncedMs: NOW_MS - DAY_MS, notTakenCount: 0, refusedCount: 0, waitingCount: 0, isClockWrong: false,
});
const ITEMS: readonly SyncItem[] = ['assessment', 'incident', 'person'].map((type, index) =>
  of({ recordId: id(String(index)), caseId: id('c'), type, changedMs: NOW_MS - index * 3_600_000, state: 'device' }));
const UNSHARED: readonly UnsharedDraft[] = [['assessment', 'Siân Alder'], ['safety_plan', '']].map(([type, victimName], index) =>
  of({ recordId: id(String(index)), caseId: id('c'), type, victimName, savedMs: NOW_MS - index * 3_600_000 }));
const INVITE: Invite = of({ inviteId: id('e'), personName: 'Gwen Abara', state: 'offered', code: CODE, expiresMs: NOW_MS + DAY_MS });
const JOIN: JoinForm = { ...NO_TEAM.join, hub: 'https://hub.example' };

/** Of a case that its worker wrote; one reason the app has words for, one it has not. */
const REFUSED: RefusedList = of({
  rows: [
    { ...ITEMS[1], state: 'device', refusal: 'forbidden' },
    { ...ITEMS[2], state: 'device', refusal: 'too-large' },
  ],
  files: {
    [id('c')]: {
      caseId: id('c'), drafts: [],
      records: [
        { recordId: id('1'), type: 'incident', fields: { occurred: { date: '2026-11-19', precision: 'exact' }, incidentType: 'threat', description: 'He came at night and broke the door.\nShe went to her sister.' } },
        { recordId: id('2'), type: 'person', fields: { name: 'Siân Alder', phone: '00000 111222' } },
      ],
    },
  },
});

const member = (change: Partial<TeamView> = {}): Partial<TeamView> => ({ status: MEMBER, people: PEOPLE, devices: DEVICES, sync: SYNC, ...change });
const invitation = (change: Partial<Invite>): Partial<TeamView> => member({ invites: [{ ...INVITE, ...change }] });
const waiting = (change: Partial<TeamStatus> = {}): Partial<TeamView> => ({ status: { ...WAITING, ...change }, sync: SYNC });
const SYNC_ROUTE: Route = { name: 'sync' };
const TEAM_ROUTE: Route = { name: 'team' };
const JOIN_ROUTE: Route = { name: 'join' };
const INVITE_ROUTE: Route = { name: 'invite' };
const INVITATION_ROUTE: Route = { name: 'invitation', inviteId: id('e') };

const SCREENS: readonly (readonly [name: string, route: Route, team: Partial<TeamView>])[] = [
  ['join-mistyped', JOIN_ROUTE, { status: ALONE, join: { ...JOIN, code: CODE, kind: 'tablet', errors: { 'join-code': errors.errors['code-wrong'].title } } }],
  ['join-empty', JOIN_ROUTE, { status: ALONE, join: { ...JOIN, hub: '', errors: { 'join-code': 'Enter the code', 'join-kind': 'Choose what kind of device this is', 'join-hub': 'Enter an address' } } }],
  ['join-founding', JOIN_ROUTE, { status: ALONE, join: { ...JOIN, code: CODE, kind: 'office', isFounding: true } }],
  ['join-camera', JOIN_ROUTE, { status: ALONE, join: { ...JOIN, camera: 'on' } }],
  ['join-camera-refused', JOIN_ROUTE, { status: ALONE, join: { ...JOIN, camera: 'refused' } }],
  ['join-camera-none', JOIN_ROUTE, { status: ALONE, join: { ...JOIN, camera: 'none' } }],
  ['join-words', JOIN_ROUTE, waiting()],
  ['join-words-offline', JOIN_ROUTE, { ...waiting(), sync: { ...SYNC, problem: 'unreachable' } }],
  ['join-other-hub', JOIN_ROUTE, { ...waiting(), sync: { ...SYNC, problem: 'hub_forbidden' } }],
  ['join-waiting', JOIN_ROUTE, waiting({ wordsConfirmed: true })],
  ['join-code-used', JOIN_ROUTE, waiting({ problem: 'code-used' })],
  ['join-done', JOIN_ROUTE, member()],
  ['join-done-first', JOIN_ROUTE, member({ people: PEOPLE.slice(0, 1), devices: [TABLET], sync: { ...SYNC, deviceCount: 0, sentCount: 0, confirmedCount: 0 } })],
  ['invite-errors', INVITE_ROUTE, member({ invite: { ...NO_INVITE, who: 'new', isAdministrator: true, errors: { 'invite-name': 'Enter the name of the colleague' } } })],
  ['invite-known', INVITE_ROUTE, member({ invite: { ...NO_INVITE, who: 'known', kind: 'office' } })],
  ['invite-not-administrator', INVITE_ROUTE, member({ status: { ...MEMBER, isAdministrator: false } })],
  ['invitation-new', INVITATION_ROUTE, { ...invitation({ state: 'new' }), sync: { ...SYNC, problem: 'unreachable' } }],
  ['invitation-code', INVITATION_ROUTE, invitation({})],
  ['invitation-words', INVITATION_ROUTE, invitation({ state: 'asked', code: '', words: WORDS })],
  ['invitation-confirmed', INVITATION_ROUTE, invitation({ state: 'confirmed', code: '', words: WORDS })],
  ['invitation-done', INVITATION_ROUTE, invitation({ state: 'done', code: '' })],
  ['invitation-failed', INVITATION_ROUTE, invitation({ state: 'failed', code: '', problem: 'code-used' })],
  ['invitation-withdrawn', INVITATION_ROUTE, invitation({ state: 'withdrawn', code: '' })],
  ['team-member', TEAM_ROUTE, { ...invitation({ state: 'asked', words: WORDS }) }],
  ['team-first', TEAM_ROUTE, member({ people: PEOPLE.slice(0, 1), devices: [TABLET] })],
  ['team-waiting', TEAM_ROUTE, waiting()],
  ['sync-items', SYNC_ROUTE, member({ items: { state: 'device', rows: ITEMS } })],
  ['sync-offer', SYNC_ROUTE, member({ unshared: UNSHARED })],
  ['sync-more', SYNC_ROUTE, member({ items: { state: 'confirmed', rows: ITEMS.map((item) => ({ ...item, state: 'confirmed' })), next: 'x' } })],
  ['sync-running', SYNC_ROUTE, member({ isSyncing: true, sync: { ...SYNC, isRunning: true, phase: 'sending', done: 3, total: 40 } })],
  ['sync-beginning', SYNC_ROUTE, member({ isSyncing: true })],
  ['sync-unreachable', SYNC_ROUTE, member({ sync: { ...SYNC, problem: 'unreachable' } })],
  ['sync-fork', SYNC_ROUTE, member({ sync: { ...SYNC, problem: 'fork' } })],
  ['sync-refused', SYNC_ROUTE, member({ sync: { ...SYNC, problem: 'forbidden', notTakenCount: 2 }, refused: REFUSED })],
  ['sync-hub-differs', SYNC_ROUTE, member({ sync: { ...SYNC, problem: 'hub-differs' } })],
  ['sync-clock', SYNC_ROUTE, member({ sync: { ...SYNC, isClockWrong: true, clockAheadMs: 365 * DAY_MS, waitingCount: 2, refusedCount: 1 } })],
  ['sync-no-office', SYNC_ROUTE, member({ devices: DEVICES.filter((each) => each.kind !== 'office') })],
  ['sync-first', SYNC_ROUTE, member({ people: PEOPLE.slice(0, 1), devices: [TABLET], items: { state: 'sent', rows: [] } })],
  ['sync-waiting', SYNC_ROUTE, waiting()],
  ['storage-team', { name: 'storage' }, member()],
];

export const teamExamples: readonly { readonly name: string; readonly state: AppState }[] = SCREENS.map(([name, route, team]) => ({
  name,
  state: {
    ...initialState('Notebook', route, '2026-11-22', { choices, errors, emergency } as unknown as LoadedContent),
    phase: { kind: 'open' },
    team: { ...NO_TEAM, join: JOIN, ...team },
    device: { isPersistent: true, usageBytes: 1_000_000, quotaBytes: 12_000_000_000 },
  },
}));
