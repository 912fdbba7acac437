/** The one place where the state changes. Pure. */
import type { AppState, Focus, Phase } from './model.ts';
import type { StateEvent } from './events.ts';
import { NO_BACKUP } from './backup.ts';
import { NO_DECISION } from './conflicts.ts';
import { NO_KEYS } from './keys.ts';
import { withDateText, withHeld, withStored, withValue, type FormState } from './form.ts';
import { HOME, hashOf, specOf } from './routes.ts';
import { NO_TEAM, type TeamView } from './team.ts';
import { NO_NAMING, NO_REMOVAL } from './vaults.ts';

export function reduce(state: AppState, event: StateEvent): AppState {
  switch (event.kind) {
    case 'phase':
      return withPhase(state, event.phase);
    case 'content':
      return { ...state, content: { ...state.content, ...event.content }, version: event.version ?? state.version };
    case 'route-opening':
      return { ...state, opening: event.route, isLoading: true };
    case 'route-opened':
      /* The screen before stays until the next one is there as a whole; of two quick moves the last one wins. */
      if (state.opening === undefined || hashOf(event.route) !== hashOf(state.opening)) return state;
      /* Hidden or locked meanwhile: nothing of the vault may come back into the state. */
      if (state.phase.kind !== 'open') return { ...state, route: event.route, opening: undefined, isLoading: false, focus: moved(state, 'heading') };
      return {
        ...state,
        ...EMPTY_SCREEN,
        route: event.route,
        opening: undefined,
        isLoading: false,
        today: event.today,
        file: event.data.file,
        form: event.data.form,
        summary: event.data.summary,
        gaps: event.data.gaps,
        result: event.data.result,
        conflicts: event.data.conflicts ?? [],
        fieldHistory: event.data.fieldHistory,
        storage: event.data.storage,
        lock: event.data.lock,
        supportText: event.data.supportText,
        problem: event.data.problem,
        keys: event.data.keys ?? NO_KEYS,
        vaults: { ...state.vaults, naming: event.data.naming ?? NO_NAMING, removal: NO_REMOVAL },
        focus: moved(state, 'heading'),
      };
    case 'route-refreshed':
      return withRefreshed(state, event);
    case 'list-search':
      return { ...state, list: { ...state.list, search: event.search } };
    case 'list-begun':
      return { ...state, list: { ...state.list, begun: event.begun } };
    case 'list-rows':
      return withRows(state, event);
    case 'field':
      return withForm(state, (form) => withValue(form, event.ref, event.whole));
    case 'date-text':
      return withForm(state, (form) => withDateText(form, event.ref, event.part, event.text));
    case 'held':
      return withForm(state, (form) => withHeld(form, event.id, event.reason));
    case 'form-stored':
      return withForm(state, withStored);
    case 'form-errors':
      return {
        ...withForm(state, (form) => ({ ...form, errors: event.errors })),
        focus: event.errors.length > 0 ? moved(state, 'errors') : state.focus,
      };
    case 'decision':
      return { ...state, decision: event.decision };
    case 'summary':
      return { ...state, summary: event.summary };
    case 'gaps':
      return withRefusedGaps(state, event.gaps);
    case 'save':
      return { ...state, save: event.save };
    case 'busy':
      return { ...state, isBusy: event.isBusy };
    case 'problem':
      return { ...state, problem: event.problem, focus: event.problem === undefined ? state.focus : moved(state, 'errors') };
    case 'banner':
      return { ...state, banner: event.banner };
    case 'device':
      return { ...state, device: event.device };
    case 'lock':
      return withLock(state, event);
    case 'storage-check':
      return { ...state, storageCheck: event.check };
    case 'team':
      return withTeam(state, () => event.change);
    case 'join':
      return withTeam(state, (team) => ({ join: { ...team.join, ...event.change } }));
    case 'invite':
      return withTeam(state, (team) => ({ invite: { ...team.invite, ...event.change } }));
    case 'reading':
      return { ...state, reading: event.reading };
    case 'vaults':
      return { ...state, vaults: { ...state.vaults, ...event.change } };
    case 'naming':
      return withNaming(state, event.change);
    case 'removal':
      return withRemoval(state, event.change);
    case 'keys':
      return withKeys(state, event.change);
    case 'passkeys':
      return { ...state, hasPasskeys: event.isSupported };
    case 'attempts':
      return { ...state, attempts: event.attempts };
    case 'backup':
      return { ...state, backup: { ...state.backup, ...event.change }, focus: event.change.problem === undefined ? state.focus : moved(state, 'errors') };
    case 'update':
      /* A version that waits is still there when a newer one could not be fetched. */
      return state.update === 'ready' ? state : { ...state, update: event.update };
    case 'reminder-away':
      return { ...state, isReminderAway: true };
    case 'show-passphrase':
      return { ...state, isPassphraseShown: event.isShown };
    case 'focus':
      return { ...state, focus: moved(state, event.target) };
  }
}

function moved(state: AppState, target: Focus['target']): Focus {
  return { target, token: state.focus.token + 1 };
}

function withForm(state: AppState, change: (form: FormState) => FormState): AppState {
  return state.form === undefined ? state : { ...state, form: change(state.form) };
}

/** A screen keeps nothing of the one before. */
const EMPTY_SCREEN: Partial<AppState> = {
  storageCheck: undefined,
  isPinNew: false,
  save: { kind: 'idle' },
  banner: undefined,
  isGapsRefused: false,
  decision: NO_DECISION,
};

