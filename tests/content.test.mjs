// The shipped content is valid, and each rule of the check can fail: every case below breaks one thing
// in a copy and names the sentence that must come out.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { checkContent } from '../build-scripts/check-content.mjs';
import { loadProject } from '../build-scripts/content-project.mjs';
import { contentSource, readContent } from '../build-scripts/gen-content.mjs';

const project = loadProject();
const question = (dash, linkId) => dash['dash-adult'].item.flatMap((group) => group.item).find((item) => item.linkId === linkId);

test('content__has_no_problem', () => {
    assert.deepEqual(checkContent(project), []);
});

// [what is broken, how, the problem that must be among those reported]
const faults = [
    ['item text as a question', (c) => { question(c, 'D01_INJURY').text = 'Was somebody hurt?'; }, /D01_INJURY has a question mark/],
    ['item text to the person', (c) => { question(c, 'D02_FRIGHTENED').text = 'You are very frightened'; }, /D02_FRIGHTENED speaks to the person/],
    ['item text too long', (c) => { question(c, 'D03_FEARS').text = 'one two three four five six seven eight nine ten eleven twelve thirteen'; }, /D03_FEARS has more than 12 words/],
    ['item text unlike the domain', (c) => { question(c, 'D04_ISOLATION').text = 'Another topic'; }, /D04_ISOLATION has another topic/],
    ['item missing', (c) => { c['dash-adult'].item[0].item.pop(); }, /the items are D01_INJURY D02_FRIGHTENED D04_ISOLATION/],
    ['item out of order', (c) => { c['dash-adult'].item[0].item.reverse(); }, /has the number/],
    ['linkId twice', (c) => { question(c, 'D05_LOW_SUICIDAL').linkId = 'D04_ISOLATION'; }, /linkId D04_ISOLATION stands twice/],
    ['answer missing', (c) => { question(c, 'D06_SEPARATION').answerOption = question(c, 'D06_SEPARATION').answerOption.slice(1); }, /D06_SEPARATION has the answers no dont_know/],
    ['empty group', (c) => { c['dash-adult'].item[1].item = []; }, /is an empty group/],
    ['display with parts of a question', (c) => { question(c, 'D07_CHILD_CONTACT').item[0].required = true; }, /is a display with parts/],
    ['element FHIR does not know', (c) => { question(c, 'D09_PREGNANCY').hint = 'x'; }, /D09_PREGNANCY has the element hint/],
    ['coding with another element', (c) => { question(c, 'D10_MORE_OFTEN').answerOption[0].valueCoding.score = 1; }, /coding has the element score/],
    ['unknown item type', (c) => { question(c, 'D08_STALKING').type = 'string'; }, /has the type string/],
    ['not a Questionnaire', (c) => { c['dash-adult'].resourceType = 'Bundle'; }, /is not a Questionnaire/],
    ['no copyright note', (c) => { delete c['dash-adult'].copyright; }, /copyright is missing/],
    ['point without text', (c) => { c['before-asking'].points[0].text = ''; }, /point time is not complete/],
    ['point twice', (c) => { c['after-asking'].points[1].id = 'tell'; }, /point tell stands twice/],
    ['rules of another area', (c) => { c.areas.areas[0].rules.id = 'AREA_X'; }, /rules of another area/],
    ['unknown local criterion', (c) => { c.areas.areas[1].rules.localCriteria.push('LC_OTHER'); }, /local criteria/],
    ['unknown anchor', (c) => { c.areas.areas[0].rules.repeat.anchor = 'today'; }, /repeat anchor/],
    ['area field missing', (c) => { delete c.areas.areas[0].source; }, /lacks source/],
    ['area field too many', (c) => { c.areas.areas[0].extra = 1; }, /has extra, which is no field/],
    ['plan header field missing', (c) => { c['safety-plan'].header.pop(); }, /the header does not have the fields/],
    ['plan item out of place', (c) => { c['safety-plan'].sections[0].items.reverse(); }, /sp\.A9 stands at place 1/],
    ['plan item missing', (c) => { c['safety-plan'].sections[3].items.pop(); }, /the sections are/],
    ['plan item as an order', (c) => { c['safety-plan'].sections[0].items[0].prompt = 'The victim must leave'; }, /sp\.A1 is an order/],
    ['section X in the copy', (c) => { c['safety-plan'].sections.at(-1).inVictimCopy = 'marked_items'; }, /SP-X has the copy rule/],
    ['choice without label', (c) => { delete c.choices.choices.relationship.in_law; }, /relationship does not have the values/],
    ['label in lower case', (c) => { c.choices.choices.answer.yes = 'yes'; }, /answer\/yes has no label in sentence case/],
    ['choice the schema lacks', (c) => { c.choices.choices.colour = {}; }, /colour is no choice/],
    ['error without sentence', (c) => { delete c.errors.errors.full; }, /no sentence for full/],
    ['error the protocol lacks', (c) => { c.errors.errors.tired = c.errors.errors.full; }, /tired is no error/],
    ['error without a way on', (c) => { c.errors.errors.auth.wayOn = ''; }, /auth lacks a title, a sentence or a way on/],
    ['state without sentence', (c) => { delete c.errors.states.second_window; }, /no sentence for the state second_window/],
    ['state nobody names', (c) => { c.errors.states.odd_state = c.errors.states.torn_tail; }, /no screen names the state odd_state/],
    ['gap without sentence', (c) => { delete c.errors.gaps.required; }, /no sentence for the gap required/],
    ['gap at a field without sentence', (c) => { delete c.errors.gapFields.assessment.concernReason; }, /a gap at assessment\.concernReason/],
    ['notice without words', (c) => { delete c['criteria-words'].notices.N_VHR_POSSIBLE; }, /no words for N_VHR_POSSIBLE/],
    ['notice the domain lacks', (c) => { c['criteria-words'].notices.N_NEW = { title: 'New', text: 'New' }; }, /N_NEW is not in/],
    ['composite without words', (c) => { delete c['criteria-words'].composites.CX_TRIAD.text; }, /no words for CX_TRIAD/],
    ['cluster without words', (c) => { delete c['criteria-words'].clusters.CL_FEAR; }, /no words for CL_FEAR/],
    ['criterion status without words', (c) => { delete c['criteria-words'].criteria.repeat.not_applicable; }, /repeat lacks .*not_applicable/],
    ['reason without words', (c) => { delete c['criteria-words'].reasons.referral_already_sent; }, /no words for the reason/],
    ['status without words', (c) => { delete c['criteria-words'].statuses.possible; }, /no words for the status possible/],
    ['use of an incident without words', (c) => { delete c['criteria-words'].uses.repeat.after_window; }, /no words for the use after_window/],
    ['use of a prior without words', (c) => { delete c['criteria-words'].uses.transfer.too_old; }, /no words for the use too_old/],
    ['unknown placeholder', (c) => { c['criteria-words'].criteria.local.met += ' {colour}'; }, /unknown placeholder colour/],
    ['soft words below the threshold', (c) => { c['criteria-words'].belowThreshold = 'All is well.'; }, /does not say plainly/],
    ['number without hours', (c) => { c.emergency.nations[0].services[0].hours = ''; }, /999 lacks its name, number, kind or hours/],
    ['number that is none', (c) => { c.emergency.nations[1].services[0].number = 'ask'; }, /ndah lacks/],
    ['date that is none', (c) => { c.emergency.nations[1].services[0].checkedOn = 'soon'; }, /ndah was checked on soon/],
    ['nation missing', (c) => { c.emergency.nations.pop(); }, /the nations are/],
    ['no note on 55', (c) => { c.emergency.danger.press55 = 'Call.'; }, /note on 55/],
    ['referral field from nowhere', (c) => { c.referral.sections[0].fields[0].from.field = 'colour'; }, /comes from referral\.colour/],
    ['referral field not printed', (c) => { c.referral.sections.pop(); }, /the field supportInPlace of a referral is not printed/],
    ['unknown role', (c) => { c.referral.sections[1].fields[0].from.role = 'friend'; }, /names the role friend/],
    ['credit without licence', (c) => { delete c.about.credits[1].licence; }, /the credit of SQLite is not complete/],
    ['word list under another licence', (c) => { c.about.credits[0].licence = 'MIT'; }, /does not credit the word list/],
    ['safe as a verdict', (c) => { c['criteria-words'].result.noCriterion.text += ' She is safe.'; }, /safe as a verdict/],
    ['low risk', (c) => { c.errors.gaps.required = 'This is low risk'; }, /names a low risk/],
    ['a way down', (c) => { c.errors.gaps.required = 'You may downgrade this'; }, /offers a downgrade/],
    ['blame', (c) => { c['before-asking'].intro = 'Some people fail to engage.'; }, /blames or doubts/],
    ['honour without marks', (c) => { c.choices.choices.localFlag.LC_HBA = 'Honour based abuse'; }, /writes honour without/],
];

