/** Example states of the screens about differences, for looking at them and for tests: one device alone has none. */
import areas from '../../../../core/content/areas.json';
import choices from '../../../../core/content/choices.json';
import errors from '../../../../core/content/errors.json';
import referral from '../../../../core/content/referral.json';
import type { CaseFile } from '../../state/case-file.ts';
import { NO_DECISION, OTHER_CHOICE, fieldStep, type Conflict, type Decision, type FieldHistory, type FieldWrite } from '../../state/conflicts.ts';
import { initialState, type AppState, type LoadedContent } from '../../state/model.ts';
import type { Json } from '../../state/json.ts';
import type { Route } from '../../state/routes.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 9, 30);
const id = (digit: string): string => digit.repeat(32);
const CASE = id('c');
const VICTIM = id('a');
const CONTACT = id('5');
const INCIDENT = id('1');
/** Rows of the core are branded and hold more than these screens show. */
const of = <T>(value: unknown): T => value as T;

const write = (device: string, sequence: number, value: Json, rest: Partial<FieldWrite> = {}): FieldWrite => ({
  deviceId: id(device), sequence: String(sequence), value, personName: device === '1' ? 'Aleksandra Wiśniewska-Cholmondeley' : 'Gwen Abara',
  deviceLabel: device === '1' ? 'Tablet' : 'Front desk', timeMs: NOW_MS - sequence * 3_600_000, isClockWrong: false, isYou: device === '1', reason: '', ...rest,
});
const conflict = (recordId: string, type: string, field: string, mergeClass: string, values: readonly FieldWrite[]): Conflict => ({
  caseId: CASE, victimName: 'Siân Alder', recordId, type, field, mergeClass, shown: 0, values,
  usedBy: type === 'safe_contact' ? ['referral'] : ['assessment', 'evaluation', 'referral'],
});

const CALL = conflict(CONTACT, 'safe_contact', 'safeToCall', 'S', [write('1', 3, 'no', { reason: 'He checks her phone in the evening' }), write('2', 4, 'yes')]);
const PHONE = conflict(VICTIM, 'person', 'phone', 'R', [
  write('1', 9, '01632 960 001'), write('2', 8, '01632 960 002', { isClockWrong: true, personName: '', deviceLabel: '' }),
]);
const ADDRESS = conflict(VICTIM, 'person', 'address', 'S', [
  write('1', 2, { text: '12 Rowan Court\nFlat 3\nNorthmarsh', confidential: true }), write('2', 5, { text: '12 Rowan Court', confidential: false }),
]);
const NOTE = conflict(INCIDENT, 'incident', 'description', 'N', [write('1', 6, 'He came at night and broke the door.'), write('2', 7, 'He came at ten. The door is broken.')]);
const FLAG = conflict(CASE, 'case', 'localFlags/LC_HBA', 'E', [write('2', 6, true), write('1', 7, null)]);
const HIDDEN = conflict(INCIDENT, 'incident', 'state', 'L', [write('2', 6, 'hidden', { reason: 'Entered twice' })]);
const ALL = [CALL, PHONE, ADDRESS, NOTE, FLAG, HIDDEN];
/** What was recorded first, before two people changed it. */
const EARLIER: ReadonlyMap<Conflict, Json> = new Map<Conflict, Json>([
  [CALL, 'not_known'], [PHONE, '01632 960 009'], [ADDRESS, { text: '3 Quay Street', confidential: false }], [NOTE, 'He came at night.'], [HIDDEN, 'shown'],
]);

const record = (recordId: string, type: string, fields: Record<string, Json>): unknown => ({
  recordId, type, fields, createdMs: NOW_MS, changedMs: NOW_MS, progress: 'sent', conflictCount: 1, authorName: 'Gwen Abara', authorIsYou: false,
});
const FILE: CaseFile = of({
  caseId: CASE,
  records: [
    record(CASE, 'case', { status: 'open', openedOn: '2026-11-01', areaProfile: 'AREA_NORTHMARSH', localFlags: ['LC_HBA'] }),
    record(VICTIM, 'person', { name: 'Siân Alder', phone: '01632 960 001', address: { text: '12 Rowan Court\nFlat 3', confidential: true } }),
    record(id('b'), 'party', { person: VICTIM, role: 'victim' }),
    record(CONTACT, 'safe_contact', { person: VICTIM, safeToCall: 'no', number: '01632 960 001' }),
    record(INCIDENT, 'incident', { occurred: { date: '2026-11-19', precision: 'exact' }, incidentType: 'threat', description: 'He came at night and broke the door.' }),
  ],
  drafts: [],
});
/** With documents that rest on what differs. */
const COMPLETED: CaseFile = { ...FILE, records: [
  ...FILE.records,
  of(record(id('d'), 'assessment', { version: 1, completedOn: '2026-11-20', answer: {} })),
  of(record(id('e'), 'referral', { version: 1, completedOn: '2026-11-21', referredOn: '2026-11-21', worker: 'Gwen Abara' })),
] };

