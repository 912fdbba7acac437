// A second implementation of the Marac criteria (docs/DOMAIN.md 7), written from the text and not from the C code,
// to compare with. It does things the slow way on purpose: dates are positions in a list of all days, a window is
// found by walking it day by day, a birthday by meeting it. The only calendar knowledge is the length of a month.

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const FIRST_YEAR = 1900;
const LAST_YEAR = 2110;

// --- the calendar: every day once --------------------------------------------------------------

export const days = [];
const positions = new Map();
for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
  const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
  MONTH_LENGTHS.forEach((length, index) => {
    const count = index === 1 && isLeap ? 29 : length;
    for (let day = 1; day <= count; day++) {
      const text = [year, String(index + 1).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
      positions.set(text, days.length);
      days.push({ text, monthDay: text.slice(5), day, position: days.length });
    }
  });
}
export const dayOf = (text) => days[positions.get(text)];

// The last day of "n months from this day": walk on, count the firsts of months met, stop before the day of the month
// would be passed in the last of them.
const windowEnds = new Map();
export function windowEnd(start, months) {
  const key = `${start.text}+${months}`;
  if (!windowEnds.has(key)) {
    let here = start;
    let firstsMet = 0;
    for (;;) {
      const next = days[here.position + 1];
      const firsts = firstsMet + (next.day === 1 ? 1 : 0);
      if (firsts > months || (firsts === months && next.day > start.day)) break;
      here = next;
      firstsMet = firsts;
    }
    windowEnds.set(key, here);
  }
  return windowEnds.get(key);
}

// All birthdays of somebody, from the first. Born on 29 February: where a year goes from the 28th to 1 March, that day.
const birthdayLists = new Map();
export function birthdays(birth) {
  if (!birthdayLists.has(birth.text)) {
    const isBirthday = (day) =>
      day.monthDay === birth.monthDay ||
      (birth.monthDay === '02-29' && day.monthDay === '03-01' && days[day.position - 1].monthDay === '02-28');
    birthdayLists.set(birth.text, days.slice(birth.position + 1).filter(isBirthday));
  }
  return birthdayLists.get(birth.text);
}
const completedYears = (birth, on) => birthdays(birth).filter((day) => day.position <= on.position).length;

// --- reading ------------------------------------------------------------------------------------

export class Refused extends Error {}
const refuse = (what) => { throw new Refused(what); };

const given = (value) => (value === null || (Array.isArray(value) && value.length === 0) ? undefined : value);
const list = (value) => given(value) ?? [];
function date(value) {
  if (given(value) === undefined) return undefined;
  return dayOf(value) ?? refuse(`no such day: ${value}`);
}
function oneOf(value, allowed, fallback) {
  if (given(value) === undefined) return fallback;
  return allowed.includes(value) ? value : refuse(`unknown value: ${value}`);
}

const CRIMES = ['physical', 'sexual', 'threat', 'property_damage', 'stalking_harassment'];
const TYPES = [...CRIMES, 'coercive_control', 'economic', 'breach_order', 'unwanted_contact', 'contact_dispute', 'other_abuse'];
const ANSWERS = ['yes', 'no', 'dont_know', 'not_answered'];

function readArea(raw) {
  const area = given(raw) ?? {};
  const escalation = given(area.escalation) ?? {};
  const repeat = given(area.repeat) ?? {};
  return {
    id: given(area.id),
    threshold: given(area.vhrThreshold) ?? 14,
    escalationCount: given(escalation.count) ?? 3,
    escalationMonths: given(escalation.months) ?? 12,
    isPoliceOnly: oneOf(escalation.source, ['police_reported', 'any_agency'], 'police_reported') === 'police_reported',
    isPerPair: given(escalation.samePair) ?? true,
    repeatMonths: given(repeat.months) ?? 12,
    anchor: oneOf(repeat.anchor, ['referral_date', 'meeting_date'], 'referral_date'),
    types: oneOf(repeat.definition, ['any_abuse', 'criminal_list'], 'any_abuse') === 'any_abuse' ? null : CRIMES,
    transferMonths: given(area.transferMonths) ?? 12,
    minVictimAge: given(area.minVictimAge) ?? 16,
    local: list(area.localCriteria),
  };
}