for (const [name, breakIt, expected] of faults) {
    test(`check_content__finds: ${name}`, () => {
        const copy = structuredClone(project);
        breakIt(copy.content);
        const problems = checkContent(copy);
        assert.ok(problems.some((problem) => expected.test(problem)), `expected ${expected}, got ${JSON.stringify(problems)}`);
    });
}

test('check_content__reads_the_screen_words_too', () => {
    assert.ok(project.screenWords.length > 100, 'no screen words found: the reader is broken');
    const copy = structuredClone(project);
    copy.screenWords.push('This person is safe now');
    assert.match(checkContent(copy).join('\n'), /words\.en\.ts: .*safe as a verdict/);
});

test('check_content__finds_a_key_that_stands_twice', () => {
    const copy = structuredClone(project);
    copy.sources['about.json'] = '{ "title": "{ \\"a\\": 1 }", "what": [{ "a": 1 }, { "a": 2, "a" : 3 }] }';
    assert.deepEqual(checkContent(copy), ['about.json: the key "a" stands twice in one object']);
});

test('check_content__wants_words_for_every_new_value_of_schema_and_protocol', () => {
    const copy = structuredClone(project);
    copy.schema.choices.role.push('neighbour');
    copy.protocol.errors.push({ name: 'ERR_NEW', value: 99, text: 'new-error', explanation: 'x' });
    copy.domainIds.push('N_NEW');
    const problems = checkContent(copy).join('\n');
    assert.match(problems, /role does not have the values/);
    assert.match(problems, /no sentence for new-error/);
    assert.match(problems, /no words for N_NEW/);
});

