// The records both sides keep: answers of risk checklists, as small JSON values. A checklist is a record of 25 values, a case has four.

export const ANSWERS_PER_CHECKLIST = 25;
const CHECKLISTS_PER_CASE = 4;
export const TIME_MS = 1_790_000_000_000;

/** Numbers from a seed, the same on both sides (xorshift32). */
export function numbersOf(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const COMMENTS = [
  'said it began after the move in spring', 'police were called by the neighbour', 'does not want this written to the home address',
  'has told her sister and the doctor', 'happened twice since the last visit', 'was asked apart from the children',
];

/** count records in checklists: [{ caseId, recordId, values: [{ field, value }] }]. Ids are random, as the product's are. */
export function checklistsOf(count, seed = 20260921) {
  const number = numbersOf(seed);
  const id = () => Array.from({ length: 4 }, () => number().toString(16).padStart(8, '0')).join('');
  const checklists = [];
  let caseId = '';
  for (let at = 0; at < count; at += ANSWERS_PER_CHECKLIST) {
    if (checklists.length % CHECKLISTS_PER_CASE === 0) caseId = id();
    const values = [
      { field: 'instrument', value: 'dash-adult' }, { field: 'assessedOn', value: '2026-09-21' }, { field: 'worker', value: 'Robin Example' },
    ];
    for (let topic = 1; values.length < ANSWERS_PER_CHECKLIST; topic++) {
      const comment = `${COMMENTS[number() % COMMENTS.length]}; ${COMMENTS[number() % COMMENTS.length]}`;
      values.push({ field: `answer/t${topic}`, value: { answer: ['yes', 'no', 'dont_know'][number() % 3], source: 'victim', comment } });
    }
    checklists.push({ caseId, recordId: id(), values });
  }
  return checklists;
}

/** An id that no checklist has; index counts. */
export const freshId = (index) => `f${String(index).padStart(31, '0')}`;

/** Indexes below bound in a scattered order that is the same for both sides. */
export function scattered(count, bound, seed = 7) {
  const number = numbersOf(seed);
  return Array.from({ length: count }, () => number() % bound);
}
