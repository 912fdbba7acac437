/**
 * The form on screen: what a person typed, laid over what is stored. Pure functions over readonly values.
 * A field is saved as a whole, so a member of a composite field (the date of a birth) changes the whole value.
 */
import { isObject, member, type Json, type JsonObject } from './json.ts';
import { draftOf, recordOf, shownFields, type CaseFile } from './case-file.ts';

/** Names one control: the part of the form (one record), its field, the key of a keyed field, the member of a composite. */
export interface FieldRef {
  readonly part: string;
  readonly field: string;
  readonly key?: string;
  readonly member?: string;
}

/** One record behind the form. */
export interface FormPart {
  readonly type: string;
  readonly recordId: string;
  /** Saved together with the first thing a person enters, so that an untouched form leaves nothing behind. */
  readonly seed: JsonObject;
  readonly isStored: boolean;
}

export type DatePart = 'day' | 'month' | 'year';

export interface FieldError {
  readonly ref: FieldRef;
  readonly message: string;
}

export interface FormState {
  readonly caseId: string;
  readonly parts: Readonly<Record<string, FormPart>>;
  /** by path: `part.field` or `part.field/key` */
  readonly values: Readonly<Record<string, Json>>;
  /** what stands in date boxes, by control id and part, while it is not or not yet a date */
  readonly dateText: Readonly<Record<string, string>>;
  /** control ids whose content could not be saved, with the reason */
  readonly held: Readonly<Record<string, 'incomplete' | 'refused'>>;
  readonly errors: readonly FieldError[];
}

export function pathOf(ref: FieldRef): string {
  return ref.key === undefined ? `${ref.part}.${ref.field}` : `${ref.part}.${ref.field}/${ref.key}`;
}

/** The name of the field as the border spells it: `answer/D01_INJURY` for a keyed one. */
export function borderName(ref: FieldRef): string {
  return ref.key === undefined ? ref.field : `${ref.field}/${ref.key}`;
}

/** The DOM id of the control, used by labels and by links of the error summary. */
export function controlId(ref: FieldRef): string {
  return [ref.part, ref.field, ref.key, ref.member]
    .filter((piece) => piece !== undefined)
    .join('-')
    .replace(/[^A-Za-z0-9_-]/g, '_');
}

export function newForm(file: CaseFile | undefined, caseId: string, parts: Readonly<Record<string, Omit<FormPart, 'isStored'>>>): FormState {
  const values: Record<string, Json> = {};
  const stored: Record<string, FormPart> = {};
  for (const [name, part] of Object.entries(parts)) {
    const isStored =
      file !== undefined && (recordOf(file, part.recordId) !== undefined || draftOf(file, part.recordId) !== undefined);
    stored[name] = { ...part, isStored };
    const fields = file !== undefined && isStored ? shownFields(file, part.recordId) : part.seed;
    for (const [field, value] of Object.entries(fields)) addValue(values, name, field, value);
  }
  return { caseId, parts: stored, values, dateText: {}, held: {}, errors: [] };
}

function addValue(values: Record<string, Json>, part: string, field: string, value: Json): void {
  if ((field === 'answer' || field === 'item') && isObject(value)) {
    for (const [key, inner] of Object.entries(value)) values[`${part}.${field}/${key}`] = inner;
    return;
  }
  values[`${part}.${field}`] = value;
}

export function wholeValue(form: FormState, ref: FieldRef): Json | undefined {
  return form.values[pathOf(ref)];
}

/** The value of the control: the field itself, or its member. */
export function valueOf(form: FormState, ref: FieldRef): Json | undefined {
  const whole = wholeValue(form, ref);
  return ref.member === undefined ? whole : member(whole, ref.member);
}

/** The whole value after one control changed; null when nothing is left of it. */
export function nextWhole(form: FormState, ref: FieldRef, value: Json): Json {
  const cleaned = value === '' ? null : value;
  if (ref.member === undefined) return cleaned;
  const whole = wholeValue(form, ref);
  const next: Record<string, Json> = isObject(whole) ? { ...whole } : {};
  if (cleaned === null) delete next[ref.member];
  else next[ref.member] = cleaned;
  return Object.keys(next).length === 0 ? null : next;
}

export function withValue(form: FormState, ref: FieldRef, whole: Json): FormState {
  const values = { ...form.values };
  if (whole === null) delete values[pathOf(ref)];
  else values[pathOf(ref)] = whole;
  return { ...form, values, errors: form.errors.filter((error) => controlId(error.ref) !== controlId(ref)) };
}

export function withHeld(form: FormState, id: string, reason: 'incomplete' | 'refused' | undefined): FormState {
  const held = { ...form.held };
  if (reason === undefined) delete held[id];
  else held[id] = reason;
  return { ...form, held };
}

export function withStored(form: FormState): FormState {
  const parts: Record<string, FormPart> = {};
  for (const [name, part] of Object.entries(form.parts)) parts[name] = { ...part, isStored: true };
  return { ...form, parts };
}

const DATE_PARTS: readonly DatePart[] = ['day', 'month', 'year'];

/** What a date box shows: what was typed last, else the part of the stored date. */
export function dateBox(form: FormState, ref: FieldRef, part: DatePart): string {
  const typed = form.dateText[`${controlId(ref)}-${part}`];
  if (typed !== undefined) return typed;
  const value = valueOf(form, ref);
  if (typeof value !== 'string') return '';
  const [year = '', month = '', day = ''] = value.split('-');
  const text = { year, month, day }[part];
  return part === 'year' ? text : text.replace(/^0/, '');
}

export type TypedDate =
  | { readonly kind: 'empty' }
  | { readonly kind: 'incomplete' }
  /** Well-formed; whether the day exists is for the core to say. */
  | { readonly kind: 'date'; readonly value: string };

/** Reads three boxes. A year needs four digits, so that 84 never silently becomes the year 84. */
export function typedDate(day: string, month: string, year: string): TypedDate {
  const boxes = [day.trim(), month.trim(), year.trim()];
  if (boxes.every((box) => box === '')) return { kind: 'empty' };
  const [d = '', m = '', y = ''] = boxes;
  if (!/^\d{1,2}$/.test(d) || !/^\d{1,2}$/.test(m) || !/^\d{4}$/.test(y)) return { kind: 'incomplete' };
  return { kind: 'date', value: `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}` };
}

export function withDateText(form: FormState, ref: FieldRef, part: DatePart, text: string): FormState {
  const dateText = { ...form.dateText };
  for (const each of DATE_PARTS) dateText[`${controlId(ref)}-${each}`] = each === part ? text : dateBox(form, ref, each);
  return { ...form, dateText };
}

export function dateOnScreen(form: FormState, ref: FieldRef): TypedDate {
  return typedDate(dateBox(form, ref, 'day'), dateBox(form, ref, 'month'), dateBox(form, ref, 'year'));
}

/** True when something on screen is not stored and cannot be until a person changes it. */
export function hasHeld(form: FormState): boolean {
  return Object.keys(form.held).length > 0;
}
