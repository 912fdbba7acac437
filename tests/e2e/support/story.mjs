// The people and events of the journeys. All of it is invented. Each text comes with the schema field it ends up in, so that
// a run for canaries puts that field's word into it and a run for pictures leaves it readable.

const CIVIL = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', year: 'numeric', month: '2-digit', day: '2-digit' });

/** A civil date in Europe/London, `days` before today. By its parts: how a locale orders them differs between versions of Node. */
export function daysAgo(days) {
  const parts = new Map(CIVIL.formatToParts(Date.now() - days * 86_400_000).map((part) => [part.type, part.value]));
  return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
}

export const readable = { of: (_field, text) => text };
export const withCanaries = (canaries) => ({ of: (field, text) => `${text} ${canaries.of(field)}` });

/** In: `texts` says what is typed for a field. Out: everything the journeys enter. */
export function makeStory(texts) {
  const t = (field, text) => texts.of(field, text);
  const victimName = t('person.name', 'Rosa Lindqvist');
  const first = t('person.name', 'Viktor Hale');
  const second = t('person.name', 'Dorian Hale');
  const child = t('person.name', 'Mila Hale');
  const worker = (field) => t(field, 'Ines Calder');
  return {
    case: { name: victimName, area: 'AREA_EASTMERE' },
    victim: {
      aliases: t('person.aliases', 'Rosie'), birth: '1991-05-14', address: t('person.address.text', '4 Tern Row, Northmarsh'), phone: t('person.phone', '00000 111222'),
      doctor: t('person.doctor', 'Dr Okafor, Quay Surgery'), occupation: t('person.occupation', 'Baker'), note: t('party.note', 'Meets at the library'),
    },
    perpetrators: [
      { role: 'perpetrator', name: first, relationship: 'ex_cohabiting_partner', livesWithVictim: 'no', birth: '1987-11-02', occupation: 'Gamekeeper' },
      { role: 'perpetrator', name: second, relationship: 'in_law', livesWithVictim: 'no' },
    ],
    child: { role: 'child', name: child, relationship: 'child_under_18', livesWithVictim: 'yes', birth: '2018-03-09', school: t('person.school', 'Harbour Primary') },
    contact: {
      safeToCall: 'yes', number: t('safe_contact.number', '00000 333444, her sister'), times: t('safe_contact.times', 'Weekdays 10 to 12'),
      codeWord: t('safe_contact.codeWord', 'Tulips'), mustNotBeTold: t('safe_contact.mustNotBeTold', 'Her cousin at the front desk'), checkedOn: daysAgo(1),
    },
    facts: {
      reference: t('case.reference', 'NM-17'), movedOn: daysAgo(60), fromArea: t('case.transfer.fromArea', 'Eastmere'),
      localFlags: ['LC_HBA'], language: t('case.interpreter.language', 'Swedish'),
    },
    incidents: [5, 40, 90, 150, 200].map((days, index) => ({
      date: daysAgo(days), type: ['physical', 'threat', 'stalking_harassment', 'physical', 'coercive_control'][index], perpetrator: first, childrenPresent: 'yes',
      policeReference: index === 0 ? t('incident.policeReference', 'CR/17') : undefined,
      description: t('incident.description', `What happened ${days} days ago`),
    })),
    prior: { area: t('prior_marac.maracArea', 'Eastmere Marac'), meetingDate: daysAgo(200), perpetrators: [first], caseNumber: t('prior_marac.caseNumber', 'EM-4') },
    dash: {
      beforeAsking: t('assessment.beforeAsking', 'Half an hour, door closed'), assessedOn: daysAgo(0), worker: worker('assessment.worker'),
      workerRole: t('assessment.workerRole', 'Idva'), agency: t('assessment.agency', 'Harbour Support'), present: t('assessment.present', 'Rosa and Ines'),
      concernHigh: 'yes', concernReason: t('assessment.concernReason', 'She is very frightened'), wishes: t('assessment.wishes', 'To stay near her sister'),
      weaponsAccess: t('assessment.weaponsAccess', 'Shotguns for work'), outcomeTold: 'no', outcomeNotToldReason: t('assessment.outcomeNotToldReason', 'Her brother came in'),
      notAskedReason: t('assessment.notAskedReason', 'Time ran out'), comment: t('assessment.answer.comment', 'In her words'),
    },
    plan: {
      plannedOn: daysAgo(0), worker: worker('safety_plan.worker'), situation: 'left', dangerFrom: [first, second], children: [child], mayHoldCopy: 'paper_kept_elsewhere',
      itemText: t('safety_plan.item.text', 'When his voice goes quiet'), itemWho: t('safety_plan.item.who', 'Rosa'), ownText: 'Ring the neighbour twice', nextReviewOn: daysAgo(-14),
    },
    referral: {
      referredOn: daysAgo(0), agency: t('referral.agency', 'Harbour Support'), worker: worker('referral.worker'), workerContact: t('referral.workerContact', '00000 555666'),
      ...Object.fromEntries(['latestIncident', 'history', 'whyNow', 'afraidOf', 'safeToTalkTo', 'notSafeToTalkTo', 'victimWants', 'supportInPlace', 'actionsTaken'].map((field) => [field, t(`referral.${field}`, `What is known: ${field.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)}`)])),
      awareOfReferral: t('referral.awareOfReferral.why', 'Not safe to tell yet'), consentGiven: t('referral.consentGiven.why', 'Shared on public interest'), idvaReferral: t('referral.idvaReferral.why', 'Idva is already with her'),
    },
    search: 'Ros',
  };
}

/** Answers by topic: mostly yes, some of each other kind. */
export function answerOf(index, story) {
  if (index === 3) return { answer: 'yes', source: 'police', comment: story.dash.comment };
  if (index >= 20) return { answer: ['no', 'dont_know', 'not_answered', 'no'][index - 20] };
  return { answer: 'yes' };
}
