/** Typing, tapping and finishing records. */
import { borderName, controlId, dateOnScreen, nextWhole, type DatePart, type FieldError, type FieldRef, type FormState } from '../state/form.ts';
import type { Json } from '../state/json.ts';
import { textOf } from '../state/json.ts';
import type { Route } from '../state/routes.ts';
import type { AppContext } from './context.ts';
import { busy, callOrShow, showProblem } from './context.ts';
import { draftGroup } from './forms.ts';
import type { Navigator } from './navigation.ts';
import type { DraftTarget, FieldChange } from './saver.ts';
import { missingMember, requiredFields, withDefaults } from './schema.ts';
import { words } from './words.en.ts';

export interface FormActions {
  readonly input: (ref: FieldRef, value: Json) => void;
  readonly choose: (ref: FieldRef, value: Json) => void;
  readonly inputDate: (ref: FieldRef, part: DatePart, text: string) => void;
  /** The control a field was last changed with. */
  readonly controlOf: (recordId: string, field: string) => string | undefined;
  readonly leaveField: () => void;
  readonly saveAgain: () => void;
  readonly saveForm: () => void;
  readonly saveAndGo: (route: Route) => void;
  readonly discardDraft: () => void;
  readonly removeRecord: (reason: string) => void;
}

export function createFormActions(context: AppContext, navigator: Navigator): FormActions {
  const { store, saver, platform } = context;
  /* Which control last changed a field: a value the core refuses is marked there. */
  const controls = new Map<string, string>();

  function change(ref: FieldRef, value: Json): void {
    const { form } = store.state();
    const part = form?.parts[ref.part];
    if (form === undefined || part === undefined) return;
    const whole = withDefaults(part.type, ref.field, nextWhole(form, ref, value));
    store.dispatch({ kind: 'field', ref, whole });
    const missing = missingMember(part.type, ref.field, whole);
    const missingId = missing === undefined ? undefined : controlId({ ...ref, member: missing });
    clearHeld(ref, missingId);
    if (missingId !== undefined) {
      store.dispatch({ kind: 'held', id: missingId, reason: 'incomplete' });
      return;
    }
    saveSeeds();
    controls.set(`${part.recordId} ${borderName(ref)}`, controlId(ref));
    saver.put(targetOf(form, ref.part), [{ field: borderName(ref), value: whole }]);
  }

  /** Every control of the same field is stored or held together. */
  function clearHeld(ref: FieldRef, except: string | undefined): void {
    const { form } = store.state();
    const { member: _member, ...field } = ref;
    const prefix = controlId(field);
    for (const id of Object.keys(form?.held ?? {})) {
      if (id !== except && (id === prefix || id.startsWith(`${prefix}-`))) store.dispatch({ kind: 'held', id });
    }
  }

  function targetOf(form: FormState, name: string): DraftTarget {
    const part = form.parts[name];
    return { caseId: form.caseId, recordId: part?.recordId ?? '', type: part?.type ?? '' };
  }

  /** The first thing a person enters brings the records of the form into being, all of them together. */
  function saveSeeds(): void {
    const { form } = store.state();
    if (form === undefined) return;
    for (const [name, part] of Object.entries(form.parts)) {
      const changes = Object.entries(part.seed).map(([field, value]): FieldChange => ({ field, value }));
      if (!part.isStored && changes.length > 0) saver.put(targetOf(form, name), changes);
    }
    store.dispatch({ kind: 'form-stored' });
  }

  function choose(ref: FieldRef, value: Json): void {
    change(ref, value);
    void saver.flush().then(refreshSummary);
  }

  function inputDate(ref: FieldRef, part: DatePart, text: string): void {
    store.dispatch({ kind: 'date-text', ref, part, text });
    const { form } = store.state();
    if (form === undefined) return;
    const typed = dateOnScreen(form, ref);
    if (typed.kind === 'incomplete') {
      store.dispatch({ kind: 'held', id: controlId(ref), reason: 'incomplete' });
      return;
    }
    store.dispatch({ kind: 'held', id: controlId(ref) });
    change(ref, typed.kind === 'empty' ? null : typed.value);
  }

  /** Counts come from the core, after it has the answer. */
  async function refreshSummary(): Promise<void> {
    const { summary } = store.state();
    if (summary === undefined) return;
    const outcome = await context.core.call('assessment.summary', { recordId: summary.recordId });
    if (outcome.ok && store.state().summary?.recordId === summary.recordId) {
      store.dispatch({ kind: 'summary', summary: { ...(outcome.value as unknown as typeof summary), recordId: summary.recordId } });
    }
  }

  async function commit(): Promise<void> {
    const { form } = store.state();
    const goOn = navigator.fromHere();
    if (form === undefined) return;
    const errors = missingFields(form);
    if (errors.length > 0) {
      store.dispatch({ kind: 'form-errors', errors });
      await saver.flush();
      return;
    }
    saveSeeds();
    if (!(await navigator.settle())) return;
    const recordIds = Object.values(form.parts).map((part) => part.recordId);
    const drafted = await draftedIds(form.caseId, recordIds);
    if (drafted === undefined) return;
    if (drafted.length > 0) {
      const reply = await context.core.call('draft.commit', { mutationId: platform.newId(), timeMs: platform.nowMs(), recordIds: drafted });
      if (!reply.ok) {
        showProblem(context, reply.error);
        return;
      }
    }
    await goOn({ name: 'case', caseId: form.caseId }, 'replace');
    store.dispatch({ kind: 'banner', banner: { kind: 'success', title: words.shell.success, text: words.shell.savedText } });
  }

  /** Which of these records have a draft: a form that nobody touched has none, and that is no error. */
  async function draftedIds(caseId: string, recordIds: readonly string[]): Promise<readonly string[] | undefined> {
    const reply = await context.core.call('case.get', { caseId });
    if (!reply.ok) {
      if (reply.error.code === 'not-found') return [];
      showProblem(context, reply.error);
      return undefined;
    }
    const drafts = reply.value['drafts'];
    const ids = Array.isArray(drafts) ? drafts.map((draft) => textOf((draft as { recordId?: Json }).recordId)) : [];
    return recordIds.filter((id) => ids.includes(id));
  }

  async function discard(): Promise<void> {
    const { route, file } = store.state();
    const goOn = navigator.fromHere();
    if (route.name !== 'discard' || file === undefined) return;
    saver.clear();
    for (const recordId of draftGroup(file, route.recordId)) {
      if ((await callOrShow(context, 'draft.discard', { recordId })) === undefined) return;
    }
    const isWholeCase = file.records.length === 0;
    await goOn(isWholeCase ? { name: 'cases' } : { name: 'case', caseId: route.caseId }, 'replace');
  }

  async function remove(reason: string): Promise<void> {
    const { route, file } = store.state();
    const goOn = navigator.fromHere();
    if (route.name !== 'remove' || file === undefined) return;
    const record = file.records.find((each) => each.recordId === route.recordId);
    if (record === undefined) return;
    const reply = await callOrShow(context, 'record.change', {
      mutationId: platform.newId(), timeMs: platform.nowMs(), caseId: route.caseId, recordId: record.recordId,
      type: record.type, changes: [{ field: 'state', value: 'hidden' }], reason,
    });
    if (reply !== undefined) await goOn({ name: 'case', caseId: route.caseId }, 'replace');
  }

  return {
    input: change,
    choose,
    controlOf: (recordId, field) => controls.get(`${recordId} ${field}`),
    inputDate,
    leaveField: () => void saver.flush(),
    saveAgain() {
      store.dispatch({ kind: 'problem' });
      void saver.flush();
    },
    saveForm: () => void busy(context, commit),
    saveAndGo: (route) => void busy(context, () => navigator.go(route)),
    discardDraft: () => void busy(context, discard),
    removeRecord: (reason) => void busy(context, () => remove(reason)),
  };
}

/** Fields without which a record cannot be finished, from the schema, for the records this form shows. */
export function missingFields(form: FormState): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [part, { type }] of Object.entries(form.parts)) {
    for (const field of requiredFields(type)) {
      if (form.values[`${part}.${field}`] !== undefined) continue;
      const ref: FieldRef = { part, field, ...firstMember(type, field) };
      errors.push({ ref, message: requiredMessage(part, field) });
    }
  }
  return errors;
}

/** The control a composite field is entered through. */
function firstMember(type: string, field: string): { member?: string } {
  return type === 'incident' && field === 'occurred' ? { member: 'date' } : {};
}

function requiredMessage(part: string, field: string): string {
  const messages: Readonly<Record<string, string>> = words.required;
  return messages[`${part}.${field}`] ?? words.errors.requiredAny;
}

