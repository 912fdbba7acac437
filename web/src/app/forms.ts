/** Which records stand behind the form of a route. Ids of new records are made once, when the form opens. */
import type { CaseFile, StoredDraft } from '../state/case-file.ts';
import { draftsOfType, recordsOfType, shownFields, victimOf } from '../state/case-file.ts';
import { newForm, type FormPart, type FormState } from '../state/form.ts';
import { textOf, type JsonObject } from '../state/json.ts';
import type { Route, RouteName } from '../state/routes.ts';

type Parts = Readonly<Record<string, Omit<FormPart, 'isStored'>>>;

/** The one part of a form that works on a single record, with its record type. */
const SINGLE: Partial<Record<RouteName, { readonly part: string; readonly type: string }>> = {
  incident: { part: 'incident', type: 'incident' },
  prior: { part: 'prior', type: 'prior_marac' },
  'dash-before': { part: 'assessment', type: 'assessment' },
  'dash-item': { part: 'assessment', type: 'assessment' },
  'dash-list': { part: 'assessment', type: 'assessment' },
  'dash-professional': { part: 'assessment', type: 'assessment' },
  'dash-after': { part: 'assessment', type: 'assessment' },
  'dash-check': { part: 'assessment', type: 'assessment' },
  'plan-header': { part: 'plan', type: 'safety_plan' },
  'plan-sections': { part: 'plan', type: 'safety_plan' },
  'plan-section': { part: 'plan', type: 'safety_plan' },
  'plan-check': { part: 'plan', type: 'safety_plan' },
  'referral-form': { part: 'referral', type: 'referral' },
  'referral-check': { part: 'referral', type: 'referral' },
};

export interface FormContext {
  readonly today: string;
  readonly newId: () => string;
}

/** The form of a route, or undefined when the route has none. */
export function formOfRoute(route: Route, file: CaseFile | undefined, context: FormContext): FormState | undefined {
  if (!('caseId' in route)) return undefined;
  const parts = partsOf(route, file, context);
  return parts === undefined ? undefined : newForm(file, route.caseId, parts);
}

function partsOf(route: Extract<Route, { caseId: string }>, file: CaseFile | undefined, context: FormContext): Parts | undefined {
  const { caseId } = route;
  const single = SINGLE[route.name];
  if (single !== undefined && 'recordId' in route) {
    return { [single.part]: { type: single.type, recordId: route.recordId, seed: {} } };
  }
  switch (route.name) {
    case 'case-new':
      return newCaseParts(caseId, file, context);
    case 'facts':
      return { case: { type: 'case', recordId: caseId, seed: {} } };
    case 'person':
      return personParts(route.recordId, file, context);
    case 'contact': {
      const victim = file === undefined ? undefined : victimOf(file);
      const seed: JsonObject = victim === undefined ? {} : { person: victim.personId };
      return { contact: { type: 'safe_contact', recordId: route.recordId, seed } };
    }
    default:
      return undefined;
  }
}

function newCaseParts(caseId: string, file: CaseFile | undefined, context: FormContext): Parts {
  const party = file === undefined ? undefined : draftsOfType(file, 'party')[0];
  const personId = personIdOf(party) ?? context.newId();
  return {
    person: { type: 'person', recordId: personId, seed: {} },
    case: { type: 'case', recordId: caseId, seed: { status: 'open', openedOn: context.today } },
    party: { type: 'party', recordId: party?.recordId ?? context.newId(), seed: { person: personId, role: 'victim' } },
  };
}

function personParts(partyId: string, file: CaseFile | undefined, context: FormContext): Parts {
  const stored = file === undefined ? '' : textOf(shownFields(file, partyId)['person']);
  const personId = stored === '' ? context.newId() : stored;
  return {
    party: { type: 'party', recordId: partyId, seed: { person: personId } },
    person: { type: 'person', recordId: personId, seed: {} },
  };
}

function personIdOf(party: StoredDraft | undefined): string | undefined {
  const id = party === undefined ? '' : textOf(party.fields['person']);
  return id === '' ? undefined : id;
}

/** The screen on which a draft goes on. */
export function routeOfDraft(file: CaseFile, draft: Pick<StoredDraft, 'caseId' | 'recordId' | 'type'>): Route | undefined {
  const { caseId, recordId } = draft;
  switch (draft.type) {
    case 'case':
      return recordsOfType(file, 'case').length === 0 ? { name: 'case-new', caseId } : { name: 'facts', caseId };
    case 'party':
      return recordsOfType(file, 'case').length === 0 ? undefined : { name: 'person', caseId, recordId };
    case 'person':
      return personRoute(file, recordId);
    case 'safe_contact':
      return { name: 'contact', caseId, recordId };
    case 'incident':
      return { name: 'incident', caseId, recordId };
    case 'prior_marac':
      return { name: 'prior', caseId, recordId };
    case 'assessment':
      return { name: 'dash-check', caseId, recordId };
    case 'safety_plan':
      return { name: 'plan-check', caseId, recordId };
    case 'referral':
      return { name: 'referral-check', caseId, recordId };
    default:
      return undefined;
  }
}

/** A person draft is shown under its party; on its own only while that party is not drafted as well. */
function personRoute(file: CaseFile, personId: string): Route | undefined {
  const { caseId } = file;
  if (recordsOfType(file, 'case').length === 0) return undefined;
  if (draftsOfType(file, 'party').some((draft) => textOf(draft.fields['person']) === personId)) return undefined;
  const party = recordsOfType(file, 'party').find((record) => textOf(record.fields['person']) === personId);
  return party === undefined ? undefined : { name: 'person', caseId, recordId: party.recordId };
}

/** The drafts thrown away together with one: a person and the party that names it, or all of a case never started. */
export function draftGroup(file: CaseFile, recordId: string): readonly string[] {
  if (recordsOfType(file, 'case').length === 0) return file.drafts.map((each) => each.recordId);
  const draft = file.drafts.find((each) => each.recordId === recordId);
  if (draft === undefined) return [];
  if (draft.type !== 'party') return [recordId];
  const personId = textOf(shownFields(file, recordId)['person']);
  return file.drafts.some((each) => each.recordId === personId) ? [recordId, personId] : [recordId];
}