// Everything as days; what lies after the evaluation is dropped here, once, and never seen again.
function read(raw) {
  const on = date(raw.evaluationDate) ?? refuse('no evaluation date');
  const past = (day) => (day !== undefined && day.position <= on.position ? day : undefined);
  const born = (value) => {
    const day = date(value);
    return day === past(day) ? day : refuse('born after the evaluation');
  };
  const victim = given(raw.victimOverride) ?? given(raw.victim) ?? {};
  const perpetrators = given(raw.perpetratorOverride) ?? list(raw.perpetrators);
  const children = list(raw.children);
  children.forEach((child) => date(child.dob));
  const dash = given(raw.dash) ?? {};
  const judgement = given(raw.professionalJudgement) ?? {};
  const transfer = given(raw.transfer);
  const priors = list(raw.priorMarac).map((prior) => ({
    area: given(prior.maracArea),
    referral_date: past(date(prior.referralDate)),
    meeting_date: past(date(prior.meetingDate)),
    about: new Set(list(prior.perpetratorIds)),
  }));
  return {
    on,
    area: readArea(raw.area),
    answers: Array.from({ length: 24 }, (_, index) => oneOf(dash[String(index + 1)], ANSWERS, 'not_answered')),
    isConcerned: given(judgement.concernHigh) ?? false,
    hasReason: (given(judgement.rationale) ?? '').trim() !== '',
    victim: { birth: born(victim.dob) },
    perpetrators: perpetrators.map((person) => ({ id: person.id, birth: born(person.dob) })),
    hasChildren: children.length > 0,
    incidents: list(raw.incidents)
      .map((incident) => ({
        day: past(date(incident.date)),
        type: oneOf(incident.type, TYPES, undefined),
        by: given(incident.perpetratorId),
        toPolice: given(incident.policeReported) ?? false,
      }))
      .filter((incident) => incident.day !== undefined),
    priors,
    transfer: transfer && { movedOn: past(date(transfer.movedOn)) },
    flags: list(raw.localFlags),
    needsInterpreter: given(raw.interpreterNeeded) ?? false,
    version: given(raw.version) ?? 1,
    wasSent: past(date(raw.referralSentOn)) !== undefined,
  };
}

// --- the rules ----------------------------------------------------------------------------------

const met = (isMet) => (isMet ? 'met' : 'not_met');
const isAfter = (a, b) => a.position > b.position;
const isWithin = (earlier, later, months) => !isAfter(earlier, later) && !isAfter(later, windowEnd(earlier, months));
const newest = (items, dayOfItem) => items.reduce((best, item) => (best === undefined || isAfter(dayOfItem(item), dayOfItem(best)) ? item : best), undefined);

function composites(answers) {
  const q = (number) => answers[number - 1] === 'yes';
  const violence = q(1) || q(13) || q(15) || q(16);
  const holds = {
    CX_TRIAD: q(6) && q(12) && violence,
    CX_SEP_PERP_SUICIDE: q(6) && q(22),
    CX_SEP_CONTACT: q(6) && q(7),
    CX_STRANGLE_ESCALATE: q(15) && (q(10) || q(11)),
    CX_VICTIM_SUICIDE_CONTROL: q(5) && (q(4) || q(8) || q(12)),
    CX_PREGNANCY_VIOLENCE: q(9) && violence,
  };
  return Object.keys(holds).filter((id) => holds[id]);
}

function escalation({ on, area, incidents, perpetrators }) {
  const counted = incidents
    .filter((incident) => incident.toPolice || !area.isPoliceOnly)
    .filter((incident) => isWithin(incident.day, on, area.escalationMonths));
  if (!area.isPerPair) return counted.length;
  return Math.max(0, ...perpetrators.map(({ id }) => counted.filter((incident) => incident.by === id).length));
}

// The pairs for which a further incident makes a repeat, counted from that anchor.
function repeats({ area, incidents, perpetrators, priors }, anchor) {
  return perpetrators.flatMap(({ id }) => {
    const prior = newest(priors.filter((p) => p[anchor] && p.about.has(id)), (p) => p[anchor]);
    if (prior === undefined) return [];
    const start = prior[anchor];
    const isFurther = ({ by, type, day }) =>
      by === id && (area.types === null || area.types.includes(type)) && day !== start && isWithin(start, day, area.repeatMonths);
    return incidents.some(isFurther) ? [{ id, start }] : [];
  });
}

function transferOf({ area, transfer, priors, perpetrators }) {
  const elsewhere = priors.filter((prior) => prior.area !== area.id && prior.meeting_date && perpetrators.some(({ id }) => prior.about.has(id)));
  if (!transfer?.movedOn) return { isMet: false, isTooOld: false };
  const isMet = elsewhere.some((prior) => isWithin(prior.meeting_date, transfer.movedOn, area.transferMonths));
  return { isMet, isTooOld: !isMet && elsewhere.some((prior) => isAfter(transfer.movedOn, prior.meeting_date)) };
}

