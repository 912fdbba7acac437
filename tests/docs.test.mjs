// What code and documents point at is there: rule ids, files, decision records, tests of hazards.
// A broken pointer to a rule about somebody's safety is a fault like any other. (Sections of docs/DOMAIN.md:
// build-scripts/check.mjs.)
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const FOLDERS = ['build-scripts', 'cmake', 'core', 'docs', 'hub', 'sw', 'tests', 'web'];
const TEXT = /\.(c|h|md|mjs|ts|json|txt|cmake|sh|scss)$/;

/** Project files as {file, text}; what the build made is not the project's. */
function projectFiles() {
    const files = [];
    const walk = (folder) => {
        for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
            const file = path.posix.join(folder, entry.name);
            if (entry.isDirectory()) {
                walk(file);
            } else if (TEXT.test(entry.name) && file !== 'tests/docs.test.mjs') {
                files.push({ file, text: fs.readFileSync(path.join(root, file), 'utf8') });
            }
        }
    };
    FOLDERS.filter((folder) => fs.existsSync(path.join(root, folder))).forEach(walk);
    for (const file of ['README.md', 'CHANGELOG.md', 'CMakeLists.txt'].filter((name) => fs.existsSync(path.join(root, name)))) {
        files.push({ file, text: fs.readFileSync(path.join(root, file), 'utf8') });
    }
    return files;
}

const files = projectFiles();
const domain = fs.readFileSync(path.join(root, 'docs/DOMAIN.md'), 'utf8');

/** Rule ids in a text: those of the domain, and rules that have a number. LC_ALL is a locale. */
function ruleIds(text) {
    return text.match(/\b(?:N_[A-Z][A-Z0-9]+_[A-Z0-9_]+|(?:CX|CL|LC)_(?!ALL\b|CTYPE\b)[A-Z]+(?:_[A-Z]+)*|C_(?:VHR|PJ|ESC|REPEAT|TRANSFER|LOCAL)|D\d\d_[A-Z_]+|CA-\d\d)\b/g) ?? [];
}

test('domain__defines_every_rule_id_that_is_named', () => {
    const known = new Set(ruleIds(domain));
    const inTests = /^tests\//; // may name ids that must be refused
    const unknown = files.filter(({ file }) => !inTests.test(file)).flatMap(({ file, text }) =>
        ruleIds(text).filter((id) => !known.has(id)).map((id) => `${file}: ${id}`));
    assert.deepEqual(unknown, []);
    const plan = fs.readFileSync(path.join(root, 'core/content/safety-plan.json'), 'utf8');
    for (const { file, text } of files) {
        for (const id of text.match(/\bsp\.[A-Z]\d+\b/g) ?? []) {
            assert.ok(plan.includes(`"${id}"`), `${file}: ${id}`);
        }
    }
});

test('documents__name_files_that_exist', () => {
    const missing = [];
    for (const { file, text } of files.filter(({ file: name }) => name.endsWith('.md'))) {
        for (const [, named] of text.matchAll(/(?<!\*planned\* )`((?:\.\/)?(?:build-scripts|core|docs|hub|sw|tests|web)\/[A-Za-z0-9_./-]+\.[a-z]+)`/g)) {
            if (!fs.existsSync(path.join(root, named))) {
                missing.push(`${file}: ${named}`);
            }
        }
    }
    assert.deepEqual(missing, []);
});

test('decisions__exist_where_they_are_cited', () => {
    const records = fs.readdirSync(path.join(root, 'docs/adr')).map((file) => file.slice(0, 4));
    const missing = files.flatMap(({ file, text }) => [...text.matchAll(/(?:ADR |docs\/adr\/)(\d{4})/g)]
        .filter(([, number]) => !records.includes(number)).map(([, number]) => `${file}: ${number}`));
    assert.deepEqual(missing, []);
});

test('hazards__each_have_a_control_and_a_test_or_say_not_yet', () => {
    const rows = fs.readFileSync(path.join(root, 'docs/HAZARDS.md'), 'utf8').split('\n').filter((line) => /^\| H\d\d /.test(line))
        .map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()));
    assert.ok(rows.length >= 25);
    rows.forEach(([id, severity, hazard, cause, control, proof, ...rest], index) => {
        assert.equal(id, `H${String(index + 1).padStart(2, '0')}`);
        assert.ok(/^[1-4]$/.test(severity) && hazard && cause && control && rest.length === 0, id);
        assert.ok(/^`tests\/[^`]+`(, `tests\/[^`]+`)*$/.test(proof) || (proof === 'not yet' && control.includes('**Not yet**')), `${id}: ${proof}`);
    });
});

test('documents__claim_no_review', () => {
    const claim = /\b(reviewed|audited|approved|endorsed|certified|co-designed) (by|with) (an? |the )?(practitioner|survivor|auditor|Idva|SafeLives|charity|lawyer|NHS|police)/i;
    assert.deepEqual(files.filter(({ file, text }) => file.endsWith('.md') && claim.test(text)).map(({ file }) => file), []);
});

test('protocol__names_every_frame_by_its_number', () => {
    const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');
    const frames = [...read('core/wire/include/fk/messages.h').matchAll(/FK_FRAME_([A-Z_]+) = (\d+),/g)]
        .filter(([, name]) => name !== 'VERSION' && name !== 'SIZE_BYTES')
        .map(([, name, number]) => `${number} ${name.toLowerCase().replaceAll('_', ' ')}`);
    assert.equal(frames.length, 20);
    const section = read('docs/PROTOCOL.md').split('### Frames\n')[1].split('### Structures\n')[0];
    const rows = [...section.matchAll(/^\| (\d+ [a-z ]+?) \|/gm)].map(([, row]) => row);
    assert.deepEqual(rows, frames);
});
