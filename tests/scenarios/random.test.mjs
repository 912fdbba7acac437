// Random evaluations: the program and the second implementation agree on every key. And the suite can fail: each
// fault below, put into the second implementation, is noticed.
//   RANDOM_COUNT (5000) evaluations from seed RANDOM_SEED_FROM (1).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';

import { Refused, dayOf, days, evaluate, windowEnd } from './criteria-oracle.mjs';
import { differences, evaluateAll } from './support/fieldkit.mjs';
import { generate } from './support/generator.mjs';

const COUNT = Number(process.env.RANDOM_COUNT ?? 5000);
const SEED_FROM = Number(process.env.RANDOM_SEED_FROM ?? 1);
const BATCH = 1000;

const evaluations = Array.from({ length: COUNT }, (_, index) => generate(SEED_FROM + index));
const replies = [];
for (let from = 0; from < COUNT; from += BATCH) replies.push(...evaluateAll(evaluations.slice(from, from + BATCH)));

// What an implementation says: { ok, reply } or { ok: false }.
function answerOf(implementation, evaluation) {
  try {
    return { ok: true, reply: implementation.evaluate(evaluation) };
  } catch (error) {
    if (!(error instanceof implementation.Refused)) throw error;
    return { ok: false };
  }
}

// Index of the first evaluation on which that implementation and the program differ, and how; undefined for none.
function firstDifference(implementation) {
  for (let i = 0; i < COUNT; i++) {
    const expected = answerOf(implementation, evaluations[i]);
    if (expected.ok !== replies[i].ok) return { i, keys: ['refused'], expected, reply: replies[i] };
    const keys = expected.ok ? differences(replies[i].reply, expected.reply) : [];
    if (keys.length > 0) return { i, keys, expected, reply: replies[i] };
  }
  return undefined;
}

test('random__both_implementations_agree', () => {
  const difference = firstDifference({ evaluate, Refused });
  if (difference === undefined) return;
  const { i, keys, expected, reply } = difference;
  const rows = keys.map((key) => `${key}: program ${JSON.stringify(reply.reply?.[key])}, second ${JSON.stringify(expected.reply?.[key])}`);
  assert.fail(`seed ${SEED_FROM + i}\n${rows.join('\n')}\n${JSON.stringify(evaluations[i])}`);
});

test('random__every_refusal_names_its_code_and_field', () => {
  const refused = replies.filter((reply) => !reply.ok);
  assert.ok(refused.length > 0);
  for (const { error } of refused) {
    assert.equal(error.code, 'invalid-input');
    assert.match(error.detail, /^[A-Za-z.[\]0-9]+$/);
  }
});

test('random__every_status_reason_notice_and_composite_occurs', () => {
  const seen = new Map();
  const count = (name) => seen.set(name, (seen.get(name) ?? 0) + 1);
  for (const { ok, reply } of replies) {
    if (!ok) continue;
    for (const [key, status] of Object.entries(reply.criteria)) count(`${key} ${status}`);
    for (const id of [...reply.notices, ...reply.composites, ...reply.localMet]) count(id);
    for (const reason of reply.reasons) count(`reason ${reason}`);
    for (const key of ['eligible', 'referToMarac', 'returnCountedAs', 'referralSource']) count(`${key} ${reply[key]}`);
    for (const { escalation, repeat } of reply.evidence.incidents) count(`escalation ${escalation}`), count(`repeat ${repeat}`);
    for (const { use } of reply.evidence.transferIn.priors) count(`transfer ${use}`);
  }
  // 3 + 2 + 2 + 3 + 3 + 3 statuses, 7 reasons, 17 notices, 6 composites, 5 local, 9 values of keys, 7 + 9 uses of an
  // incident, 7 of a prior.
  assert.equal(seen.size, 16 + 7 + 17 + 6 + 5 + 9 + 7 + 9 + 7, [...seen.keys()].sort().join('\n'));
  for (const [name, times] of seen) assert.ok(times >= COUNT / 1000, `${name} only ${times} times`);
});

