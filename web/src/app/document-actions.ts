/** Checklists, plans and referrals: beginning, new versions, completing. What completion needs is decided in the core. */
import { controlId, type FieldRef } from '../state/form.ts';
import { completedOf, recordOf, unfinishedOf, type CaseFile } from '../state/case-file.ts';
import { listOf, textOf, type JsonObject } from '../state/json.ts';
import { words } from './words.en.ts';
import type { TeamData } from './team-data.ts';
import type { Gap } from '../state/model.ts';
import type { Route } from '../state/routes.ts';
import type { Actions, DocumentType } from '../views/actions.ts';
import type { AppContext } from './context.ts';
import { busy, callOrShow, showProblem } from './context.ts';
import type { FormActions } from './form-actions.ts';
import type { Navigator } from './navigation.ts';

type DocumentActions = Pick<
  Actions,
  'beginDocument' | 'beginVersion' | 'completeDocument' | 'refreshEvaluation' | 'finishProfessional' | 'markNotAnswered' | 'addPlanItem' | 'removePlanItem' | 'shareDraft'
>;

/** Where a new document begins. */
function firstScreen(type: DocumentType, caseId: string, recordId: string): Route {
  if (type === 'assessment') return { name: 'dash-before', caseId, recordId };
  if (type === 'safety_plan') return { name: 'plan-header', caseId, recordId };
  return { name: 'referral-form', caseId, recordId };
}

/** Where a document in work is checked. */
function checkScreen(type: DocumentType, caseId: string, recordId: string): Route {
  if (type === 'assessment') return { name: 'dash-check', caseId, recordId };
  if (type === 'safety_plan') return { name: 'plan-check', caseId, recordId };
  return { name: 'referral-check', caseId, recordId };
}

function documentType(type: string): DocumentType | undefined {
  return type === 'assessment' || type === 'safety_plan' || type === 'referral' ? type : undefined;
}

/** Who writes does so in every document of a case: the last entry is offered again, and can be changed. */
function writerOf(file: CaseFile): JsonObject {
  const documents = [...file.records]
    .filter((record) => documentType(record.type) !== undefined)
    .sort((left, right) => right.createdMs - left.createdMs);
  const found: Record<string, string> = {};
  for (const name of ['worker', 'agency']) {
    const value = documents.map((record) => textOf(record.fields[name])).find((text) => text !== '');
    if (value !== undefined) found[name] = value;
  }
  return found;
}

