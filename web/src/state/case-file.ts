/**
 * Looking things up in one case as the core sent it. Only structure: which record is which, and a draft
 * laid over its record. What the facts mean is decided in the core.
 */
import { isObject, textOf, type Json, type JsonObject } from './json.ts';
import type { Progress } from './team.ts';

export interface StoredRecord {
  readonly recordId: string;
  readonly type: string;
  readonly createdMs: number;
  readonly changedMs: number;
  readonly progress: Progress;
  readonly conflictCount: number;
  /** of the newest write; empty while unknown */
  readonly authorName: string;
  readonly authorIsYou: boolean;
  readonly fields: JsonObject;
}

export interface StoredDraft {
  readonly recordId: string;
  readonly type: string;
  readonly caseId: string;
  readonly savedMs: number;
  readonly number: string;
  readonly fields: JsonObject;
}

export interface CaseFile {
  readonly caseId: string;
  readonly records: readonly StoredRecord[];
  readonly drafts: readonly StoredDraft[];
}

/** One person of the case: the party record says in which role, the person record who. */
export interface PersonInCase {
  readonly partyId: string;
  readonly personId: string;
  readonly role: string;
  readonly party: JsonObject;
  readonly person: JsonObject;
  /** True when the person was finished at least once, so that other records may name them. */
  readonly isRecorded: boolean;
}

export function recordOf(file: CaseFile, recordId: string): StoredRecord | undefined {
  return file.records.find((record) => record.recordId === recordId);
}

export function draftOf(file: CaseFile, recordId: string): StoredDraft | undefined {
  return file.drafts.find((draft) => draft.recordId === recordId);
}

export function recordsOfType(file: CaseFile, type: string): readonly StoredRecord[] {
  return file.records.filter((record) => record.type === type);
}

export function draftsOfType(file: CaseFile, type: string): readonly StoredDraft[] {
  return file.drafts.filter((draft) => draft.type === type);
}

/** Fields of a draft over those of its record. A null in the draft takes the value away; keyed fields merge by key. */
export function overlay(below: JsonObject, above: JsonObject): JsonObject {
  const result: Record<string, Json> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const old = below[name];
    if (value === null) delete result[name];
    else if (isKeyed(name) && isObject(value)) result[name] = overlay(isObject(old) ? old : {}, value);
    else result[name] = value;
  }
  return result;
}

/** The keyed fields of schema.json: their values are objects by key and are saved key by key. */
export function isKeyed(fieldName: string): boolean {
  return fieldName === 'answer' || fieldName === 'item';
}

/** What a person last typed: the record with its draft, if there is one. */
export function shownFields(file: CaseFile, recordId: string): JsonObject {
  return overlay(recordOf(file, recordId)?.fields ?? {}, draftOf(file, recordId)?.fields ?? {});
}

const ROLE_ORDER = ['victim', 'perpetrator', 'child', 'relative', 'professional'];

/** People of the case, the victim first, then by role; unfinished ones are included and marked. */
export function peopleOf(file: CaseFile): readonly PersonInCase[] {
  const partyIds = new Set<string>();
  for (const record of recordsOfType(file, 'party')) partyIds.add(record.recordId);
  for (const draft of draftsOfType(file, 'party')) partyIds.add(draft.recordId);
  const people = [...partyIds].map((partyId): PersonInCase => {
    const party = shownFields(file, partyId);
    const personId = textOf(party['person']);
    return {
      partyId,
      personId,
      role: textOf(party['role']),
      party,
      person: shownFields(file, personId),
      isRecorded: recordOf(file, partyId) !== undefined && recordOf(file, personId) !== undefined,
    };
  });
  return people.sort((left, right) => roleRank(left.role) - roleRank(right.role));
}

function roleRank(role: string): number {
  const rank = ROLE_ORDER.indexOf(role);
  return rank < 0 ? ROLE_ORDER.length : rank;
}

export function victimOf(file: CaseFile): PersonInCase | undefined {
  return peopleOf(file).find((person) => person.role === 'victim');
}

export function personName(file: CaseFile, personId: string): string {
  return textOf(shownFields(file, personId)['name']);
}

/** Drafts of cases not on the list, one entry for each case, with the name typed so far. */
export function begunCases(drafts: readonly StoredDraft[]): readonly { caseId: string; name: string; savedMs: number }[] {
  const found = new Map<string, { caseId: string; name: string; savedMs: number }>();
  for (const draft of drafts) {
    const entry = found.get(draft.caseId) ?? { caseId: draft.caseId, name: '', savedMs: 0 };
    const name = draft.type === 'person' ? textOf(draft.fields['name']) : '';
    found.set(draft.caseId, { ...entry, name: entry.name === '' ? name : entry.name, savedMs: Math.max(entry.savedMs, draft.savedMs) });
  }
  return [...found.values()];
}

/** Completed versions of a document type, the newest first: what another version continues comes after it, whatever the clocks say. */
export function completedOf(file: CaseFile, type: string): readonly StoredRecord[] {
  const completed = recordsOfType(file, type).filter((record) => textOf(record.fields['completedOn']) !== '');
  const replaced = new Set(completed.map((record) => textOf(record.fields['previous'])));
  const rank = (record: StoredRecord): number => (replaced.has(record.recordId) ? 1 : 0);
  return completed.sort((left, right) => rank(left) - rank(right) || right.createdMs - left.createdMs);
}

/** A document nobody completed yet: drafted here, shared with the team, or both. */
export interface UnfinishedDocument {
  readonly caseId: string;
  readonly recordId: string;
  readonly type: string;
  /** what the team has of it */
  readonly record: StoredRecord | undefined;
  /** what only this device has */
  readonly draft: StoredDraft | undefined;
}

export function isUnfinished(file: CaseFile, recordId: string): boolean {
  return textOf(recordOf(file, recordId)?.fields['completedOn']) === '';
}

/** Those drafted here first. */
export function unfinishedOf(file: CaseFile, type: string): readonly UnfinishedDocument[] {
  const { caseId } = file;
  const drafted = draftsOfType(file, type).filter((draft) => isUnfinished(file, draft.recordId));
  const shared = recordsOfType(file, type).filter((record) => isUnfinished(file, record.recordId) && draftOf(file, record.recordId) === undefined);
  return [
    ...drafted.map((draft) => ({ caseId, recordId: draft.recordId, type, draft, record: recordOf(file, draft.recordId) })),
    ...shared.map((record) => ({ caseId, recordId: record.recordId, type, draft: undefined, record })),
  ];
}

/** Types of documents: drafted, then completed, and shared with the team in between if somebody wants. */
export const DOCUMENT_TYPES: readonly string[] = ['assessment', 'safety_plan', 'referral'];
