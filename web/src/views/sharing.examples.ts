/** Example states of a case with documents that nobody completed yet, for looking at them and for tests. */
import areas from '../../../core/content/areas.json';
import choices from '../../../core/content/choices.json';
import errors from '../../../core/content/errors.json';
import type { CaseFile } from '../state/case-file.ts';
import { initialState, type AppState, type LoadedContent } from '../state/model.ts';
import { NO_TEAM, type TeamStatus } from '../state/team.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 9, 30);
const id = (digit: string): string => digit.repeat(32);
const CASE = id('c');
const of = <T>(value: unknown): T => value as T;

const record = (recordId: string, type: string, fields: object): unknown => ({
  recordId, type, fields, createdMs: NOW_MS, changedMs: NOW_MS, progress: 'sent', conflictCount: 0, authorName: 'Gwen Abara', authorIsYou: false,
});
const FILE: CaseFile = of({
  caseId: CASE,
  records: [
    record(CASE, 'case', { status: 'open', openedOn: '2026-11-01', areaProfile: 'AREA_NORTHMARSH' }),
    record(id('a'), 'person', { name: 'Siân Alder' }),
    record(id('b'), 'party', { person: id('a'), role: 'victim' }),
    record(id('d'), 'safety_plan', { version: 1, plannedOn: '2026-11-20', worker: 'Gwen Abara' }),
  ],
  drafts: [{ recordId: id('e'), type: 'assessment', caseId: CASE, savedMs: NOW_MS, number: '7', fields: { version: 1 } }],
});
const MEMBER: TeamStatus = of({ state: 'member', isAdministrator: false, wordsConfirmed: true });

export const sharingExamples: readonly { readonly name: string; readonly state: AppState }[] = [
  {
    name: 'case-unfinished',
    state: {
      ...initialState('Notebook', { name: 'cases' }, '2026-11-22', of<LoadedContent>({ areas, choices, errors })),
      phase: { kind: 'open' }, route: { name: 'case', caseId: CASE }, file: FILE, team: { ...NO_TEAM, status: MEMBER },
    },
  },
];
