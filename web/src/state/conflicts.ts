/**
 * Fields about which people wrote different things, as the core lists them, and what somebody is about to decide. Which
 * value stands meanwhile, and what counts as a conflict, is decided in the core.
 */
import { isObject, type Json, type JsonObject } from './json.ts';
import { stepId } from './routes.ts';

/** What a write is called: no two have one name. */
export interface WriteName {
  readonly deviceId: string;
  readonly sequence: string;
}

/** One write of a field: device and sequence together are its name. */
export interface FieldWrite extends WriteName {
  /** null: it took the value away */
  readonly value: Json;
  readonly personName: string;
  readonly deviceLabel: string;
  readonly timeMs: number;
  readonly isClockWrong: boolean;
  readonly isYou: boolean;
  readonly reason: string;
}

export interface Conflict {
  readonly caseId: string;
  readonly victimName: string;
  readonly recordId: string;
  readonly type: string;
  readonly field: string;
  /** S, R, N, E, L or X of schema.json */
  readonly mergeClass: string;
  /** types of documents that rest on it: assessment, evaluation, referral */
  readonly usedBy: readonly string[];
  /** index of the value that is shown until somebody decides */
  readonly shown: number;
  readonly values: readonly FieldWrite[];
}

export interface HistoryWrite {
  readonly write: FieldWrite;
  readonly isCurrent: boolean;
  readonly isShown: boolean;
  /** the write that overruled it, where somebody did */
  readonly replacedBy?: WriteName;
  /** the name it had on a device that became this one */
  readonly adoptedFrom?: WriteName;
  readonly formerDeviceLabel?: string;
}

export interface FieldHistory {
  readonly field: string;
  /** the newest first */
  readonly writes: readonly HistoryWrite[];
  readonly isCut: boolean;
}

/** What is chosen and typed on the page of one field. Nothing of it is kept before it is decided. */
export interface Decision {
  /** key of a choice; empty: none yet */
  readonly choice: string;
  /** with OTHER_CHOICE */
  readonly text: string;
  readonly reason: string;
  readonly missing: readonly ('choice' | 'text' | 'reason')[];
}

export const NO_DECISION: Decision = { choice: '', text: '', reason: '', missing: [] };
export const OTHER_CHOICE = 'other';

/** One thing that can be decided for: a value somebody wrote, or one nobody did. */
export interface Choice {
  readonly key: string;
  readonly value: Json;
  /** who wrote it; empty for a value nobody wrote */
  readonly writes: readonly FieldWrite[];
}

/** The values of writes, each once; equal ones of two people are one choice. */
export function choicesOf(writes: readonly FieldWrite[]): readonly Choice[] {
  const choices: Choice[] = [];
  for (const write of writes) {
    const index = choices.findIndex((choice) => isSame(choice.value, write.value));
    const known = choices[index];
    if (known === undefined) choices.push({ key: `w${String(choices.length)}`, value: write.value, writes: [write] });
    else choices[index] = { ...known, writes: [...known.writes, write] };
  }
  return choices;
}

/** Values come in one canonical form, so equal values are equal texts. */
export function isSame(left: Json, right: Json): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** A field as an id: addresses hold nothing readable. 16 bits of a hash of the name stand in the place of a position. */
export function fieldStep(recordId: string, field: string): string {
  return stepId(recordId, fieldNumber(field));
}

export function fieldNumber(field: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(field)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return ((hash >>> 16) ^ (hash & 0xffff)) % 0xffff;
}

/** The write that overruled this one, with its author and reason; undefined when it stands, or is among the older ones not shown. */
export function overrulerOf(history: FieldHistory, each: HistoryWrite): FieldWrite | undefined {
  const name = each.replacedBy;
  return history.writes.find(({ write }) => name !== undefined && write.deviceId === name.deviceId && write.sequence === name.sequence)?.write;
}

/** Every field a record shows, elements of sets and keyed fields by themselves. */
export function fieldNamesOf(fields: JsonObject): readonly string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (Array.isArray(value)) return [name, ...value.map((element) => `${name}/${String(element)}`)];
    return isObject(value) ? [name, ...Object.keys(value).map((key) => `${name}/${key}`)] : [name];
  });
}

export function conflictsOfRecord(conflicts: readonly Conflict[], recordId: string): readonly Conflict[] {
  return conflicts.filter((each) => each.recordId === recordId);
}
