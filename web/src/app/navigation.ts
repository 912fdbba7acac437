/** Opening a route: save what is on screen, load what the next screen shows, draw it. */
import type { LockView } from '../protocol/protocol.gen.ts';
import { CONTENT_NAMES } from '../state/content.ts';
import { begunCases, type StoredDraft } from '../state/case-file.ts';
import { controlId, hasHeld, type FieldRef, type FormState } from '../state/form.ts';
import { isObject, listOf, textOf, type Json, type JsonObject } from '../state/json.ts';
import type { CoreError, DashSummary, Gap, LoadedContent, StorageNumbers } from '../state/model.ts';
import type { RouteData, StateEvent } from '../state/events.ts';
import { HOME, hashOf, specOf, type Route, type RouteName } from '../state/routes.ts';
import { loadCaseFile } from './case-loading.ts';
import { loadConflictData } from './conflict-data.ts';
import type { AppContext } from './context.ts';
import { failure } from './context.ts';
import type { Outcome } from './core-port.ts';
import { formOfRoute } from './forms.ts';
import { loadKeys } from './key-actions.ts';
import { supportText } from './support-file.ts';
import type { TeamData } from './team-data.ts';
import { loadVaults } from './vaults-actions.ts';
import { fill, words } from './words.en.ts';

export interface Navigator {
  /** Opens a route a person asked for; stays and says why when something on screen could not be saved. */
  readonly go: (route: Route, how?: 'push' | 'replace') => Promise<void>;
  /**
   * The same for the end of an action that takes its time, with the screen it began on: whoever has gone elsewhere
   * meanwhile is not pulled back.
   */
  readonly fromHere: () => (route: Route, how?: 'push' | 'replace') => Promise<void>;
  /** The address changed by Back, a link or typing. */
  readonly addressChanged: (route: Route | undefined) => Promise<void>;
  /** Opens the app on the present route: the vault is open. `before`: a form with fields that were not complete. */
  readonly enter: (before?: FormState) => Promise<void>;
  /** Loads the present route again. */
  readonly reopen: () => Promise<void>;
  /** What sync brought, on a screen that shows lists: nothing moves, no form is touched. */
  readonly refresh: () => Promise<void>;
  readonly loadContent: (version: string | undefined) => Promise<CoreError | undefined>;
  readonly loadList: (search: string, after?: string) => Promise<void>;
  /** Saves what is on screen. False when something could not be saved; the screen then says what. */
  readonly settle: () => Promise<boolean>;
}

const LIST_PAGE = 50;

/** What a screen shows of the list of cases. */
interface ReadCases {
  readonly search: string;
  readonly events: readonly Extract<StateEvent, { kind: 'list-begun' | 'list-rows' | 'problem' }>[];
}

interface Loaded {
  readonly data: RouteData;
  readonly cases?: ReadCases;
}

/** What opens the vault is loaded for these. */
const KEY_ROUTES: ReadonlySet<RouteName> = new Set<RouteName>(['keys', 'key-words', 'key-passkey', 'key-distress']);
/** Screens without a form of a record on which something is changed all the same. */
const NEEDS_ROOM: ReadonlySet<RouteName> = new Set<RouteName>(['conflict', 'locks', 'key-words', 'key-passkey', 'key-recovery', 'key-distress']);