const history = (one: Conflict): FieldHistory => ({
  field: one.field,
  isCut: one === PHONE,
  writes: [
    ...one.values.map((each, index) => ({ write: each, isCurrent: true, isShown: index === one.shown })),
    { write: write('2', 40, EARLIER.get(one) ?? null, { reason: 'Told by her sister' }), isCurrent: false, isShown: false },
  ],
});
/** Decided by the first of them, which overruled the others; the oldest came from a device that this one replaced. */
const settled = (one: Conflict): FieldHistory => {
  const { writes, ...rest } = history(one);
  const [first] = writes;
  if (first === undefined) return history(one);
  const { deviceId, sequence } = first.write;
  const overruled = writes.slice(1).map((each) => ({ ...each, isCurrent: false, replacedBy: { deviceId, sequence } }));
  const last = overruled.map((each, index) => (index === overruled.length - 1 ? { ...each, adoptedFrom: { deviceId: id('3'), sequence: '4' }, formerDeviceLabel: 'Old tablet' } : each));
  return { ...rest, writes: [first, ...last] };
};

const at = (one: Conflict): Route => ({ name: 'conflict', caseId: CASE, recordId: one.recordId, step: fieldStep(one.recordId, one.field) });
const deciding = (one: Conflict, decision: Partial<Decision> = {}): Partial<AppState> => ({
  route: at(one), file: FILE, conflicts: ALL, fieldHistory: history(one), decision: { ...NO_DECISION, ...decision },
});

const SCREENS: readonly (readonly [name: string, state: Partial<AppState>])[] = [
  ['conflicts-inbox', { route: { name: 'conflicts' }, conflicts: ALL }],
  ['conflicts-none', { route: { name: 'conflicts' }, conflicts: [] }],
  ['conflicts-case', { route: { name: 'case-conflicts', caseId: CASE }, file: FILE, conflicts: ALL }],
  ['case-with-conflicts', { route: { name: 'case', caseId: CASE }, file: FILE, conflicts: ALL }],
  ['assessment-on-conflicts', { route: { name: 'assessment', caseId: CASE, recordId: id('d') }, file: COMPLETED, conflicts: ALL }],
  ['referral-on-conflicts', { route: { name: 'referral', caseId: CASE, recordId: id('e') }, file: COMPLETED, conflicts: ALL }],
  ['conflict-safety', deciding(CALL)],
  ['conflict-register', deciding(PHONE, { choice: OTHER_CHOICE, text: '01632 960 003' })],
  ['conflict-missing', deciding(PHONE, { choice: OTHER_CHOICE, missing: ['text', 'reason'] })],
  ['conflict-composite', deciding(ADDRESS)],
  ['conflict-versions', deciding(NOTE, { choice: OTHER_CHOICE, text: 'He came at ten, at night.\nThe door is broken.' })],
  ['conflict-element', deciding(FLAG)],
  ['conflict-reopened', deciding(HIDDEN)],
  ['record-history', { route: { name: 'record-history', caseId: CASE, recordId: VICTIM }, file: FILE, conflicts: ALL }],
  ['history-of-nothing', { ...deciding(PHONE), conflicts: [], fieldHistory: { field: 'phone', writes: [], isCut: false } }],
  ['conflict-settled', { ...deciding(CALL), conflicts: [], fieldHistory: settled(CALL) }],
];

export const conflictExamples: readonly { readonly name: string; readonly state: AppState }[] = SCREENS.map(([name, change]) => ({
  name,
  state: {
    ...initialState('Notebook', { name: 'cases' }, '2026-11-22', of<LoadedContent>({ areas, choices, errors, referral })),
    phase: { kind: 'open' },
    ...change,
  },
}));
