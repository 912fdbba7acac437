// Random evaluations from a seed, with dates where the rules turn: anniversaries and birthdays, one day before and
// after, month ends, leap days, the day of the evaluation itself. Now and then one thing that has to be refused.
import { days, dayOf } from '../criteria-oracle.mjs';

const MONTHS = [0, 1, 3, 6, 11, 12, 12, 12, 12, 13, 24];
const DAYS_OF_NOTE = [
  '2000-02-29', '2024-02-28', '2024-02-29', '2024-03-01', '2025-02-28', '2025-03-01', '2028-02-29', '2023-03-31', '2024-08-31',
  '2025-08-31', '2025-11-30', '2025-12-31', '2026-01-01', '2026-05-31', '2100-02-28', '2100-03-01',
];
const TYPES = ['physical', 'sexual', 'threat', 'property_damage', 'stalking_harassment', 'coercive_control', 'economic', 'breach_order', 'unwanted_contact', 'contact_dispute', 'other_abuse'];
const LOCAL = ['LC_HBA', 'LC_FORCED_MARRIAGE', 'LC_FGM', 'LC_CHILD_TO_PARENT', 'LC_OUR_OWN'];
const RATIONALES = ['', ' ', '\t\r\n', '\u00a0', '\u2003\u3000', '\ufeff', 'Fear has grown since the move.', ' x ', 'Sehr ängstlich'];
const IMPOSSIBLE = ['2025-02-29', '2100-02-29', '2025-13-01', '2025-00-10', '2025-04-31', '2025-1-01', '2025-01-1', '20250101', '', ' 2025-01-01', '2025-01-01T00:00', 'yesterday', '2025-01-0a'];

// mulberry32: small, good enough, the same everywhere.
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Dice {
  constructor(seed) { this.random = randomOf(seed); }
  below(count) { return Math.floor(this.random() * count); }
  chance(probability) { return this.random() < probability; }
  pick(list) { return list[this.below(list.length)]; }
  some(list, probability) { return list.filter(() => this.chance(probability)); }
  times(count, make) { return Array.from({ length: count }, (_, index) => make(index)); }
}

