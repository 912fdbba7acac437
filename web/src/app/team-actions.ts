/** Joining a team, and letting others in. What a code is worth and who may do what is decided in the core. */
import type { JsonObject } from '../state/json.ts';
import { groupedCode } from '../state/code.ts';
import { NO_INVITE, type InviteForm, type JoinForm } from '../state/team.ts';
import { textOf } from '../state/json.ts';
import type { AppState, CoreError } from '../state/model.ts';
import type { Actions } from '../views/actions.ts';
import type { AppContext } from './context.ts';
import { busy, callOrShow, showProblem } from './context.ts';
import type { Navigator } from './navigation.ts';
import type { SyncControl } from './sync-actions.ts';
import type { TeamData } from './team-data.ts';
import { words } from './words.en.ts';

type TeamActions = Pick<
  Actions,
  | 'changeJoin' | 'leaveJoinCode' | 'startCamera' | 'stopCamera' | 'join' | 'confirmJoin' | 'cancelJoin'
  | 'changeInvite' | 'makeInvite' | 'confirmInvite' | 'withdrawInvite' | 'refuseInvite'
>;

const VIDEO_ID = 'join-camera';

export function createTeamActions(context: AppContext, navigator: Navigator, data: TeamData, sync: SyncControl): TeamActions {
  const { store, core, platform } = context;
  let camera: { readonly stop: () => void } | undefined;

  const changeJoin = (change: Partial<JoinForm>): void => store.dispatch({ kind: 'join', change });
  const form = (): JoinForm => store.state().team.join;

  /* The camera never stays on behind another screen, a lock or a hidden page. */
  store.subscribe((state) => {
    if (camera === undefined || isScanning(state)) return;
    stopCamera();
    if (state.team.join.camera === 'on') changeJoin({ camera: 'off' });
  });

  async function startCamera(): Promise<void> {
    if (form().camera === 'asking' || form().camera === 'on') return;
    changeJoin({ camera: 'asking' });
    const started = await platform.startCamera(VIDEO_ID, (text) => {
      changeJoin({ code: groupedCode(text), camera: 'off', errors: {} });
      store.dispatch({ kind: 'focus', target: { id: 'join-code' } });
    });
    if (typeof started === 'string') {
      changeJoin({ camera: started });
      return;
    }
    camera = started;
    if (isScanning(store.state())) {
      changeJoin({ camera: 'on' });
      return;
    }
    stopCamera();
    changeJoin({ camera: 'off' });
  }

  function stopCamera(): void {
    const stopped = camera;
    camera = undefined;
    stopped?.stop();
  }

  async function join(): Promise<void> {
    const typed = form();
    const hub = originOf(typed.hub);
    const errors = joinErrors(typed, hub);
    changeJoin({ errors });
    if (Object.keys(errors).length > 0 || typed.kind === '') {
      store.dispatch({ kind: 'focus', target: 'errors' });
      return;
    }
    const outcome = await core.call('enrol.begin', {
      timeMs: platform.nowMs(), code: groupedCode(typed.code), hub: hub ?? '', deviceKind: typed.kind, deviceLabel: words.team.kinds[typed.kind],
      ...(typed.isFounding ? { personName: typed.personName.trim(), teamName: typed.teamName.trim() } : {}),
    });
    if (outcome.ok) await begun();
    else refused(outcome.error);
  }

  async function begun(): Promise<void> {
    changeJoin({ code: '', personName: '', teamName: '', errors: {}, camera: 'off' });
    await data.load(['status']);
    sync.beginSync();
    store.dispatch({ kind: 'focus', target: 'heading' });
  }

  function refused(error: CoreError): void {
    if (error.code === 'incomplete' && !form().isFounding) {
      changeJoin({ isFounding: true });
      store.dispatch({ kind: 'focus', target: { id: 'join-person' } });
      return;
    }
    if (error.code !== 'code-wrong') {
      showProblem(context, error);
      return;
    }
    changeJoin({ errors: { 'join-code': store.state().content.errors?.errors['code-wrong']?.title ?? words.join.codeMissing } });
    store.dispatch({ kind: 'focus', target: 'errors' });
  }

  /** A command of the waiting device, and the page as it is after it. */
  async function step(command: string, request: JsonObject): Promise<boolean> {
    const done = await callOrShow(context, command, request);
    if (done === undefined) return false;
    await data.loadFor(store.state().route);
    return true;
  }

  async function makeInvite(): Promise<void> {
    const { invite } = store.state().team;
    const errors = inviteErrors(invite);
    store.dispatch({ kind: 'invite', change: { errors } });
    if (Object.keys(errors).length > 0) {
      store.dispatch({ kind: 'focus', target: 'errors' });
      return;
    }
    const arrive = navigator.fromHere();
    const made = await callOrShow(context, 'invite.begin', {
      timeMs: platform.nowMs(),
      administrator: invite.who === 'new' && invite.isAdministrator,
      ...(invite.who === 'new' ? { personName: invite.personName.trim() } : { personId: invite.personId }),
      ...(invite.kind === '' ? {} : { deviceKind: invite.kind }),
    });
    if (made === undefined) return;
    store.dispatch({ kind: 'invite', change: NO_INVITE });
    sync.syncNow();
    await arrive({ name: 'invitation', inviteId: textOf(made['inviteId']) });
  }

  return {
    changeJoin,
    leaveJoinCode: () => changeJoin({ code: groupedCode(form().code) }),
    startCamera: () => void startCamera(),
    stopCamera() {
      changeJoin({ camera: 'off' });
      store.dispatch({ kind: 'focus', target: { id: 'join-code' } });
    },
    join: () => void busy(context, join),
    confirmJoin: () =>
      void busy(context, async () => {
        if (!(await step('enrol.confirm', {}))) return;
        sync.syncNow();
        store.dispatch({ kind: 'focus', target: 'heading' });
      }),
    cancelJoin: () =>
      void busy(context, async () => {
        core.cancelSync();
        if (await step('enrol.cancel', {})) store.dispatch({ kind: 'focus', target: 'heading' });
      }),
    changeInvite: (change) => store.dispatch({ kind: 'invite', change }),
    makeInvite: () => void busy(context, makeInvite),
    confirmInvite: (inviteId) =>
      void busy(context, async () => {
        if (await step('invite.confirm', { inviteId, timeMs: platform.nowMs() })) sync.syncNow();
      }),
    withdrawInvite: (inviteId) =>
      void busy(context, async () => {
        if (await step('invite.withdraw', { inviteId })) sync.syncNow();
      }),
    refuseInvite: (inviteId) =>
      void busy(context, async () => {
        if (!(await step('invite.withdraw', { inviteId }))) return;
        store.dispatch({ kind: 'banner', banner: { kind: 'plain', title: words.invite.refusedTitle, text: words.invite.refusedText } });
        sync.syncNow();
      }),
  };
}