/** Leaving the open vault empties everything that came out of it, in the same step. */
function withPhase(state: AppState, phase: Phase): AppState {
  const isSamePage = phase.kind === state.phase.kind && phase.kind !== 'no-vault';
  const hasProblem = 'problem' in phase && phase.problem !== undefined;
  const hasNotice = phase.kind === 'locked' && phase.notice !== undefined && isSamePage;
  const focus = hasProblem ? moved(state, 'errors') : hasNotice ? moved(state, { id: 'key-notice' }) : isSamePage ? state.focus : moved(state, 'heading');
  if (phase.kind === 'open') return { ...state, phase, isPassphraseShown: false };
  return {
    ...state,
    phase,
    /* The help numbers and About would be seen again before the passphrase. */
    route: phase.kind === 'hidden' && specOf(state.route.name).access === 'always' ? HOME : state.route,
    list: { search: '', searched: '', rows: [], begun: [], totalCount: 0, isLoaded: false },
    file: undefined,
    form: undefined,
    summary: undefined,
    gaps: undefined,
    result: undefined,
    conflicts: [],
    fieldHistory: undefined,
    decision: NO_DECISION,
    storage: undefined,
    storageCheck: undefined,
    lock: undefined,
    supportText: undefined,
    isReminderAway: phase.kind === 'locked' ? false : state.isReminderAway,
    team: NO_TEAM,
    /* Said again when a PIN opens what was only covered. */
    reading: phase.kind === 'choose-pin' || phase.kind === 'warm' || (phase.kind === 'hidden' && phase.next === 'warm') ? state.reading : undefined,
    vaults: vaultsAfter(state, phase),
    keys: NO_KEYS,
    backup: phase.kind === 'restore' ? state.backup : NO_BACKUP,
    save: { kind: 'idle' },
    problem: undefined,
    banner: undefined,
    isLoading: false,
    isBusy: false,
    isPassphraseShown: isSamePage ? state.isPassphraseShown : false,
    focus,
  };
}

function withLock(state: AppState, { lock, isPinNew }: Extract<StateEvent, { kind: 'lock' }>): AppState {
  if (state.phase.kind !== 'open') return state;
  return { ...state, lock, isPinNew: isPinNew === true, isPassphraseShown: false };
}

/** Phases in which the vault that was opened is still the one behind the screen. */
const KEEPS_VAULT: ReadonlySet<Phase['kind']> = new Set<Phase['kind']>(['choose-pin', 'renew', 'warm', 'hidden']);

function vaultsAfter({ vaults }: AppState, phase: Phase): AppState['vaults'] {
  return {
    ...vaults,
    isPractice: vaults.isPractice && KEEPS_VAULT.has(phase.kind),
    naming: phase.kind === 'no-vault' || phase.kind === 'restore' ? vaults.naming : NO_NAMING,
    removal: phase.kind === 'remove' ? vaults.removal : NO_REMOVAL,
  };
}

/** What comes after the vault was left stays outside. */
function withTeam(state: AppState, change: (team: TeamView) => Partial<TeamView>): AppState {
  return state.phase.kind === 'open' ? { ...state, team: { ...state.team, ...change(state.team) } } : state;
}

/** A step is a page of its own; new words are forgotten with the page. */
function withKeys(state: AppState, change: Partial<AppState['keys']>): AppState {
  const hasError = change.problem !== undefined || Object.keys(change.errors ?? {}).length > 0;
  const isStep = change.words !== undefined || change.recovery !== undefined || change.distress !== undefined;
  const target = hasError ? 'errors'
    : change.notice !== undefined ? { id: 'key-notice' }
    : change.distress?.kind === 'known' ? { id: 'distress-known' }
    : isStep ? 'heading'
    : change.removing === undefined ? undefined : { id: 'remove-key' };
  return { ...state, keys: { ...state.keys, ...change }, focus: target === undefined ? state.focus : moved(state, target) };
}

function withNaming(state: AppState, change: Partial<AppState['vaults']['naming']>): AppState {
  const naming = { ...state.vaults.naming, ...change };
  const isRefused = change.errors !== undefined && Object.keys(change.errors).length > 0;
  return { ...state, vaults: { ...state.vaults, naming }, focus: isRefused ? moved(state, 'errors') : state.focus };
}

/** The second step is a page of its own. */
function withRemoval(state: AppState, change: Partial<AppState['vaults']['removal']>): AppState {
  const removal = { ...state.vaults.removal, ...change };
  const focus = change.error !== undefined ? moved(state, 'errors') : change.step !== undefined ? moved(state, 'heading') : state.focus;
  return { ...state, vaults: { ...state.vaults, removal }, focus };
}

function withRefreshed(state: AppState, event: Extract<StateEvent, { kind: 'route-refreshed' }>): AppState {
  const isThere = state.phase.kind === 'open' && state.opening === undefined && hashOf(state.route) === hashOf(event.route);
  if (!isThere) return state;
  return { ...state, file: event.data.file ?? state.file, storage: event.data.storage ?? state.storage, conflicts: event.data.conflicts ?? state.conflicts };
}

/** Gaps become errors only after a person asked to complete; before that they are a list of what is left to do. */
function withRefusedGaps(state: AppState, gaps: AppState['gaps']): AppState {
  const isGapsRefused = (gaps ?? []).length > 0;
  return { ...state, gaps, isGapsRefused, focus: isGapsRefused ? moved(state, 'errors') : state.focus };
}

function withRows(state: AppState, event: Extract<StateEvent, { kind: 'list-rows' }>): AppState {
  const rows = event.isMore ? [...state.list.rows, ...event.rows] : event.rows;
  const { next: _old, ...rest } = state.list;
  const list = { ...rest, searched: state.list.search, rows, totalCount: event.totalCount, isLoaded: true };
  return { ...state, list: event.next === undefined ? list : { ...list, next: event.next } };
}
