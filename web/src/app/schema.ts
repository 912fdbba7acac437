/** The record schema as data: which fields and members a record cannot be finished without. */
import schema from '../../../core/domain/schema.json';
import { isObject, type Json, type JsonObject } from '../state/json.ts';

interface Field {
  readonly name: string;
  readonly kind: string;
  readonly choice?: string;
  readonly composite?: string;
  readonly merge?: string;
  readonly required?: boolean;
  readonly keyed?: boolean;
}

interface RecordType {
  readonly type: string;
  readonly document?: boolean;
  readonly frozen?: boolean;
  readonly fields: readonly Field[];
}

const RECORDS = schema.records as readonly RecordType[];
const CHOICES = schema.choices as Readonly<Record<string, readonly string[]>>;
/** Texts that are ids of content and not words of a person. */
const CODES = new Set(['areaProfile', 'instrument']);
const COMPOSITES = schema.composites as unknown as Readonly<Record<string, Readonly<Record<string, { readonly required?: boolean }>>>>;

/** Given when a person wrote something else of the value first: saying nothing is an answer of its own. */
const MEMBER_DEFAULTS: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  riskAnswer: { answer: 'not_answered' },
};

function fieldOf(type: string, field: string): Field | undefined {
  return RECORDS.find((record) => record.type === type)?.fields.find((each) => each.name === field);
}

export function requiredFields(type: string): readonly string[] {
  return (RECORDS.find((record) => record.type === type)?.fields ?? []).filter((field) => field.required === true).map((field) => field.name);
}

/** The whole value with the members filled in that have a default. */
export function withDefaults(type: string, field: string, whole: Json): Json {
  const composite = fieldOf(type, field)?.composite;
  const defaults = composite === undefined ? undefined : MEMBER_DEFAULTS[composite];
  return defaults === undefined || !isObject(whole) ? whole : { ...defaults, ...whole };
}

/** The first member without which the core takes no value of this composite field; undefined when nothing lacks. */
export function missingMember(type: string, field: string, whole: Json): string | undefined {
  const composite = fieldOf(type, field)?.composite;
  if (composite === undefined || !isObject(whole)) return undefined;
  const members = Object.entries(COMPOSITES[composite] ?? {});
  return members.find(([name, rule]) => rule.required === true && whole[name] === undefined)?.[0];
}

/** What a field holds, for showing and deciding. */
export interface FieldShape {
  readonly kind: string;
  readonly choice: string;
  readonly composite: string;
  /** of a choice */
  readonly values: readonly string[];
  /** for an element of a set: which */
  readonly element: string;
  /** written once, or part of a document that is completed */
  readonly isFixed: boolean;
  readonly isCode: boolean;
}

/** With those that every record, and every document, has. */
function allFieldsOf(record: RecordType | undefined): readonly Field[] {
  const ofDocuments = record?.document === true ? (schema.everyDocument as readonly Field[]) : [];
  return [...(record?.fields ?? []), ...ofDocuments, ...(schema.everyRecord as readonly Field[])];
}

/** undefined for a field this version does not know. */
export function shapeOf(type: string, path: string): FieldShape | undefined {
  const record = RECORDS.find((each) => each.type === type);
  const [name = '', key = ''] = path.split('/');
  const field = allFieldsOf(record).find((each) => each.name === name);
  if (record === undefined || field === undefined) return undefined;
  return {
    kind: field.kind === 'set' ? 'element' : field.kind,
    choice: field.choice ?? '',
    composite: field.composite ?? '',
    values: CHOICES[field.choice ?? ''] ?? [],
    element: field.kind === 'set' ? key : '',
    isFixed: field.merge === 'X' || ((record.document === true || record.frozen === true) && field.merge !== 'L'),
    isCode: CODES.has(name),
  };
}

/** Every field of a type by name; of a set each element. */
export function fieldNamesOfType(type: string): readonly string[] {
  return allFieldsOf(RECORDS.find((record) => record.type === type)).flatMap((field) => (field.kind === 'set' ? (CHOICES[field.choice ?? ''] ?? []).map((value) => `${field.name}/${value}`) : [field.name]));
}

/** The fields of a record each by itself, for its history: of a set its elements, of a keyed field the keys that are there. */
export function historyFieldsOf(type: string, fields: JsonObject): readonly string[] {
  const known = RECORDS.find((record) => record.type === type)?.fields ?? [];
  return fieldNamesOfType(type).flatMap((name) => {
    if (known.find((field) => field.name === name)?.keyed !== true) return [name];
    const keyed = fields[name];
    return isObject(keyed) ? Object.keys(keyed).map((key) => `${name}/${key}`) : [];
  });
}

/** Types whose fields people change, and that can differ. */
export const CHANGING_TYPES: readonly string[] = RECORDS.filter((record) => record.document !== true && record.frozen !== true && record.type !== 'area_profile').map((record) => record.type);
