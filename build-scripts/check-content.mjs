// Check every file of core/content against the record schema, the protocol, the ids of the domain
// and the language rules (docs/STYLE.md, docs/DOMAIN.md 5).
//
//   node build-scripts/check-content.mjs    prints each problem; exit 1 when there is one
//
// tests/content.test.mjs runs the same function, and shows for each rule that it can fail.
import { fileURLToPath } from 'node:url';

import { loadProject } from './content-project.mjs';

const ITEM_WORDS_MAX = 12;
const PLAN_SECTION_SIZES = {
    'SP-A': 9, 'SP-B': 9, 'SP-C': 10, 'SP-D': 9, 'SP-K': 8, 'SP-W': 5,
    'SP-T': 10, 'SP-H': 10, 'SP-M': 8, 'SP-P': 4, 'SP-U': 4, 'SP-X': 5,
};
// "Safe" speaks of a contact, a talk, a place or a word, never of a person's situation.
const SAFE_PHRASES = [
    /safe contact/gi, /in touch safely/gi, /safe to (call|talk|ask|say|share|tell|record|use|do so)/gi,
    /safer? (number|day|time|word|adult|account|room|place|address)s?/gi,
    /does not mean (that )?the person is safe/gi,
];
const VERDICTS = [
    [/\bsafe(ly|r)?\b/i, 'says safe as a verdict'],
    [/\b(low|lower|standard|medium|no|not at) risk\b/i, 'names a low risk'],
    [/\blow-risk\b/i, 'names a low risk'],
    [/\bdowngrad/i, 'offers a downgrade'],
    [/\b(fail(ed|s|ing)? to engage|hard to reach|refused support|chose to stay|mutual abuse|committed suicide|alleg)/i, 'blames or doubts'],
];

/** Every problem as a sentence; empty when all is well. */
export function checkContent(project) {
    const problems = [];
    const say = (file, problem) => problems.push(`${file}: ${problem}`);
    checkSources(project.sources, say);
    checkLanguage(project.content, project.screenWords, say);
    checkDash(project.content['dash-adult'], project, say);
    checkTopics('before-asking', project.content['before-asking'], say);
    checkTopics('after-asking', project.content['after-asking'], say);
    checkTopics('to-confirm', project.content['to-confirm'], say);
    checkAreas(project.content.areas, project.schema, say);
    checkPlan(project.content['safety-plan'], project.schema, say);
    checkChoices(project.content.choices, project.schema, say);
    checkErrors(project.content.errors, project, say);
    checkCriteriaWords(project.content['criteria-words'], project, say);
    checkEmergency(project.content.emergency, say);
    checkReferral(project.content.referral, project.schema, say);
    checkAbout(project.content.about, say);
    return problems;
}

function isText(value) {
    return typeof value === 'string' && value.trim() === value && value !== '';
}

function checkUnique(file, what, values, say) {
    const seen = new Set();
    for (const value of values) {
        if (seen.has(value)) {
            say(file, `${what} ${value} stands twice`);
        }
        seen.add(value);
    }
}

/** JSON.parse takes the last of two equal keys without a word; the core's reader refuses them. */
function checkSources(sources, say) {
    for (const [file, text] of Object.entries(sources)) {
        const open = [];
        for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}]/g)) {
            if (token === '{') {
                open.push(new Set());
            } else if (token === '}') {
                open.pop();
            } else if (token.endsWith(':')) {
                const key = token.slice(0, -1).trimEnd();
                if (open.at(-1).has(key)) {
                    say(file, `the key ${key} stands twice in one object`);
                }
                open.at(-1).add(key);
            }
        }
    }
}

/** Sentences a person may read: every string of a content file that has a space in it. */
function* sentences(value, where) {
    if (typeof value === 'string' && value.includes(' ')) {
        yield [where, value];
    } else if (value !== null && typeof value === 'object') {
        for (const [key, inner] of Object.entries(value)) {
            yield* sentences(inner, `${where}/${key}`);
        }
    }
}