function isScanning({ phase, route, team }: AppState): boolean {
  return phase.kind === 'open' && route.name === 'join' && (team.join.camera === 'asking' || team.join.camera === 'on');
}

/** The origin of a typed address; https when the person left it out. */
function originOf(typed: string): string | undefined {
  const text = typed.trim();
  try {
    const url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
    return (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' ? url.origin : undefined;
  } catch {
    return undefined;
  }
}

function joinErrors(typed: JoinForm, hub: string | undefined): JoinForm['errors'] {
  const text = words.join;
  return {
    ...(typed.code.trim() === '' ? { 'join-code': text.codeMissing } : {}),
    ...(hub === undefined ? { 'join-hub': text.hubWrong } : {}),
    ...(typed.kind === '' ? { 'join-kind': text.kindMissing } : {}),
    ...(typed.isFounding && typed.personName.trim() === '' ? { 'join-person': text.personMissing } : {}),
    ...(typed.isFounding && typed.teamName.trim() === '' ? { 'join-team': text.teamMissing } : {}),
  };
}

function inviteErrors(invite: InviteForm): InviteForm['errors'] {
  const text = words.invite;
  if (invite.who === '') return { 'invite-who': text.whoMissing };
  if (invite.who === 'new') return invite.personName.trim() === '' ? { 'invite-name': text.nameMissing } : {};
  return invite.personId === '' ? { 'invite-person': text.personMissing } : {};
}