test('random__evidence_agrees_with_the_result', () => {
  replies.forEach(({ ok, reply }, i) => {
    if (!ok) return;
    const { evidence } = reply;
    const { potentialEscalation: escalation, repeat } = evidence;
    const seed = `seed ${SEED_FROM + i}`;
    assert.equal(escalation.count, reply.escalationCount, seed);
    assert.equal(escalation.incidentIds.length, reply.escalationCount, seed);
    assert.equal(escalation.to, evaluations[i].evaluationDate, seed);
    // `from` is the first day that counts: its window reaches the evaluation, the window of the day before does not.
    const from = dayOf(escalation.from);
    const on = dayOf(escalation.to).position;
    assert.ok(windowEnd(from, escalation.months).position >= on, seed);
    assert.ok(windowEnd(days[from.position - 1], escalation.months).position < on, seed);
    assert.equal(repeat.anchor, reply.repeatAnchorDate, seed);
    assert.equal(repeat.windowEnd, reply.repeatWindowEnd, seed);
    assert.equal(repeat.perpetratorId, reply.repeatPairPerpetratorId, seed);
    assert.equal(repeat.incidentIds.length > 0, reply.criteria.repeat === 'met', seed);
    assert.equal(repeat.incident !== null, reply.criteria.repeat === 'met', seed);
    assert.equal(evidence.transferIn.heardOn !== null, reply.criteria.transferIn === 'met', seed);
    assert.equal(evidence.visibleHighRisk.openItems.length, reply.dontKnowCount + reply.notAnsweredCount, seed);
  });
});

// --- the suite can fail ---------------------------------------------------------------------------