function checkLanguage(content, screenWords, say) {
    for (const [name, value] of [...Object.entries(content), ['words.en.ts', screenWords]]) {
        for (const [where, sentence] of sentences(value, '')) {
            const rest = SAFE_PHRASES.reduce((text, phrase) => text.replace(phrase, ' '), sentence);
            for (const [pattern, problem] of VERDICTS) {
                if (pattern.test(rest)) {
                    say(name, `${where} ${problem}: ${sentence}`);
                }
            }
            if (/honou?r\b(?![’'])/i.test(sentence.replace(/‘honour’/gi, ''))) {
                say(name, `${where} writes honour without quotation marks`);
            }
        }
    }
}

function checkItemText(file, linkId, text, say) {
    if (!isText(text)) {
        say(file, `${linkId} has no text`);
        return;
    }
    if (text.split(/\s+/).length > ITEM_WORDS_MAX) {
        say(file, `${linkId} has more than ${ITEM_WORDS_MAX} words`);
    }
    if (text.includes('?')) {
        say(file, `${linkId} has a question mark`);
    }
    if (/\b(you|your|yours|yourself)\b/i.test(text)) {
        say(file, `${linkId} speaks to the person`);
    }
}

// The elements of FHIR R4 (4.0.1) Questionnaire that this file may use.
const FHIR_ELEMENTS = {
    questionnaire: ['resourceType', 'id', 'language', 'url', 'version', 'name', 'title', 'status', 'experimental', 'subjectType',
        'date', 'publisher', 'description', 'purpose', 'copyright', 'item'],
    item: ['linkId', 'extension', 'prefix', 'text', 'type', 'required', 'repeats', 'answerOption', 'item'],
    answerOption: ['valueCoding'],
    coding: ['system', 'version', 'code', 'display', 'userSelected'],
};

function checkElements(file, what, object, say) {
    for (const name of Object.keys(object).filter((key) => !FHIR_ELEMENTS[what].includes(key))) {
        say(file, `${object.linkId ?? what} has the element ${name}`);
    }
}

/** The part of FHIR R4 Questionnaire this file uses, with the invariants que-1, que-2 and que-7. */
function checkDash(dash, project, say) {
    const file = 'dash-adult';
    const texts = ['url', 'version', 'name', 'title', 'date', 'publisher', 'description', 'purpose', 'copyright'];
    for (const field of texts.filter((name) => !isText(dash[name]))) {
        say(file, `${field} is missing`);
    }
    if (dash.resourceType !== 'Questionnaire' || !['draft', 'active', 'retired', 'unknown'].includes(dash.status)) {
        say(file, 'is not a Questionnaire with a status');
    }
    if (!/^[A-Z]([A-Za-z0-9_]){0,254}$/.test(dash.name ?? '')) {
        say(file, 'name is not a computer name');
    }
    checkElements(file, 'questionnaire', dash, say);
    const all = [];
    const walk = (item) => {
        checkElements(file, 'item', item, say);
        all.push(item);
        (item.item ?? []).forEach(walk);
    };
    dash.item.forEach(walk);
    checkUnique(file, 'linkId', all.map((item) => item.linkId), say);
    for (const item of all) {
        checkItemText(file, item.linkId, item.text, say);
        if (!['group', 'choice', 'display'].includes(item.type)) {
            say(file, `${item.linkId} has the type ${item.type}`);
        }
        if (item.type === 'group' && !item.item?.length) {
            say(file, `${item.linkId} is an empty group`);
        }
        if (item.type === 'display' && (item.item || 'required' in item || 'repeats' in item)) {
            say(file, `${item.linkId} is a display with parts of a question`);
        }
    }
    checkDashItems(file, all.filter((item) => item.type === 'choice'), project, say);
}

function checkDashItems(file, questions, { schema, domainIds, domainTopics }, say) {
    const expected = domainIds.filter((id) => /^D\d\d_/.test(id));
    const linkIds = questions.map((item) => item.linkId);
    if (linkIds.join() !== expected.join()) {
        say(file, `the items are ${linkIds.join(' ')} and not ${expected.join(' ')}`);
    }
    questions.forEach((item, index) => {
        if (item.prefix !== String(index + 1)) {
            say(file, `${item.linkId} has the number ${item.prefix}`);
        }
        if (domainTopics[item.linkId] !== item.text) {
            say(file, `${item.linkId} has another topic in docs/DOMAIN.md 1.1`);
        }
        for (const option of item.answerOption ?? []) {
            checkElements(file, 'answerOption', option, say);
            checkElements(file, 'coding', option.valueCoding, say);
        }
        const codes = (item.answerOption ?? []).map((option) => option.valueCoding.code);
        if (codes.join() !== schema.choices.answer.join()) {
            say(file, `${item.linkId} has the answers ${codes.join(' ')}`);
        }
        if (item.answerOption?.some(({ valueCoding }) => !isText(valueCoding.display) || !isText(valueCoding.system))) {
            say(file, `${item.linkId} has an answer without display or system`);
        }
    });
}

function checkTopics(file, content, say) {
    if (!isText(content.title) || !isText(content.intro)) {
        say(file, 'has no title or no introduction');
    }
    checkUnique(file, 'point', content.points.map((point) => point.id), say);
    for (const point of content.points) {
        if (!isText(point.id) || !isText(point.title) || !isText(point.text)) {
            say(file, `point ${point.id} is not complete`);
        }
    }
}

function checkAreas({ areas }, schema, say) {
    const file = 'areas';
    checkUnique(file, 'area', areas.map((area) => area.id), say);
    const fields = schema.records.find((record) => record.type === 'area_profile').fields;
    for (const area of areas) {
        for (const { name } of fields.filter((field) => field.required && !(field.name in area))) {
            say(file, `${area.id} lacks ${name}`);
        }
        for (const name of Object.keys(area).filter((key) => !fields.some((field) => field.name === key))) {
            say(file, `${area.id} has ${name}, which is no field of area_profile`);
        }
        if (!/^\d{4}-\d{2}-\d{2}$/.test(area.checkedOn)) {
            say(file, `${area.id} has no date of checking`);
        }
        const problem = areaRulesProblem(area, schema.choices.localFlag);
        if (problem) {
            say(file, `${area.id}: ${problem}`);
        }
    }
}

/** The area object of docs/DOMAIN.md 7. */
function areaRulesProblem({ id, rules }, localFlags) {
    const isCount = (value) => Number.isInteger(value) && value > 0;
    const { escalation, repeat } = rules;
    const conditions = [
        [rules.id === id, 'rules of another area'],
        [isCount(rules.vhrThreshold) && rules.vhrThreshold <= 24, 'threshold'],
        [isCount(escalation.count) && isCount(escalation.months), 'escalation numbers'],
        [['police_reported', 'any_agency'].includes(escalation.source), 'escalation source'],
        [typeof escalation.samePair === 'boolean', 'samePair'],
        [isCount(repeat.months), 'repeat months'],
        [['referral_date', 'meeting_date'].includes(repeat.anchor), 'repeat anchor'],
        [['any_abuse', 'criminal_list'].includes(repeat.definition), 'repeat definition'],
        [isCount(rules.transferMonths), 'transfer months'],
        [isCount(rules.minVictimAge), 'age'],
        [rules.localCriteria.every((flag) => localFlags.includes(flag)), 'local criteria'],
    ];
    return conditions.find(([good]) => !good)?.[1];
}

function checkPlan(plan, schema, say) {
    const file = 'safety-plan';
    const fields = schema.records.find((record) => record.type === 'safety_plan').fields.filter((field) => !field.keyed);
    const labelled = plan.header.map((entry) => entry.field);
    if (fields.map((field) => field.name).join() !== labelled.join()) {
        say(file, 'the header does not have the fields of safety_plan in their order');
    }
    const parts = Object.keys(schema.composites.planItem).filter((part) => part !== 'order');
    if (parts.join() !== plan.itemFields.map((entry) => entry.field).join()) {
        say(file, 'the item fields are not those of planItem');
    }
    const sizes = plan.sections.map((section) => [section.id, section.items.length]);
    if (JSON.stringify(sizes) !== JSON.stringify(Object.entries(PLAN_SECTION_SIZES))) {
        say(file, `the sections are ${JSON.stringify(sizes)}`);
    }
    for (const section of plan.sections) {
        section.items.forEach((item, index) => {
            if (item.id !== `sp.${section.id.slice(3)}${index + 1}`) {
                say(file, `${item.id} stands at place ${index + 1} of ${section.id}`);
            }
            if (!isText(item.prompt) || /\b(must|should|have to|you)\b/i.test(item.prompt)) {
                say(file, `${item.id} is an order or speaks to the person: ${item.prompt}`);
            }
        });
        if (section.inVictimCopy !== (section.id === 'SP-X' ? 'never' : 'marked_items')) {
            say(file, `${section.id} has the copy rule ${section.inVictimCopy}`);
        }
    }
}

function checkChoices({ choices }, schema, say) {
    const file = 'choices';
    for (const [choice, values] of Object.entries(schema.choices)) {
        const labels = choices[choice] ?? {};
        if (Object.keys(labels).join() !== values.join()) {
            say(file, `${choice} does not have the values of the schema in their order`);
        }
        for (const [value, label] of Object.entries(labels)) {
            if (!isText(label) || !/^[A-Z‘]/.test(label)) {
                say(file, `${choice}/${value} has no label in sentence case`);
            }
        }
    }
    for (const choice of Object.keys(choices).filter((name) => !(name in schema.choices))) {
        say(file, `${choice} is no choice of the schema`);
    }
}

function checkErrors(content, { protocol, completion, namedStates }, say) {
    const file = 'errors';
    const codes = protocol.errors.map((error) => error.text).filter((code) => code !== 'ok');
    for (const code of codes.filter((name) => !(name in content.errors))) {
        say(file, `no sentence for ${code}`);
    }
    for (const code of Object.keys(content.errors).filter((name) => !codes.includes(name))) {
        say(file, `${code} is no error of the protocol`);
    }
    for (const [id, words] of [...Object.entries(content.errors), ...Object.entries(content.states)]) {
        if (!isText(words.title) || !isText(words.text) || !isText(words.wayOn)) {
            say(file, `${id} lacks a title, a sentence or a way on`);
        }
    }
    for (const id of namedStates.needed.filter((name) => !(name in content.states))) {
        say(file, `no sentence for the state ${id}`);
    }
    for (const id of Object.keys(content.states).filter((name) => !namedStates.named.has(name))) {
        say(file, `no screen names the state ${id}`);
    }
    for (const id of completion.gapCodes.filter((name) => !isText(content.gaps[name]))) {
        say(file, `no sentence for the gap ${id}`);
    }
    for (const [type, fields] of Object.entries(completion.gapFields)) {
        for (const field of fields.filter((name) => !isText(content.gapFields[type]?.[name]))) {
            say(file, `no sentence for a gap at ${type}.${field}`);
        }
    }
}

const CRITERIA = {
    visibleHighRisk: ['C_VHR', ['met', 'possible', 'not_met']],
    professionalJudgement: ['C_PJ', ['met', 'not_met']],
    potentialEscalation: ['C_ESC', ['met', 'not_met']],
    repeat: ['C_REPEAT', ['met', 'not_met', 'not_met_without_dates', 'not_applicable']],
    transferIn: ['C_TRANSFER', ['met', 'not_met', 'not_met_without_dates', 'not_applicable']],
    local: ['C_LOCAL', ['met', 'not_met', 'not_applicable']],
};

function checkCriteriaWords(words, { domainIds, uses }, say) {
    const file = 'criteria-words';
    for (const [key, [id, statuses]] of Object.entries(CRITERIA)) {
        const entry = words.criteria[key] ?? {};
        const missing = statuses.filter((status) => !isText(entry[status]));
        if (entry.id !== id || !isText(entry.title) || missing.length > 0) {
            say(file, `${key} lacks its id, its title or ${missing.join(' ')}`);
        }
    }
    for (const reason of [...Object.keys(CRITERIA), 'referral_already_sent'].filter((key) => !isText(words.reasons[key]))) {
        say(file, `no words for the reason ${reason}`);
    }
    for (const status of ['met', 'possible', 'not_met', 'not_applicable'].filter((key) => !isText(words.statuses[key]))) {
        say(file, `no words for the status ${status}`);
    }
    for (const [prefix, entries] of [['N_', words.notices], ['CX_', words.composites], ['CL_', words.clusters]]) {
        const expected = domainIds.filter((id) => id.startsWith(prefix));
        for (const id of expected.filter((name) => !isText(entries[name]?.title) || !isText(entries[name]?.text))) {
            say(file, `no words for ${id}`);
        }
        for (const id of Object.keys(entries).filter((name) => !expected.includes(name))) {
            say(file, `${id} is not in docs/DOMAIN.md`);
        }
    }
    const used = new Set([...Object.keys(words.uses.escalation), ...Object.keys(words.uses.repeat)]);
    for (const use of uses.incident.filter((name) => !used.has(name))) {
        say(file, `no words for the use ${use} of an incident`);
    }
    for (const use of uses.transfer.filter((name) => !isText(words.uses.transfer[name]))) {
        say(file, `no words for the use ${use} of an earlier Marac`);
    }
    const plain = /does not mean the person is safe or not at high risk/;
    for (const text of [words.belowThreshold, words.criteria.visibleHighRisk?.not_met, words.result.noCriterion.text]) {
        if (!plain.test(text)) {
            say(file, `does not say plainly what a count under the threshold means: ${text}`);
        }
    }
    for (const [where, sentence] of sentences(words, '')) {
        for (const [, name] of sentence.matchAll(/\{([^}]*)\}/g)) {
            if (!(name in words.placeholders)) {
                say(file, `${where} has the unknown placeholder ${name}`);
            }
        }
    }
}

function checkEmergency(emergency, say) {
    const file = 'emergency';
    const nations = emergency.nations.map((nation) => nation.id);
    if (nations.join() !== 'uk,england,wales,scotland,northern_ireland') {
        say(file, `the nations are ${nations.join(' ')}`);
    }
    if (!emergency.danger.press55.includes('press 55') || !isText(emergency.unconfirmed)) {
        say(file, 'lacks the note on 55 or the mark of an unconfirmed number');
    }
    const services = emergency.nations.flatMap((nation) => nation.services);
    checkUnique(file, 'service', services.map((service) => service.id), say);
    for (const service of services) {
        const good = isText(service.service) && /^[0-9][0-9 ]*( BSL)?$/.test(service.number) &&
            ['call', 'text', 'relay', 'video'].includes(service.kind) && ['Always', 'Office hours'].includes(service.hours);
        if (!good) {
            say(file, `${service.id} lacks its name, number, kind or hours`);
        }
        if (service.checkedOn !== null && !/^\d{4}-\d{2}-\d{2}$/.test(service.checkedOn)) {
            say(file, `${service.id} was checked on ${service.checkedOn}`);
        }
    }
}

function checkReferral(referral, schema, say) {
    const file = 'referral';
    const records = Object.fromEntries(schema.records.map((record) => [record.type, record]));
    checkUnique(file, 'section', referral.sections.map((section) => section.id), say);
    for (const section of referral.sections) {
        checkUnique(file, `field of ${section.id}`, section.fields.map((field) => field.id), say);
        for (const field of section.fields) {
            const { record, field: name, role } = field.from ?? {};
            if (!isText(field.label)) {
                say(file, `${section.id}/${field.id} has no label`);
            }
            if (field.from !== null && !records[record]?.fields.some((entry) => entry.name === name)) {
                say(file, `${section.id}/${field.id} comes from ${record}.${name}, which does not exist`);
            }
            if (role && !schema.choices.role.includes(role)) {
                say(file, `${section.id}/${field.id} names the role ${role}`);
            }
        }
    }
    const used = referral.sections.flatMap((section) => section.fields)
        .filter((field) => field.from?.record === 'referral').map((field) => field.from.field);
    for (const { name } of records.referral.fields.filter((field) => field.name !== 'evaluation' && !used.includes(field.name))) {
        say(file, `the field ${name} of a referral is not printed`);
    }
}

function checkAbout(about, say) {
    if (![...about.what, ...about.limits].every(isText)) {
        say('about', 'has an empty sentence');
    }
    for (const credit of about.credits) {
        if (!['name', 'by', 'licence', 'use'].every((field) => isText(credit[field]))) {
            say('about', `the credit of ${credit.name} is not complete`);
        }
    }
    const words = about.credits.find((credit) => /word list/.test(credit.name));
    if (words?.licence !== 'CC BY 3.0 US') {
        say('about', 'does not credit the word list under its licence');
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const problems = checkContent(loadProject());
    problems.forEach((problem) => console.error(problem));
    process.exit(problems.length > 0 ? 1 : 0);
}
