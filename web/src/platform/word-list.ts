import { buildInfo } from '../build-info.ts';
import { parseWordList } from './passphrase.ts';

/** Fetched from our own origin, where the precache serves it without a network. */
export async function loadWordList(): Promise<readonly string[]> {
  const { url, integrity } = buildInfo.wordList;
  const answer = await fetch(url, { integrity });
  if (!answer.ok) throw new Error('the word list could not be read');
  return parseWordList(await answer.text());
}
