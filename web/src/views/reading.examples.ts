/** Example states of a vault in which nothing can be saved, for looking at them and for tests: no device is damaged at will. */
import errors from '../../../core/content/errors.json';
import { initialState, type AppState, type CaseRow, type LoadedContent } from '../state/model.ts';
import type { Reading } from '../state/reading.ts';
import { HOME } from '../state/routes.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 9, 30);
const CASE = 'c'.repeat(32);
const ROW: CaseRow = {
  caseId: CASE, victimName: 'Siân Alder', reference: 'NM-7', status: 'open', changedMs: NOW_MS, draftCount: 0, progress: 'device', conflictCount: 0,
};

const READINGS: readonly (readonly [name: string, reading: Reading])[] = [
  ['reading-damaged', { kind: 'damaged', damage: { missingSaves: 2, newestMs: NOW_MS, isListCut: true, unreadable: [CASE], unreadableTotal: 1 } }],
  ['reading-damaged-unknown', { kind: 'damaged' }],
  ['reading-newer', { kind: 'newer' }],
  ['reading-no-room', { kind: 'no-room' }],
];

export const readingExamples: readonly { readonly name: string; readonly state: AppState }[] = READINGS.map(([name, reading]) => ({
  name,
  state: {
    ...initialState('Notebook', HOME, '2026-11-22', { errors } as unknown as LoadedContent),
    phase: { kind: 'open' },
    reading,
    list: { search: '', searched: '', rows: [ROW], begun: [], totalCount: 1, isLoaded: true },
  },
}));