export function createDocumentActions(context: AppContext, navigator: Navigator, forms: FormActions, team: TeamData): DocumentActions {
  const { store, platform } = context;

  async function begin(type: DocumentType, caseId: string): Promise<void> {
    const goOn = navigator.fromHere();
    const { file } = store.state();
    if (file === undefined || file.caseId !== caseId) return;
    const unfinished = unfinishedOf(file, type)[0];
    if (unfinished !== undefined) {
      await goOn(checkScreen(type, caseId, unfinished.recordId));
      return;
    }
    const seed = await seedOf(type, file);
    if (seed === undefined) return;
    const recordId = platform.newId();
    if (!(await start(type, caseId, recordId, undefined, seed))) return;
    await goOn(firstScreen(type, caseId, recordId));
  }

  async function start(type: DocumentType, caseId: string, recordId: string, previousId: string | undefined, seed: JsonObject): Promise<boolean> {
    const begun = await callOrShow(context, 'document.begin', {
      timeMs: platform.nowMs(), caseId, recordId, type, ...(previousId === undefined ? {} : { previousId }),
    });
    if (begun === undefined) return false;
    const changes = Object.entries(seed).map(([field, value]) => ({ field, value }));
    if (changes.length === 0) return true;
    const saved = await callOrShow(context, 'draft.save', { timeMs: platform.nowMs(), caseId, recordId, type, changes });
    return saved !== undefined;
  }

  async function seedOf(type: DocumentType, file: CaseFile): Promise<JsonObject | undefined> {
    const writer = writerOf(file);
    const today = platform.today();
    if (type === 'assessment') return { ...instrument(), ...writer, assessedOn: today };
    if (type === 'safety_plan') {
      const { agency: _agency, ...worker } = writer;
      return { ...worker, plannedOn: today };
    }
    const evaluation = await recordEvaluation(file.caseId);
    if (evaluation === undefined) return undefined;
    const assessment = completedOf(file, 'assessment')[0]?.recordId;
    return { ...writer, referredOn: today, evaluation, ...(assessment === undefined ? {} : { assessment }) };
  }

  function instrument(): JsonObject {
    const dash = store.state().content['dash-adult'];
    return dash === undefined ? {} : { instrument: `${dash.title} ${dash.version}` };
  }

  /** Keeps the criteria as they are today, because a referral names the result it was made on. */
  async function recordEvaluation(caseId: string): Promise<string | undefined> {
    const recordId = platform.newId();
    const reply = await callOrShow(context, 'criteria.record', {
      mutationId: platform.newId(), timeMs: platform.nowMs(), caseId, recordId, evaluationDate: platform.today(),
    });
    return reply === undefined ? undefined : recordId;
  }

  async function beginVersion(reason: string): Promise<void> {
    const goOn = navigator.fromHere();
    const { route, file } = store.state();
    if (route.name !== 'new-version' || file === undefined) return;
    const previous = recordOf(file, route.recordId);
    const type = documentType(previous?.type ?? '');
    if (previous === undefined || type === undefined) return;
    const unfinished = unfinishedOf(file, type)[0];
    if (unfinished !== undefined) {
      await goOn(checkScreen(type, file.caseId, unfinished.recordId), 'replace');
      return;
    }
    const recordId = platform.newId();
    const dated = type === 'assessment' ? { assessedOn: platform.today() } : type === 'safety_plan' ? { plannedOn: platform.today() } : {};
    if (!(await start(type, file.caseId, recordId, previous.recordId, { changeReason: reason, ...dated }))) return;
    await goOn(checkScreen(type, file.caseId, recordId), 'replace');
  }

  async function complete(): Promise<void> {
    const goOn = navigator.fromHere();
    const { route, form } = store.state();
    const part = form === undefined ? undefined : Object.values(form.parts)[0];
    const type = documentType(part?.type ?? '');
    if (form === undefined || part === undefined || type === undefined || !('caseId' in route)) return;
    if (!(await navigator.settle())) return;
    const check = await callOrShow(context, 'document.check', { recordId: part.recordId });
    if (check === undefined) return;
    const gaps = listOf(check['gaps']) as unknown as readonly Gap[];
    store.dispatch({ kind: 'gaps', gaps });
    if (gaps.length > 0) return;
    const reply = await context.core.call('document.complete', {
      mutationId: platform.newId(), timeMs: platform.nowMs(), today: platform.today(), recordId: part.recordId,
    });
    if (!reply.ok) {
      showProblem(context, reply.error);
      return;
    }
    if (type === 'assessment' && (await recordEvaluation(form.caseId)) === undefined) return;
    await goOn(doneScreen(type, form.caseId, part.recordId), 'replace');
  }

  /** What is answered so far, for the team. It stays unfinished, and whoever goes on drafts what changes. */
  async function share(recordId: string): Promise<void> {
    const shared = await callOrShow(context, 'draft.share', { mutationId: platform.newId(), timeMs: platform.nowMs(), recordId });
    if (shared === undefined) return;
    await team.load(['sync', 'unshared']);
    await navigator.refresh();
    const isWhole = shared['keptCount'] === 0;
    store.dispatch({ kind: 'banner', banner: { kind: 'success', title: words.shell.success, text: isWhole ? words.sharing.done : words.sharing.doneInPart } });
  }

  async function refreshEvaluation(): Promise<void> {
    const { form, file } = store.state();
    if (form === undefined || file === undefined) return;
    if (!(await navigator.settle())) return;
    const evaluation = await recordEvaluation(form.caseId);
    if (evaluation === undefined) return;
    const recordId = form.parts['referral']?.recordId;
    const assessment = completedOf(file, 'assessment')[0]?.recordId;
    const changes = [{ field: 'evaluation', value: evaluation }, ...(assessment === undefined ? [] : [{ field: 'assessment', value: assessment }])];
    const saved = await callOrShow(context, 'draft.save', {
      timeMs: platform.nowMs(), caseId: form.caseId, recordId: recordId ?? '', type: 'referral', changes,
    });
    if (saved !== undefined) await navigator.reopen();
  }

  function planRef(key: string): FieldRef {
    return { part: 'plan', field: 'item', key };
  }

  return {
    finishProfessional(next) {
      forms.choose({ part: 'assessment', field: 'professionalSeen' }, true);
      forms.saveAndGo(next);
    },
    markNotAnswered(topicIds) {
      void busy(context, async () => {
        for (const key of topicIds) forms.input({ part: 'assessment', field: 'answer', key, member: 'answer' }, 'not_answered');
        if (await navigator.settle()) await navigator.reopen();
      });
    },
    beginDocument: (type, caseId) => void busy(context, () => begin(type, caseId)),
    beginVersion: (reason) => void busy(context, () => beginVersion(reason)),
    completeDocument: () => void busy(context, complete),
    shareDraft: (recordId) => void busy(context, () => share(recordId)),
    refreshEvaluation: () => void busy(context, refreshEvaluation),
    addPlanItem(sectionId, itemId, text) {
      /* An own point carries its section in its key, so that it stays in its place. */
      const key = itemId ?? `own.${sectionId.slice(3)}.${platform.newId().slice(0, 12)}`;
      const order = Object.keys(store.state().form?.values ?? {}).filter((path) => path.startsWith('plan.item/')).length;
      /* An own point begins without words: it is kept from the first word on. */
      forms.choose(planRef(key), text === '' ? { order } : { text, order });
      store.dispatch({ kind: 'focus', target: { id: controlId({ ...planRef(key), member: 'text' }) } });
    },
    removePlanItem(key) {
      forms.choose(planRef(key), null);
      store.dispatch({ kind: 'focus', target: 'heading' });
    },
  };
}

function doneScreen(type: DocumentType, caseId: string, recordId: string): Route {
  if (type === 'assessment') return { name: 'result', caseId };
  if (type === 'safety_plan') return { name: 'plan', caseId, recordId };
  return { name: 'referral', caseId, recordId };
}
