/** The record schema as data: which fields and members a record cannot be finished without. */
import schema from '../../../core/domain/schema.json';
import { isObject, type Json } from '../state/json.ts';

interface Field {
  readonly name: string;
  readonly kind: string;
  readonly composite?: string;
  readonly required?: boolean;
}

const RECORDS = schema.records as readonly { readonly type: string; readonly fields: readonly Field[] }[];
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