// [what goes wrong, text of the second implementation, what stands there instead]
const FAULTS = [
  ['anniversary excluded', '!isAfter(later, windowEnd(earlier, months))', 'isAfter(windowEnd(earlier, months), later)'],
  ['leap day window not clamped', 'firsts > months ||', 'firsts > months + 1 ||'],
  ['leap day birthday on 28 February', "day.monthDay === '03-01' && days[day.position - 1].monthDay === '02-28'", "day.monthDay === '02-28' && days[day.position + 1].monthDay === '03-01'"],
  ['future counts', 'day !== undefined && day.position <= on.position ? day', 'day !== undefined ? day'],
  ['override ignored', 'given(raw.perpetratorOverride) ?? list', 'undefined ?? list'],
  ['victim override ignored', 'given(raw.victimOverride) ?? given', 'undefined ?? given'],
  ['threshold exclusive', 'yes >= area.threshold', 'yes > area.threshold'],
  ['don’t know does not keep it possible', 'yes + dontKnow + notAnswered >=', 'yes + notAnswered >='],
  ['blank reason accepted', ".trim() !== ''", " !== ''"],
  ['not reported to police counts', 'incident.toPolice || !area.isPoliceOnly', 'true'],
  ['total in place of one pair', 'if (!area.isPerPair)', 'if (true)'],
  ['escalation exclusive', 'found.escalationCount >=', 'found.escalationCount >'],
  ['earliest prior', 'best === undefined || isAfter(dayOfItem(item), dayOfItem(best))', 'best === undefined || isAfter(dayOfItem(best), dayOfItem(item))'],
  ['anchor day counts', 'day !== start && ', ''],
  ['any type is a crime', 'area.types === null || area.types.includes(type)', 'true'],
  ['priors of others count', 'p[anchor] && p.about.has(id)', 'p[anchor]'],
  ['empty priors not met', "input.priors.length === 0 ? 'not_applicable' :", ''],
  ['priors after the evaluation not applicable', 'input.priors.length === 0', 'input.priors.every((p) => !p.referral_date && !p.meeting_date)'],
  ['transfer inside the area', 'prior.area !== area.id && ', ''],
  ['transfer of anybody', ' && perpetrators.some(({ id }) => prior.about.has(id))', ''],
  ['transfer not applicable without a date', 'input.transfer === undefined', '!input.transfer?.movedOn'],
  ['transfer counted as repeat', "criteria.repeat === 'met' ? 'repeat' : 'transfer_in'", "'transfer_in'"],
  ['victim without birth date too young', 'victimAge === null || victimAge >= area', 'victimAge !== null && victimAge >= area'],
  ['perpetrator without birth date under 16', 'age !== null && age < 16', 'age === null || age < 16'],
  ['one perpetrator under 16 is enough', 'ages.length > 0 && ages.every', 'ages.length > 0 && ages.some'],
  ['all reasons for perpetrators under 16', "isOnlyLocal ? ['local'] : metKeys", 'metKeys'],
  ['sent referral withdrawn', "input.wasSent ? ['referral_already_sent']", "false ? ['referral_already_sent']"],
  ['sent referral beside the reasons', "metKeys.length > 0 ? metKeys : input.wasSent", 'input.wasSent'],
  ['ineligible keeps reasons', 'if (eligible) reasons', 'reasons'],
  ['latest prior of the pairs only', 'newest(input.priors.filter((prior) => prior[area.anchor])', 'newest(input.priors.filter((prior) => prior[area.anchor] && input.perpetrators.some(({ id }) => prior.about.has(id)))'],
  ['other anchor not looked at', 'repeats(input, otherAnchor)', 'repeats(input, area.anchor)'],
  ['nameless incident fires the notice', 'by !== undefined && !prior', '!prior'],
  ['other perpetrator on the anchor day', 'isAfter(day, prior[area.anchor])', '!isAfter(prior[area.anchor], day)'],
  ['transition on the birthday list of 17', 'birthdays(input.victim.birth)[17]', 'birthdays(input.victim.birth)[16]'],
  ['transition seven months', 'isWithin(on, eighteenth, 6)', 'isWithin(on, eighteenth, 7)'],
  ['young people’s tool from 12', 'isAged(victimAge, 13, 17)', 'isAged(victimAge, 12, 17)'],
  ['perpetrator of 18', 'anybody(16, 17)', 'anybody(16, 18)'],
  ['perpetrator of 16 under 16', 'anybody(0, 15)', 'anybody(0, 16)'],
  ['social care from 17', 'isAged(victimAge, 0, 17) || anybody(0, 17)', 'isAged(victimAge, 0, 16) || anybody(0, 17)'],
  ['downgrade unnoticed', '!input.isConcerned && input.hasReason', 'false'],
  ['retained also when met', "input.wasSent && !Object.values(criteria).includes('met')", 'input.wasSent'],
  ['first version changed', 'input.version > 1', 'input.version >= 1'],
  ['too old also when met', "criteria.transferIn === 'not_met' && found", 'found.transfer.isMet || found'],
  ['triad without control', 'q(6) && q(12) && violence', 'q(6) && violence'],
  ['separation and suicide swapped', 'q(6) && q(22)', 'q(5) && q(22)'],
  ['contact without separation', 'q(6) && q(7)', 'q(7)'],
  ['strangulation by frequency only', 'q(15) && (q(10) || q(11))', 'q(15) && q(10)'],
  ['suicide without stalking', 'q(5) && (q(4) || q(8) || q(12))', 'q(5) && (q(4) || q(12))'],
  ['pregnancy alone', 'CX_PREGNANCY_VIOLENCE: q(9) && violence', 'CX_PREGNANCY_VIOLENCE: q(9)'],
  ['violence without sexual violence', 'q(13) || q(15) || q(16)', 'q(13) || q(15)'],
  ['unknown type accepted', 'incident.type, TYPES, undefined', 'incident.type, [...TYPES, incident.type], undefined'],
];

const source = fs.readFileSync(new URL('./criteria-oracle.mjs', import.meta.url), 'utf8');
for (const [name, from, to] of FAULTS) {
  test(`random__notices_fault: ${name}`, async () => {
    assert.equal(source.split(from).length, 2, `${from} has to stand in the source once`);
    const faulty = await import(`data:text/javascript,${encodeURIComponent(source.replace(from, () => to))}`);
    assert.notEqual(firstDifference(faulty), undefined);
  });
}