export function createNavigator(context: AppContext, team: TeamData): Navigator {
  const { store, core, saver, platform, errors } = context;

  async function settle(): Promise<boolean> {
    const error = await saver.flush();
    const { form } = store.state();
    if (error !== undefined) {
      store.dispatch({ kind: 'problem', problem: error });
      return false;
    }
    if (form === undefined || !hasHeld(form)) return true;
    store.dispatch({ kind: 'form-errors', errors: heldErrors(form) });
    return false;
  }

  /* Where the person wants to be, from the moment of asking: saving and loading come after it. */
  let wanted = hashOf(store.state().route);

  async function maySettleFor(route: Route): Promise<boolean> {
    wanted = hashOf(route);
    const isSettled = await maySettle(route);
    if (!isSettled && wanted === hashOf(route)) wanted = hashOf(store.state().route);
    return isSettled && wanted === hashOf(route);
  }

  async function go(route: Route, how: 'push' | 'replace' = 'push'): Promise<void> {
    if (!(await maySettleFor(route))) return;
    platform.setAddress(route, how);
    await open(route);
  }

  function fromHere(): Navigator['go'] {
    const here = wanted;
    return (route, how) => (wanted === here ? go(route, how) : Promise.resolve());
  }

  async function addressChanged(route: Route | undefined): Promise<void> {
    const target = await here(route ?? HOME);
    const present = store.state().opening ?? store.state().route;
    if (hashOf(target) === hashOf(present) && route !== undefined) return;
    if (!(await maySettleFor(target))) {
      if (wanted !== hashOf(target)) platform.setAddress(store.state().opening ?? store.state().route, 'push');
      return;
    }
    if (route === undefined) platform.setAddress(HOME, 'replace');
    await open(target);
  }

  /** In the neutral profile an address of the other one leads to the list, as if it had never led elsewhere. */
  async function here(route: Route): Promise<Route> {
    const { phase, vaults } = store.state();
    if (phase.kind !== 'open' || !vaults.isNeutral || (await isOfNeutral(route))) return route;
    platform.setAddress(HOME, 'replace');
    return HOME;
  }

  async function isOfNeutral(route: Route): Promise<boolean> {
    if (route.name === 'key-distress') return false;
    if (!('caseId' in route) || route.name === 'case-new') return true;
    return (await core.call('case.get', { caseId: route.caseId })).ok;
  }

  /** The way to help and back is never held up by a field that is not complete; what stands there comes back with Back. */
  function maySettle(route: Route): Promise<boolean> {
    const isHelp = [route, store.state().route].some((each) => specOf(each.name).access === 'always');
    return isHelp ? saver.flush().then(() => true) : settle();
  }

  async function open(route: Route): Promise<void> {
    const before = store.state().form;
    store.dispatch({ kind: 'route-opening', route });
    const loaded = store.state().phase.kind === 'open' ? await loadAll(route, before) : { data: {} };
    await show(route, loaded);
  }

  /** All that the first drawing of a screen shows. */
  async function loadAll(route: Route, before: FormState | undefined): Promise<Loaded> {
    if (route.name !== 'cases') return { data: await load(route, before) };
    const [data, cases] = await Promise.all([load(route, before), askCases(store.state().list.search)]);
    return { data, cases };
  }

  /** Team and sync are read into their own part of the state. */
  async function withTeam(route: Route, data: RouteData): Promise<RouteData> {
    const error = store.state().phase.kind === 'open' ? await team.loadFor(route) : undefined;
    return error === undefined || data.problem !== undefined ? data : { ...data, problem: error };
  }

  async function show(route: Route, { data, cases }: Loaded): Promise<void> {
    store.dispatch({ kind: 'route-opened', route, data: await withTeam(route, data), today: platform.today() });
    if (cases !== undefined) showCases(cases);
  }

  /** The first screen of an open vault appears as a whole, when its data is there. */
  async function enter(before?: FormState): Promise<void> {
    const { route } = store.state();
    wanted = hashOf(route);
    store.dispatch({ kind: 'route-opening', route });
    await saver.flush();
    const loaded = await loadAll(route, before);
    /* Hidden meanwhile: nothing of the vault is drawn; whoever hid it locks it. */
    if (store.state().phase.kind === 'hidden') return;
    store.dispatch({ kind: 'phase', phase: { kind: 'open' } });
    await show(route, loaded);
  }

  async function load(route: Route, before: FormState | undefined): Promise<RouteData> {
    if (specOf(route.name).access === 'always') return before === undefined ? {} : { form: before };
    if (route.name === 'storage') return loadStorage();
    if (NEEDS_ROOM.has(route.name)) {
      const noRoom = await roomProblem();
      if (noRoom !== undefined) return { ...(await loadToRead(route)), problem: noRoom };
    }
    if (route.name === 'locks') return loadLock();
    if (KEY_ROUTES.has(route.name)) return loadKeys(context);
    if (route.name === 'support') return loadSupport();
    if (route.name === 'vaults') return loadVaults(context);
    if (route.name === 'remove-vault') return { ...(await loadStorage()), ...(await loadVaults(context)) };
    if (!('caseId' in route)) return loadConflictData(core, route, undefined);
    const file = await loadCaseFile(core, route.caseId);
    const isNew = !file.ok && file.error.code === 'not-found' && route.name === 'case-new';
    if (!file.ok && !isNew) return { problem: file.error };
    const loaded = file.ok ? file.value : undefined;
    const form = formOfRoute(route, loaded, { today: platform.today(), newId: platform.newId });
    const noRoom = form === undefined ? undefined : await roomProblem();
    if (noRoom !== undefined) return { ...(loaded === undefined ? {} : { file: loaded }), problem: noRoom };
    return {
      ...(loaded === undefined ? {} : { file: loaded }),
      ...(form === undefined ? {} : { form: keepUnfinished(form, before) }),
      ...(await loadExtras(route)),
      ...(await loadConflictData(core, route, loaded)),
    };
  }

  /** Of a difference everything can be read; other settings wait for room. */
  async function loadToRead(route: Route): Promise<RouteData> {
    if (route.name !== 'conflict') return {};
    const file = await loadCaseFile(core, route.caseId);
    return file.ok ? { file: file.value, ...(await loadConflictData(core, route, file.value)) } : {};
  }

  /** Before a form opens: what a person will type has room on the device. Without it the screen says so and opens no form. */
  async function roomProblem(): Promise<CoreError | undefined> {
    const error = failure(await core.call('vault.reserve', {}));
    if (error === undefined && store.state().reading?.kind === 'no-room') store.dispatch({ kind: 'reading' });
    return error?.code === 'full' ? { code: 'no_room' } : error;
  }

  async function loadExtras(route: Route): Promise<RouteData> {
    switch (route.name) {
      case 'dash-item':
      case 'dash-list':
      case 'dash-after':
      case 'assessment':
        return loadSummary(route.recordId);
      case 'dash-check': {
        const [summary, gaps] = await Promise.all([loadSummary(route.recordId), loadGaps(route.recordId)]);
        return { ...summary, ...gaps };
      }
      case 'plan-check':
      case 'referral-check':
        return loadGaps(route.recordId);
      case 'result':
        return loadResult(route.caseId);
      default:
        return {};
    }
  }

  async function loadSummary(recordId: string): Promise<RouteData> {
    const outcome = await core.call('assessment.summary', { recordId });
    return outcome.ok ? { summary: { recordId, ...(outcome.value as unknown as Omit<DashSummary, 'recordId'>) } } : quiet(outcome);
  }

  async function loadGaps(recordId: string): Promise<RouteData> {
    const outcome = await core.call('document.check', { recordId });
    return outcome.ok ? { gaps: listOf(outcome.value['gaps']) as unknown as readonly Gap[] } : quiet(outcome);
  }

  async function loadResult(caseId: string): Promise<RouteData> {
    const outcome = await core.call('criteria.evaluate', { caseId, evaluationDate: platform.today() });
    if (!outcome.ok) return { problem: outcome.error };
    const { result } = outcome.value;
    return isObject(result) ? { result } : {};
  }

  async function loadStorage(): Promise<RouteData> {
    const [outcome, device] = await Promise.all([core.call('vault.storage', {}), platform.readDeviceStorage()]);
    store.dispatch({ kind: 'device', device });
    return outcome.ok ? { storage: outcome.value as unknown as StorageNumbers } : { problem: outcome.error };
  }

  async function loadLock(): Promise<RouteData> {
    const outcome = await core.call('lock.state', {});
    return outcome.ok ? { lock: outcome.value['lock'] as unknown as LockView } : { problem: outcome.error };
  }

  async function loadSupport(): Promise<RouteData> {
    const [storage, lock, device] = await Promise.all([loadStorage(), loadLock(), platform.readDeviceStorage(), team.loadFor({ name: 'support' })]);
    const facts = { state: store.state(), storage: storage.storage, lock: lock.lock, device, errors: errors.all(), buildHash: platform.build.hash };
    return { supportText: supportText({ ...facts, userAgent: platform.build.userAgent, nowMs: platform.nowMs() }) };
  }

  async function askBegun(): Promise<ReadCases['events']> {
    const outcome = await core.call('case.begun', {});
    if (!outcome.ok) return [];
    return [{ kind: 'list-begun', begun: begunCases(listOf(outcome.value['drafts']) as unknown as readonly StoredDraft[]) }];
  }

  async function askList(search: string, after?: string): Promise<ReadCases['events']> {
    const text = search.trim();
    const outcome = await core.call('case.list', {
      limit: LIST_PAGE,
      closedToo: true,
      ...(text === '' ? {} : { search: text }),
      ...(after === undefined ? {} : { after }),
    });
    if (!outcome.ok) return [{ kind: 'problem', problem: outcome.error }];
    const next = textOf(outcome.value['next']);
    return [{
      kind: 'list-rows',
      rows: listOf(outcome.value['cases']) as never,
      totalCount: Number(outcome.value['totalCount']),
      isMore: after !== undefined,
      ...(next === '' ? {} : { next }),
    }];
  }

  async function askCases(search: string): Promise<ReadCases> {
    return { search, events: (await Promise.all([askBegun(), askList(search)])).flat() };
  }

  /** Nothing of the vault is drawn once it is locked, and of a search nothing once another one was typed. */
  function showCases({ search, events }: ReadCases): void {
    for (const event of events) {
      const { phase, list } = store.state();
      if (phase.kind === 'open' && (event.kind === 'list-begun' || list.search === search)) store.dispatch(event);
    }
  }

  async function loadList(search: string, after?: string): Promise<void> {
    showCases({ search, events: await askList(search, after) });
  }

  async function loadContent(version: string | undefined): Promise<CoreError | undefined> {
    const content: Record<string, Json> = {};
    for (const name of CONTENT_NAMES) {
      const outcome = await core.call('content.get', { name });
      if (!outcome.ok) return failure(outcome);
      content[name] = outcome.value['content'] ?? null;
    }
    store.dispatch({ kind: 'content', content: content as LoadedContent, ...(version === undefined ? {} : { version }) });
    return undefined;
  }

  async function refresh(): Promise<void> {
    const { route, list, phase, opening } = store.state();
    if (phase.kind !== 'open' || opening !== undefined) return;
    if (route.name === 'cases' && list.rows.length <= LIST_PAGE) showCases(await askCases(list.search));
    if (route.name === 'case' || route.name === 'case-conflicts') {
      const [file, differs] = await Promise.all([loadCaseFile(core, route.caseId), loadConflictData(core, route, undefined)]);
      if (file.ok) store.dispatch({ kind: 'route-refreshed', route, data: { file: file.value, ...onlyConflicts(differs) } });
    }
    if (route.name === 'conflicts') {
      store.dispatch({ kind: 'route-refreshed', route, data: onlyConflicts(await loadConflictData(core, route, undefined)) });
    }
    await team.loadFor(route);
  }

  async function reopen(): Promise<void> {
    await open(store.state().route);
  }

  return { go, fromHere, addressChanged, enter, reopen, refresh, loadContent, loadList, settle };
}

