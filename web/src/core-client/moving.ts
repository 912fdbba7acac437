/** Was a copy of a vault cut off? The store worker's side is moveJournal in web/src/worker/opfs.ts. */
const JOURNAL_FILE = 'moving';

export async function isMoveUnderWay(): Promise<boolean> {
  try {
    await (await navigator.storage.getDirectory()).getFileHandle(JOURNAL_FILE);
    return true;
  } catch {
    return false;
  }
}
