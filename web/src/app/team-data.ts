/** Reads what the core knows of team and sync into the state. */
import type { DraftUnsharedReply, EscrowStateReply, InviteRow, Progress, TeamMembersReply, TeamStatusReply } from '../protocol/protocol.gen.ts';
import type { SyncStatus } from '../protocol/sync.ts';
import { listOf, textOf, type Json, type JsonObject } from '../state/json.ts';
import type { CaseFile } from '../state/case-file.ts';
import type { CoreError } from '../state/model.ts';
import type { Route, RouteName } from '../state/routes.ts';
import type { Invite, SyncItem, TeamStatus, TeamView } from '../state/team.ts';
import { loadCaseFile } from './case-loading.ts';
import type { AppContext } from './context.ts';

type Part = 'status' | 'sync' | 'age' | 'escrow' | 'confirmed' | 'members' | 'invites' | 'items' | 'refused' | 'unshared';

/** What a screen of team and sync shows. */
const PARTS: Partial<Record<RouteName, readonly Part[]>> = {
  sync: ['status', 'sync', 'members', 'items', 'refused', 'unshared'],
  team: ['status', 'members', 'invites'],
  join: ['status', 'sync', 'members'],
  invite: ['status', 'members'],
  invitation: ['status', 'members', 'invites'],
  'remove-vault': ['status', 'sync'],
  leave: ['status', 'sync'],
  keys: ['escrow'],
  storage: ['status', 'sync', 'age', 'confirmed'],
  support: ['status', 'sync', 'members'],
};

/** Cases that what was not taken is shown from; one segment of the hub is of one case, so there are few. */
const REFUSED_CASES_MAX = 5;

/** After so long work that only this device has is reminded of. */
const UNSENT_MS_MAX = 24 * 3_600_000;

export interface TeamData {
  readonly load: (parts: readonly Part[]) => Promise<CoreError | undefined>;
  /** Everything a route needs; nothing for a route of something else. */
  readonly loadFor: (route: Route) => Promise<CoreError | undefined>;
  readonly loadItems: (state: Progress, after?: string) => Promise<CoreError | undefined>;
}

type Loaded = { readonly change: Partial<TeamView> } | { readonly error: CoreError };

export function createTeamData({ store, core, platform }: AppContext): TeamData {
  async function ask<T>(command: string, request: JsonObject, changeOf: (value: T) => Promise<Partial<TeamView>> | Partial<TeamView>): Promise<Loaded> {
    const outcome = await core.call(command, request);
    if (!outcome.ok) return { error: outcome.error };
    try {
      return { change: await changeOf(outcome.value as unknown as T) };
    } catch {
      /* The list of words is a file of the app. */
      return { error: { code: 'files_missing' } };
    }
  }

  async function statusOf(reply: TeamStatusReply): Promise<TeamStatus> {
    const { words, ...rest } = reply;
    return words === undefined ? rest : { ...rest, words: await platform.wordsOf(words) };
  }

  async function inviteOf(row: InviteRow): Promise<Invite> {
    const { words, ...rest } = row;
    return words === undefined ? rest : { ...rest, words: await platform.wordsOf(words) };
  }

  function itemsOf(state: Progress, after: string | undefined, reply: JsonObject): Partial<TeamView> {
    const before = store.state().team.items;
    const rows = reply['items'] as unknown as readonly SyncItem[];
    const next = textOf(reply['next']);
    const kept = after === undefined || before?.state !== state ? [] : before.rows;
    return { items: { state, rows: [...kept, ...rows], ...(next === '' ? {} : { next }) } };
  }

  function askItems(state: Progress, after?: string): Promise<Loaded> {
    const request: Record<string, Json> = after === undefined ? { state } : { state, after };
    return ask<JsonObject>('sync.items', request, (reply) => itemsOf(state, after, reply));
  }

  /** A case that cannot be read leaves its rows without their words; the way to it says why. */
  async function refusedOf(reply: JsonObject): Promise<Partial<TeamView>> {
    const rows = listOf(reply['items']) as unknown as readonly SyncItem[];
    const files: Record<string, CaseFile> = {};
    for (const caseId of [...new Set<string>(rows.map((row) => row.caseId))].slice(0, REFUSED_CASES_MAX)) {
      const outcome = await loadCaseFile(core, caseId);
      if (outcome.ok) files[caseId] = outcome.value;
    }
    return { refused: rows.length === 0 ? undefined : { rows, files } };
  }

  const ASK: Readonly<Record<Part, () => Promise<Loaded>>> = {
    status: () => ask<TeamStatusReply>('team.status', {}, async (reply) => ({ status: await statusOf(reply) })),
    sync: () => ask<SyncStatus>('sync.status', {}, withHostProblem),
    members: () => ask<TeamMembersReply>('team.members', {}, ({ people, devices }) => ({ people, devices })),
    invites: () =>
      ask<{ readonly invites: readonly InviteRow[] }>('invite.list', {}, async ({ invites }) => ({ invites: await Promise.all(invites.map(inviteOf)) })),
    age: () => ask<{ readonly oldestUnsentMs?: number }>('vault.storage', {}, ({ oldestUnsentMs }) => ({
      isUnsentOld: oldestUnsentMs !== undefined && platform.nowMs() - oldestUnsentMs > UNSENT_MS_MAX,
    })),
    escrow: () => ask<EscrowStateReply>('escrow.state', {}, (escrow) => ({ escrow })),
    confirmed: () => ask<{ readonly items: readonly SyncItem[] }>('sync.items', { state: 'confirmed' }, ({ items }) => ({ lastConfirmedMs: items[0]?.changedMs })),
    refused: () => ask<JsonObject>('sync.items', { state: 'refused' }, refusedOf),
    unshared: () => ask<DraftUnsharedReply>('draft.unshared', {}, ({ drafts }) => ({ unshared: drafts })),
    items: () => askItems(store.state().team.items?.state ?? 'device'),
  };

  /** The core knows why a run failed, but for the one reason that only this page knows. */
  function withHostProblem(sync: SyncStatus): Partial<TeamView> {
    const before = store.state().team.sync;
    const isSame = before?.problem === 'hub_forbidden' && sync.problem === 'unreachable';
    return { sync: isSame ? { ...sync, problem: before.problem } : sync };
  }

  async function take(loading: readonly Promise<Loaded>[]): Promise<CoreError | undefined> {
    const all = await Promise.all(loading);
    const change: Partial<TeamView> = Object.assign({}, ...all.map((each) => ('change' in each ? each.change : {})));
    store.dispatch({ kind: 'team', change });
    return all.map((each) => ('error' in each ? each.error : undefined)).find((error) => error !== undefined);
  }

  /** A practice vault has no team, and its core refuses to be asked. */
  const load = (parts: readonly Part[]): Promise<CoreError | undefined> =>
    store.state().vaults.isPractice ? Promise.resolve(undefined) : take(parts.map((part) => ASK[part]()));

  return {
    load,
    loadItems: (state, after) => take([askItems(state, after)]),
    async loadFor(route) {
      const parts = PARTS[route.name];
      if (parts === undefined) return undefined;
      /* Who is alone has neither members nor invitations. */
      const error = await load(parts.filter((part) => part !== 'members' && part !== 'invites'));
      const rest = store.state().team.status?.state === 'member' ? parts.filter((part) => part === 'members' || part === 'invites') : [];
      return error ?? (rest.length === 0 ? undefined : load(rest));
    },
  };
}
