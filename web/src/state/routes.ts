/**
 * Every screen that has an address. The address in the URL hash is an opaque code and random ids, so that
 * browser history, a shoulder and a synced profile learn nothing: no name, no word of the field, no position.
 * Tests iterate over ROUTES: a route is one entry here and one view.
 */

export type Access =
  /** readable at any time: before a vault exists, locked, damaged */
  | 'always'
  /** needs the open vault; a locked app keeps the address and shows it after unlocking */
  | 'open';

export interface RouteSpec {
  readonly name: string;
  readonly code: string;
  readonly params: readonly ('caseId' | 'recordId' | 'step' | 'inviteId')[];
  readonly access: Access;
  /** The window title: a plain word that says nothing about anybody or about the work. */
  readonly title: string;
}

export const ROUTES = [
  { name: 'cases', code: '', params: [], access: 'open', title: 'List' },
  { name: 'case-new', code: 'b4', params: ['caseId'], access: 'open', title: 'New entry' },
  { name: 'case', code: 'c9', params: ['caseId'], access: 'open', title: 'Entry' },
  { name: 'facts', code: 'd2', params: ['caseId'], access: 'open', title: 'Details' },
  { name: 'person', code: 'f7', params: ['caseId', 'recordId'], access: 'open', title: 'Contact' },
  { name: 'contact', code: 'g3', params: ['caseId', 'recordId'], access: 'open', title: 'How to get in touch' },
  { name: 'incident', code: 'h8', params: ['caseId', 'recordId'], access: 'open', title: 'Event' },
  { name: 'prior', code: 'j5', params: ['caseId', 'recordId'], access: 'open', title: 'Earlier meeting' },
  { name: 'discard', code: 'k1', params: ['caseId', 'recordId'], access: 'open', title: 'Throw away' },
  { name: 'remove', code: 'k6', params: ['caseId', 'recordId'], access: 'open', title: 'Take away' },
  { name: 'dash-before', code: 'm2', params: ['caseId', 'recordId'], access: 'open', title: 'Checklist: start' },
  { name: 'dash-item', code: 'm4', params: ['caseId', 'recordId', 'step'], access: 'open', title: 'Checklist: topic' },
  { name: 'dash-list', code: 'm6', params: ['caseId', 'recordId'], access: 'open', title: 'Checklist: all topics' },
  { name: 'dash-professional', code: 'm7', params: ['caseId', 'recordId'], access: 'open', title: 'Checklist: your view' },
  { name: 'dash-after', code: 'm8', params: ['caseId', 'recordId'], access: 'open', title: 'Checklist: before you finish' },
  { name: 'dash-check', code: 'm9', params: ['caseId', 'recordId'], access: 'open', title: 'Checklist: check' },
  { name: 'assessment', code: 'n3', params: ['caseId', 'recordId'], access: 'open', title: 'Checklist' },
  { name: 'new-version', code: 'n8', params: ['caseId', 'recordId'], access: 'open', title: 'New version' },
  { name: 'result', code: 'p2', params: ['caseId'], access: 'open', title: 'Result' },
  { name: 'plan-header', code: 'q1', params: ['caseId', 'recordId'], access: 'open', title: 'Plan: start' },
  { name: 'plan-sections', code: 'q3', params: ['caseId', 'recordId'], access: 'open', title: 'Plan: sections' },
  { name: 'plan-section', code: 'q5', params: ['caseId', 'recordId', 'step'], access: 'open', title: 'Plan: section' },
  { name: 'plan-check', code: 'q7', params: ['caseId', 'recordId'], access: 'open', title: 'Plan: check' },
  { name: 'plan', code: 'r2', params: ['caseId', 'recordId'], access: 'open', title: 'Plan' },
  { name: 'plan-copy', code: 'r6', params: ['caseId', 'recordId'], access: 'open', title: 'Copy' },
  { name: 'referral-form', code: 's1', params: ['caseId', 'recordId'], access: 'open', title: 'Form' },
  { name: 'referral-check', code: 's4', params: ['caseId', 'recordId'], access: 'open', title: 'Form: check' },
  { name: 'referral', code: 's7', params: ['caseId', 'recordId'], access: 'open', title: 'Form: print' },
  { name: 'conflicts', code: 'w2', params: [], access: 'open', title: 'Differences' },
  { name: 'case-conflicts', code: 'w4', params: ['caseId'], access: 'open', title: 'Differences' },
  { name: 'conflict', code: 'w6', params: ['caseId', 'recordId', 'step'], access: 'open', title: 'One difference' },
  { name: 'record-history', code: 'w8', params: ['caseId', 'recordId'], access: 'open', title: 'History' },
  { name: 'storage', code: 't5', params: [], access: 'open', title: 'On this device' },
  { name: 'locks', code: 't7', params: [], access: 'open', title: 'Locks' },
  { name: 'vaults', code: 't6', params: [], access: 'open', title: 'Notebooks' },
  { name: 'remove-vault', code: 't9', params: [], access: 'open', title: 'Take away all' },
  { name: 'keys', code: 't1', params: [], access: 'open', title: 'Keys' },
  { name: 'key-words', code: 't3', params: [], access: 'open', title: 'New words' },
  { name: 'key-recovery', code: 't8', params: [], access: 'open', title: 'Paper' },
  { name: 'key-passkey', code: 't0', params: [], access: 'open', title: 'Two keys' },
  { name: 'key-distress', code: 'y3', params: [], access: 'open', title: 'Other words' },
  { name: 'backup', code: 't2', params: [], access: 'open', title: 'Copy' },
  { name: 'leave', code: 't4', params: [], access: 'open', title: 'Before you go' },
  { name: 'support', code: 'x1', params: [], access: 'open', title: 'File for support' },
  { name: 'sync', code: 'v2', params: [], access: 'open', title: 'Sync' },
  { name: 'team', code: 'v4', params: [], access: 'open', title: 'Team' },
  { name: 'join', code: 'v6', params: [], access: 'open', title: 'Join' },
  { name: 'invite', code: 'w1', params: [], access: 'open', title: 'Add' },
  { name: 'invitation', code: 'w3', params: ['inviteId'], access: 'open', title: 'Add: code' },
  { name: 'emergency', code: 'u1', params: [], access: 'always', title: 'Numbers' },
  { name: 'about', code: 'u9', params: [], access: 'always', title: 'About' },
] as const satisfies readonly RouteSpec[];