// The readers of C sources and of docs/DOMAIN.md find what is there: an empty list would let every check pass.
test('content_project__finds_the_ids_of_domain_and_core', () => {
    const count = (prefix) => project.domainIds.filter((id) => id.startsWith(prefix)).length;
    assert.deepEqual(['C_', 'N_', 'CX_', 'CL_', 'LC_', 'D'].map(count), [6, 17, 6, 22, 6, 24]);
    assert.equal(Object.keys(project.domainTopics).length, 24);
    assert.deepEqual([project.uses.incident.length, project.uses.transfer.length], [10, 7]);
    assert.ok(project.completion.gapCodes.includes('reason-needed'));
    assert.deepEqual(Object.keys(project.completion.gapFields), ['assessment', 'safety_plan', 'referral']);
    assert.ok(project.completion.gapFields.assessment.includes('outcomeNotToldReason'));
    assert.ok(project.namedStates.needed.includes('no_storage') && project.namedStates.needed.length > 5);
});

test('gen_content__embeds_every_file_unchanged', () => {
    const entries = readContent();
    const source = contentSource(entries);
    entries.forEach(({ name, json }, index) => {
        const [, bytes] = source.match(new RegExp(`json_${index}\\[\\] = \\{\\n([\\d,\\s]*)\\};`));
        assert.equal(Buffer.from(bytes.split(',').slice(0, -1).map(Number)).toString('utf8'), json, name);
        assert.ok(source.includes(`{ { (const uint8_t *)"${name}", ${name.length} }, { json_${index}, sizeof json_${index} } },`));
    });
});

test('gen_content__refuses_what_the_core_could_not_serve', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'content-'));
    const cases = [['Bad Name.json', '{}', /lower-case/], ['broken.json', '{', /broken\.json/], ['large.json', JSON.stringify('x'.repeat(1048576)), /larger/]];
    for (const [file, text, expected] of cases) {
        fs.writeFileSync(path.join(folder, file), text);
        assert.throws(() => readContent(folder), expected);
        fs.rmSync(path.join(folder, file));
    }
    fs.rmSync(folder, { recursive: true });
});