function noticesOf(facts) {
  const { read: input, criteria, victimAge, ages, found } = facts;
  const { on, area, perpetrators, priors, incidents } = input;
  const isAged = (age, from, to) => age !== null && age >= from && age <= to;
  const anybody = (from, to) => ages.some((age) => isAged(age, from, to));
  const otherAnchor = area.anchor === 'referral_date' ? 'meeting_date' : 'referral_date';
  const eighteenth = input.victim.birth && birthdays(input.victim.birth)[17];
  const holds = {
    N_VHR_POSSIBLE: criteria.visibleHighRisk === 'possible',
    N_PJ_RATIONALE_MISSING: input.isConcerned && !input.hasReason,
    N_DOWNGRADE_BLOCKED: criteria.visibleHighRisk === 'met' && !input.isConcerned && input.hasReason,
    N_REPEAT_OTHER_ANCHOR: criteria.repeat === 'not_met' && repeats(input, otherAnchor).length > 0,
    N_PRIOR_MARAC_OTHER_PERP:
      criteria.repeat === 'not_met' &&
      priors.some((prior) => prior[area.anchor] && incidents.some(({ by, day }) => by !== undefined && !prior.about.has(by) && isAfter(day, prior[area.anchor]))),
    N_MULTIPLE_PERPETRATORS: perpetrators.length > 1,
    N_TRANSFER_TOO_OLD: criteria.transferIn === 'not_met' && found.transfer.isTooOld,
    N_CHANGED_AFTER_COMPLETION: input.version > 1,
    N_REFERRAL_RETAINED: input.wasSent && !Object.values(criteria).includes('met'),
    N_CHILDREN_REFERRAL_CHECK: input.hasChildren,
    N_CSC_REFERRAL_REQUIRED: isAged(victimAge, 0, 17) || anybody(0, 17),
    N_USE_YP_TOOL: isAged(victimAge, 13, 17),
    N_TRANSITION_18: victimAge === 17 && isWithin(on, eighteenth, 6),
    N_UNDER16_NOT_MARAC: isAged(victimAge, 0, 15),
    N_PERP_UNDER_18: anybody(16, 17),
    N_PERP_UNDER_16: anybody(0, 15),
    N_NO_FAMILY_INTERPRETER: input.needsInterpreter,
  };
  return Object.keys(holds).filter((id) => holds[id]);
}

// `expected` of one evaluation with its people; throws Refused. null stands for what there is not.
export function evaluate(raw) {
  const input = read(raw);
  const { on, area } = input;
  const count = (answer) => input.answers.filter((a) => a === answer).length;
  const [yes, dontKnow, notAnswered] = ['yes', 'dont_know', 'not_answered'].map(count);
  const ageOf = ({ birth }) => (birth === undefined ? null : completedYears(birth, on));
  const victimAge = ageOf(input.victim);
  const ages = input.perpetrators.map(ageOf);
  const found = {
    escalationCount: escalation(input),
    repeats: repeats(input, area.anchor),
    transfer: transferOf(input),
    local: area.local.filter((id) => input.flags.includes(id)),
  };
  const criteria = {
    visibleHighRisk: yes >= area.threshold ? 'met' : yes + dontKnow + notAnswered >= area.threshold ? 'possible' : 'not_met',
    professionalJudgement: met(input.isConcerned && input.hasReason),
    potentialEscalation: met(found.escalationCount >= area.escalationCount),
    repeat: input.priors.length === 0 ? 'not_applicable' : met(found.repeats.length > 0),
    transferIn: input.transfer === undefined ? 'not_applicable' : met(found.transfer.isMet),
    local: area.local.length === 0 ? 'not_applicable' : met(found.local.length > 0),
  };
  const isOnlyLocal = ages.length > 0 && ages.every((age) => age !== null && age < 16);
  const eligible = (victimAge === null || victimAge >= area.minVictimAge) && (!isOnlyLocal || criteria.local === 'met');
  const metKeys = Object.keys(criteria).filter((key) => criteria[key] === 'met');
  let reasons = [];
  if (eligible) reasons = isOnlyLocal ? ['local'] : metKeys.length > 0 ? metKeys : input.wasSent ? ['referral_already_sent'] : [];
  const carrying = newest(found.repeats, (repeat) => repeat.start);
  const latest = newest(input.priors.filter((prior) => prior[area.anchor]), (prior) => prior[area.anchor]);
  const anchor = carrying?.start ?? latest?.[area.anchor];
  return {
    eligible,
    victimAge,
    perpetratorAges: Object.fromEntries(input.perpetrators.map(({ id }, index) => [id, ages[index]])),
    yesCount: yes,
    dontKnowCount: dontKnow,
    notAnsweredCount: notAnswered,
    escalationCount: found.escalationCount,
    criteria,
    referToMarac: reasons.length > 0,
    reasons,
    composites: composites(input.answers),
    notices: noticesOf({ read: input, criteria, victimAge, ages, found }),
    repeatAnchorDate: anchor?.text ?? null,
    repeatWindowEnd: anchor ? windowEnd(anchor, area.repeatMonths).text : null,
    repeatPairPerpetratorId: carrying?.id ?? null,
    referralSource: criteria.transferIn === 'met' ? 'marac_transfer' : null,
    returnCountedAs: criteria.transferIn !== 'met' ? null : criteria.repeat === 'met' ? 'repeat' : 'transfer_in',
    localMet: found.local,
  };
}
