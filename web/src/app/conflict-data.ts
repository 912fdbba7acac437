/** What the screens about differences show: lists of conflicts, the history of a field. */
import type { Conflict, FieldHistory, HistoryWrite } from '../state/conflicts.ts';
import { fieldNamesOf, fieldStep } from '../state/conflicts.ts';
import { recordOf, type CaseFile } from '../state/case-file.ts';
import { listOf, textOf, type Json } from '../state/json.ts';
import type { RouteData } from '../state/events.ts';
import type { Route } from '../state/routes.ts';
import type { CorePort, Outcome } from './core-port.ts';
import { fieldNamesOfType } from './schema.ts';

/** More pages than this belong to no inbox a person reads; the list says that there is more. */
const PAGES_MAX = 10;

export async function loadConflicts(core: CorePort, caseId: string | undefined): Promise<Outcome<readonly Conflict[]>> {
  const conflicts: Conflict[] = [];
  let after = '';
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const outcome = await core.call('conflict.list', { ...(caseId === undefined ? {} : { caseId }), ...(after === '' ? {} : { after }) });
    if (!outcome.ok) return outcome;
    conflicts.push(...(listOf(outcome.value['conflicts']) as unknown as readonly Conflict[]));
    after = textOf(outcome.value['next']);
    if (after === '') break;
  }
  return { ok: true, value: conflicts };
}

async function loadHistory(core: CorePort, route: { caseId: string; recordId: string }, field: string): Promise<Outcome<FieldHistory>> {
  const outcome = await core.call('field.history', { caseId: route.caseId, recordId: route.recordId, field });
  if (!outcome.ok && outcome.error.code === 'not-found') return { ok: true, value: { field, writes: [], isCut: false } };
  if (!outcome.ok) return outcome;
  const writes = listOf(outcome.value['writes']) as unknown as readonly HistoryWrite[];
  return { ok: true, value: { field, writes, isCut: outcome.value['isCut'] === true } };
}

/** The field an address means: one in conflict, else one of the record. */
function fieldOf(route: { recordId: string; step: string }, conflicts: readonly Conflict[], file: CaseFile): string | undefined {
  const record = recordOf(file, route.recordId);
  const names = [
    ...conflicts.filter((each) => each.recordId === route.recordId).map((each) => each.field),
    ...fieldNamesOf(record?.fields ?? {}),
    ...fieldNamesOfType(record?.type ?? ''),
  ];
  return names.find((name) => fieldStep(route.recordId, name) === route.step);
}

/** Pages that show what differs: the case and what is about it, and documents that rest on it. */
const SHOWING: readonly Route['name'][] = ['case', 'conflicts', 'case-conflicts', 'conflict', 'assessment', 'result', 'referral', 'dash-check', 'referral-check', 'record-history'];

/** The part of a route's data that is about differences. */
export async function loadConflictData(core: CorePort, route: Route, file: CaseFile | undefined): Promise<RouteData> {
  if (!SHOWING.includes(route.name)) return {};
  const listed = await loadConflicts(core, 'caseId' in route ? route.caseId : undefined);
  if (!listed.ok) return { problem: listed.error };
  if (route.name !== 'conflict' || file === undefined) return { conflicts: listed.value };
  const field = fieldOf(route, listed.value, file);
  if (field === undefined) return { conflicts: listed.value, problem: { code: 'not-found' } };
  const history = await loadHistory(core, route, field);
  return history.ok ? { conflicts: listed.value, fieldHistory: history.value } : { conflicts: listed.value, problem: history.error };
}

/** The value of what was typed for a field: an empty text takes it away. */
export function typedValue(text: string): Json {
  return text.trim() === '' ? null : text.trim();
}