// The same day some months away, or the nearest there is in that month.
function monthsAway(text, months) {
  const [year, month, day] = text.split('-').map(Number);
  const index = year * 12 + (month - 1) + months;
  const start = `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
  for (let d = day; ; d--) {
    const found = dayOf(`${start}-${String(d).padStart(2, '0')}`);
    if (found) return found.text;
  }
}
const daysAway = (text, count) => days[dayOf(text).position + count].text;

// A day near a turning point of one of the days already chosen.
function near(dice, known) {
  const months = dice.pick(MONTHS) * dice.pick([1, -1, -1]);
  const shift = dice.chance(0.8) ? dice.pick([0, 0, 0, 1, -1, 1, -1, 2]) : dice.below(81) - 40;
  const text = daysAway(monthsAway(dice.pick(known), months), shift);
  known.push(text);
  return text;
}

function birthOf(dice, on) {
  if (dice.chance(0.08)) return undefined;
  if (dice.chance(0.12)) return `${dice.pick([1960, 1984, 1996, 2000, 2004, 2008, 2012])}-02-29`;
  const years = dice.chance(0.5) ? dice.pick([0, 12, 13, 15, 16, 17, 17, 18, 18, 19]) : dice.below(60);
  const months = dice.chance(0.25) ? dice.pick([-5, -6, -7, 6]) : 0;
  const text = daysAway(monthsAway(on, -12 * years + months), dice.pick([0, 0, 1, -1, -2, -100]));
  return text > on ? on : text;
}

function dashOf(dice, threshold) {
  if (dice.chance(0.05)) return undefined;
  const answers = [];
  const yes = Math.max(0, Math.min(24, threshold + dice.pick([-6, -3, -2, -1, -1, 0, 0, 1, 3])));
  const unknown = Math.min(24 - yes, dice.pick([0, 0, 1, 2, 3, 6, 24]));
  for (let i = 0; i < 24; i++) answers.push(i < yes ? 'yes' : i < yes + unknown ? dice.pick(['dont_know', 'not_answered', 'absent']) : 'no');
  for (let i = 23; i > 0; i--) {
    const k = dice.below(i + 1);
    [answers[i], answers[k]] = [answers[k], answers[i]];
  }
  return Object.fromEntries(answers.flatMap((answer, index) => (answer === 'absent' ? [] : [[String(index + 1), answer]])));
}

const areaOf = (dice) => ({
  id: 'AREA_A',
  vhrThreshold: dice.pick([14, 14, 14, 10, 1, 0, 24, 25]),
  escalation: {
    count: dice.pick([3, 3, 2, 1, 5, 0]), months: dice.pick([12, 12, 12, 6, 1, 0, 24]),
    source: dice.pick(['police_reported', 'any_agency']), samePair: dice.chance(0.5),
  },
  repeat: {
    months: dice.pick([12, 12, 12, 6, 1, 0]), anchor: dice.pick(['referral_date', 'meeting_date']),
    definition: dice.pick(['any_abuse', 'criminal_list']),
  },
  transferMonths: dice.pick([12, 12, 12, 6, 24]),
  minVictimAge: dice.pick([16, 16, 16, 18, 13]),
  localCriteria: dice.chance(0.5) ? [] : dice.some(LOCAL, 0.5),
});

function historyOf(dice, ids, known) {
  const priors = dice.times(dice.pick([0, 0, 1, 1, 2, 3]), () => ({
    maracArea: dice.pick(['AREA_A', 'AREA_B', 'AREA_C', undefined]),
    referralDate: dice.chance(0.9) ? near(dice, known) : undefined,
    meetingDate: dice.chance(0.85) ? near(dice, known) : undefined,
    perpetratorIds: dice.some([...ids, 'PX'], 0.6),
  }));
  const incidents = dice.times(dice.pick([0, 1, 1, 2, 3, 4, 6, 9]), (index) => ({
    id: `I${index + 1}`,
    date: dice.chance(0.97) ? near(dice, known) : undefined,
    type: dice.chance(0.97) ? dice.pick(TYPES) : undefined,
    perpetratorId: dice.chance(0.85) ? dice.pick([...ids, 'PX']) : undefined,
    policeReported: dice.pick([true, true, false, undefined]),
  }));
  return { priors, incidents };
}

const peopleOf = (dice, on, count) => dice.times(count, (index) => ({ id: `P${index + 1}`, dob: birthOf(dice, on), relationship: 'ex-partner' }));

// What is not there is sometimes said as null or [] (docs/DOMAIN.md 7, rule 1).
function sayAbsence(dice, value) {
  if (Array.isArray(value)) return value.map((item) => sayAbsence(dice, item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => {
    const isEmpty = inner === undefined || (Array.isArray(inner) && inner.length === 0);
    if (!isEmpty) return [[key, sayAbsence(dice, inner)]];
    return dice.pick([[], [[key, null]], [[key, []]]]);
  }));
}

// One thing that has to be refused; each returns false where the evaluation has no place for it.
const SPOILERS = [
  (e, dice) => { e.evaluationDate = dice.pick([...IMPOSSIBLE, null]); },
  (e, dice) => { e.victim = { dob: dice.pick(IMPOSSIBLE) }; delete e.victimOverride; },
  (e) => { e.victim = { dob: daysAway(e.evaluationDate, 1) }; delete e.victimOverride; },
  (e) => { e.perpetratorOverride = [{ id: 'P1', dob: daysAway(e.evaluationDate, 1) }]; },
  (e, dice) => { e.perpetratorOverride = [{ id: 'P1', dob: dice.pick(IMPOSSIBLE) }]; },
  (e, dice) => { e.children = [{ label: 'C', dob: dice.pick(IMPOSSIBLE) }]; },
  (e, dice) => { e.referralSentOn = dice.pick(IMPOSSIBLE); },
  (e, dice) => { e.transfer = { movedOn: dice.pick(IMPOSSIBLE) }; },
  (e, dice) => { e.incidents = [{ id: 'I', type: 'threat', date: dice.pick(IMPOSSIBLE) }]; },
  (e, dice) => { e.incidents = [{ id: 'I', type: dice.pick(['violence', '', 'Physical', 'any_abuse']), date: e.evaluationDate }]; },
  (e, dice) => { e.priorMarac = [{ maracArea: 'B', [dice.pick(['referralDate', 'meetingDate'])]: dice.pick(IMPOSSIBLE) }]; },
  (e, dice) => { e.dash = { [String(1 + dice.below(24))]: dice.pick(['maybe', 'YES', 'not answered', '']) }; },
  (e, dice) => { e.area.escalation.source = dice.pick(['police', '']); },
  (e, dice) => { e.area.repeat.anchor = dice.pick(['referral', '']); },
  (e, dice) => { e.area.repeat.definition = dice.pick(['crimes', '']); },
];

// The evaluation of one seed.
export function generate(seed) {
  const dice = new Dice(seed);
  const on = dice.chance(0.4) ? dice.pick(DAYS_OF_NOTE) : days[dayOf('2015-01-01').position + dice.below(5500)].text;
  const known = [on];
  const area = areaOf(dice);
  const perpetrators = peopleOf(dice, on, dice.pick([0, 1, 1, 1, 2, 3]));
  const override = dice.chance(0.1) ? peopleOf(dice, on, dice.pick([0, 1, 2])) : undefined;
  const { priors, incidents } = historyOf(dice, ['P1', 'P2', 'P3'].slice(0, 1 + dice.below(3)), known);
  const evaluation = {
    id: `R${seed}`,
    evaluationDate: on,
    area: dice.chance(0.97) ? area : undefined,
    dash: dashOf(dice, area.vhrThreshold),
    professionalJudgement: dice.chance(0.9) ? { concernHigh: dice.pick([true, false, undefined]), rationale: dice.pick(RATIONALES) } : undefined,
    incidents,
    priorMarac: priors,
    transfer: dice.chance(0.4) ? { fromArea: dice.pick(['AREA_A', 'AREA_B']), toArea: 'AREA_A', movedOn: dice.chance(0.9) ? near(dice, known) : undefined, permanence: 'temporary', papersReceived: false } : undefined,
    localFlags: dice.some([...LOCAL, 'LC_ELSEWHERE'], 0.3),
    interpreterNeeded: dice.pick([true, false, undefined]),
    version: dice.pick([undefined, 1, 1, 2, 3]),
    changeReason: 'Answer 7 corrected.',
    referralSentOn: dice.chance(0.3) ? near(dice, known) : undefined,
    victim: dice.chance(0.97) ? { label: 'Client Rowan', dob: birthOf(dice, on) } : undefined,
    perpetrators,
    children: dice.times(dice.pick([0, 0, 1, 2]), () => ({ label: 'Child', dob: dice.chance(0.8) ? near(dice, [on]) : undefined })),
    victimOverride: dice.chance(0.08) ? { label: 'Client Rowan', dob: birthOf(dice, on) } : undefined,
    perpetratorOverride: override,
    ...(dice.chance(0.1) ? { somethingElse: { date: 'never', dash: [1, 2.5e3, null] } } : {}),
  };
  if (evaluation.area !== undefined && dice.chance(0.05)) dice.pick(SPOILERS)(evaluation, dice);
  return sayAbsence(dice, evaluation);
}
