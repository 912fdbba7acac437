/** Reads a whole case: the core gives it in pages. */
import { listOf, type Json } from '../state/json.ts';
import type { CaseFile, StoredDraft, StoredRecord } from '../state/case-file.ts';
import type { CorePort, Outcome } from './core-port.ts';

export async function loadCaseFile(core: Pick<CorePort, 'call'>, caseId: string): Promise<Outcome<CaseFile>> {
  const records: StoredRecord[] = [];
  let drafts: readonly StoredDraft[] = [];
  let after: Json | undefined;
  do {
    const outcome = await core.call('case.get', after === undefined ? { caseId } : { caseId, after });
    if (!outcome.ok) return outcome;
    records.push(...(listOf(outcome.value['records']) as unknown as readonly StoredRecord[]));
    if (after === undefined) drafts = listOf(outcome.value['drafts']) as unknown as readonly StoredDraft[];
    after = outcome.value['next'];
  } while (after !== undefined);
  return { ok: true, value: { caseId, records, drafts } };
}