type Spec = (typeof ROUTES)[number];
export type RouteName = Spec['name'];
type RouteOf<S extends Spec> = S extends Spec
  ? { readonly name: S['name'] } & { readonly [P in S['params'][number]]: string }
  : never;
export type Route = RouteOf<Spec>;

export const HOME: Route = { name: 'cases' };

const ID = /^[0-9a-f]{32}$/;

export function specOf(name: RouteName): RouteSpec {
  const spec = ROUTES.find((each) => each.name === name);
  if (spec === undefined) throw new Error('no such route');
  return spec;
}

/** `#/c9/<32 hex>`; the list itself is `#/`. */
export function hashOf(route: Route): string {
  const spec = specOf(route.name);
  const values = route as unknown as Readonly<Record<string, string>>;
  const ids = spec.params.map((name) => values[name] ?? '');
  return '#/' + [spec.code, ...ids].filter((part) => part !== '').join('/');
}

/** The route of a hash; undefined for anything that hashOf would not write. */
export function routeOf(hash: string): Route | undefined {
  const text = hash.replace(/^#\/?/, '');
  const [code = '', ...ids] = text.split('/');
  const spec: RouteSpec | undefined = ROUTES.find((each) => each.code === code);
  if (spec === undefined || ids.length !== spec.params.length || !ids.every((id) => ID.test(id))) return undefined;
  const route: Record<string, string> = { name: spec.name };
  spec.params.forEach((name, index) => {
    route[name] = ids[index] ?? '';
  });
  return route as unknown as Route;
}

/**
 * The position within a document as an id: the record id with its last four digits replaced by their exclusive-or with
 * the position. The browser's Back then works from topic to topic, and the address still shows only random digits.
 */
export function stepId(recordId: string, index: number): string {
  const tail = Number.parseInt(recordId.slice(28), 16) ^ (index + 1);
  return recordId.slice(0, 28) + tail.toString(16).padStart(4, '0');
}

/** The position in a step id, or 0 when it does not belong to the record. */
export function stepIndex(recordId: string, step: string): number {
  if (step.slice(0, 28) !== recordId.slice(0, 28)) return 0;
  const value = Number.parseInt(step.slice(28), 16) ^ Number.parseInt(recordId.slice(28), 16);
  return value > 0 ? value - 1 : 0;
}