/** What could not be read leaves on the screen what was there. */
function onlyConflicts(data: RouteData): Pick<RouteData, 'conflicts'> {
  return data.conflicts === undefined ? {} : { conflicts: data.conflicts };
}

/** Nothing is said when the document behind an extra does not exist yet: the page says it. */
function quiet(outcome: Outcome<JsonObject>): RouteData {
  const error = failure(outcome);
  return error === undefined || error.code === 'not-found' ? {} : { problem: error };
}

/** A half-typed date survives a look at the help numbers: it belongs to the same records. */
function keepUnfinished(form: FormState, before: FormState | undefined): FormState {
  if (before === undefined || !hasHeld(before)) return form;
  const ids = (each: FormState): string => Object.values(each.parts).map((part) => part.recordId).join();
  return ids(form) === ids(before) ? { ...form, dateText: before.dateText, held: before.held } : form;
}

/** One error per control that is not stored. */
export function heldErrors(form: FormState): FormState['errors'] {
  return Object.keys(form.held).map((id) => {
    const ref = refOfControl(id);
    return { ref, message: fill(words.errors.held, { label: labelOfControl(id) }) };
  });
}

/** Control ids are made of part, field, key and member; for an error line it is enough that they lead back to the id. */
function refOfControl(id: string): FieldRef {
  const [part = '', ...rest] = id.split('-');
  const ref: FieldRef = { part, field: rest.join('-') };
  return controlId(ref) === id ? ref : { part: id, field: '' };
}

/** The words of the control on screen, as the person sees them. */
function labelOfControl(id: string): string {
  if (typeof document === 'undefined') return id;
  const control = document.getElementById(id);
  const legend = control?.closest('fieldset')?.querySelector('legend');
  const label = legend ?? document.querySelector(`label[for="${CSS.escape(id)}"]`);
  return label?.textContent?.trim() ?? id;
}

