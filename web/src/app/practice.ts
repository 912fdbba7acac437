/** Fills a practice vault with made-up people, by the commands a person's own work goes through. */
import { isObject, listOf, textOf, type Json, type JsonObject } from '../state/json.ts';
import type { CoreError } from '../state/model.ts';
import type { AppContext } from './context.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS_BEFORE = /^today-(\d{1,4})$/;

/** Out: the error that stopped it; what was entered before is a practice vault all the same. */
export async function fillPractice(context: AppContext): Promise<CoreError | undefined> {
  const outcome = await context.core.call('content.get', { name: 'practice-cases' });
  if (!outcome.ok) return outcome.error;
  const content = outcome.value['content'];
  for (const each of listOf(isObject(content) ? content['cases'] : undefined)) {
    const error = isObject(each) ? await fillCase(context, each) : undefined;
    if (error !== undefined) return error;
  }
  return undefined;
}

async function fillCase(context: AppContext, entry: JsonObject): Promise<CoreError | undefined> {
  const caseId = context.platform.newId();
  const groups: (readonly Draft[])[] = [[{ recordId: caseId, type: 'case', fields: fieldsOf(entry['case']) }]];
  for (const person of listOf(entry['people'])) groups.push(draftsOfPerson(context.platform.newId, fieldsOf(person)));
  for (const incident of listOf(entry['incidents'])) {
    groups.push([{ recordId: context.platform.newId(), type: 'incident', fields: fieldsOf(incident) }]);
  }
  for (const drafts of groups) {
    const error = await keep(context, caseId, drafts);
    if (error !== undefined) return error;
  }
  return undefined;
}

interface Draft {
  readonly recordId: string;
  readonly type: string;
  readonly fields: JsonObject;
}

function draftsOfPerson(newId: () => string, entry: JsonObject): readonly Draft[] {
  const person = newId();
  const drafts: Draft[] = [
    { recordId: person, type: 'person', fields: fieldsOf(entry['person']) },
    { recordId: newId(), type: 'party', fields: { person, role: textOf(entry['role']), ...fieldsOf(entry['party']) } },
  ];
  const contact = entry['safe_contact'];
  return contact === undefined ? drafts : [...drafts, { recordId: newId(), type: 'safe_contact', fields: { person, ...fieldsOf(contact) } }];
}

async function keep({ core, platform }: AppContext, caseId: string, drafts: readonly Draft[]): Promise<CoreError | undefined> {
  for (const { recordId, type, fields } of drafts) {
    const changes = Object.entries(fields).map(([field, value]) => ({ field, value: dated(value, platform.today()) }));
    const outcome = await core.call('draft.save', { timeMs: platform.nowMs(), caseId, recordId, type, changes });
    if (!outcome.ok) return outcome.error;
  }
  const recordIds = drafts.map(({ recordId }) => recordId);
  const outcome = await core.call('draft.commit', { mutationId: platform.newId(), timeMs: platform.nowMs(), recordIds });
  return outcome.ok ? undefined : outcome.error;
}

/** `today-3` as a date, in whatever depth it stands. */
function dated(value: Json, today: string): Json {
  if (typeof value === 'string') {
    const days = DAYS_BEFORE.exec(value)?.[1];
    return days === undefined ? value : new Date(Date.parse(`${today}T00:00Z`) - Number(days) * DAY_MS).toISOString().slice(0, 10);
  }
  if (Array.isArray(value)) return value.map((each: Json) => dated(each, today));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, dated(member ?? null, today)]));
}

function fieldsOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
