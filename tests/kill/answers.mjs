// What is answered, and what the vault must hold after each answer. The page and the program that kills it both make the same
// list of commands from a seed: command number n depends on the seed and on what stands after the ones before it, on nothing else.

export const CASE = 'c0000000000000000000000000000001';
export const PASSPHRASE = 'acid bacon cedar delta eagle';

const id = (letter, index) => `${letter}${String(index).padStart(31, '0')}`;
const ASSESSMENTS = [0, 1, 2].map((index) => id('a', index + 1));
const INCIDENTS = [0, 1, 2, 3].map((index) => id('b', index + 1));
const PRIORS = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => id('d', index + 1));
const TOPICS = Array.from({ length: 24 }, (_, index) => `t${index + 1}`);
/** Long notes fill the log, so that a run passes checkpoints and records are large enough to tear. */
const NOTE_BYTES_MAX = 19_000;
const FIRST_TIME_MS = 1_790_000_000_000;

/** Numbers from a seed, the same in every engine (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

const changesOf = (fields) => Object.entries(fields).map(([field, value]) => ({ field, value }));
const pick = (random, list) => list[random(list.length)];

function saveAnswers(n, random) {
  const topics = new Set(Array.from({ length: 1 + random(3) }, () => pick(random, TOPICS)));
  const fields = {};
  for (const topic of topics) fields[`answer/${topic}`] = { answer: pick(random, ['yes', 'no', 'dont_know']), comment: `answer ${n} ${topic}` };
  return { recordId: pick(random, ASSESSMENTS), type: 'assessment', fields };
}

function saveNote(n, random) {
  const size = random(NOTE_BYTES_MAX);
  return {
    recordId: pick(random, INCIDENTS), type: 'incident',
    fields: {
      occurred: { date: '2026-09-21', precision: 'exact' }, incidentType: 'threat', policeReference: `note ${n}`,
      description: `note ${n} ${'words of a long evening '.repeat(1000)}`.slice(0, 12 + size),
    },
  };
}

function draftSave(n, { recordId, type, fields }) {
  return { command: 'draft.save', request: { timeMs: FIRST_TIME_MS + n, caseId: CASE, recordId, type, changes: changesOf(fields) }, effect: { draft: recordId, type, fields } };
}

function recordChange(n, recordId, type, fields) {
  const request = { mutationId: id('e', n + 1), timeMs: FIRST_TIME_MS + n, caseId: CASE, recordId, type, changes: changesOf(fields) };
  return { command: 'record.change', request, effect: { record: recordId, type, fields } };
}

function draftCommit(n, recordIds) {
  return { command: 'draft.commit', request: { mutationId: id('e', n + 1), timeMs: FIRST_TIME_MS + n, recordIds }, effect: { commit: recordIds } };
}

/** A vault as case.get tells it: { records: { id: { type, fields } }, drafts: likewise }, fields by their paths. */
export class Model {
  constructor(seed) {
    this.seed = seed;
    this.count = 0;
    this.records = {};
    this.drafts = {};
  }

  /** The command that follows what stands. Several fields or records in one command are there together or not at all. */
  next() {
    const n = this.count;
    const random = randomOf(this.seed * 1_000_003 + n);
    if (n === 0) return recordChange(n, CASE, 'case', { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH', reference: 'NM-1' });
    const kind = random(100);
    const finished = INCIDENTS.filter((record) => this.drafts[record] !== undefined);
    if (kind < 5 && finished.length > 1) return draftCommit(n, finished.slice(0, 2));
    if (kind < 45) return draftSave(n, saveAnswers(n, random));
    if (kind < 80) return draftSave(n, saveNote(n, random));
    return recordChange(n, pick(random, PRIORS), 'prior_marac', { areaProfile: 'AREA_EASTMERE', maracArea: `change ${n}`, caseNumber: `change ${n}` });
  }

  /** Takes the next command for made. */
  advance() {
    const { effect } = this.next();
    if (effect.draft !== undefined) this.#put(this.drafts, effect.draft, effect);
    if (effect.record !== undefined) this.#put(this.records, effect.record, effect);
    for (const record of effect.commit ?? []) {
      this.#put(this.records, record, this.drafts[record]);
      delete this.drafts[record];
    }
    this.count++;
    return this;
  }

  #put(place, key, { type, fields }) {
    place[key] = { type, fields: { ...place[key]?.fields, ...fields } };
  }

  /** One text for one state of the vault. */
  text() {
    return canonical({ records: this.records, drafts: this.drafts });
  }
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function canonical(value) {
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}

/** The same text for what case.get answered: keyed fields come as an object of their own. */
export function textOfVault({ records, drafts }) {
  const flat = (rows) => Object.fromEntries(rows.map(({ recordId, type, fields: { answer, ...fields } }) => {
    const answers = Object.entries(answer ?? {}).map(([topic, value]) => [`answer/${topic}`, value]);
    return [recordId, { type, fields: { ...fields, ...Object.fromEntries(answers) } }];
  }));
  return canonical({ records: flat(records), drafts: flat(drafts) });
}

/**
 * Where the vault stands: after how many commands its state is exactly this, with nothing half. shown is how many the page had
 * shown as saved. null when it is the state after no number of commands from `shown` on: something shown is lost, something is half,
 * or something is there that nobody gave.
 */
export function placeOf(text, model, shown, unseenMax) {
  while (model.count < shown) model.advance();
  for (let ahead = 0; ahead <= unseenMax; ahead++) {
    if (model.text() === text) return model.count;
    model.advance();
  }
  return null;
}
