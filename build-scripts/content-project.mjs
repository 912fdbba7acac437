// What a check of core/content looks at: the content, the record schema, the protocol, and the ids of the
// domain as docs/DOMAIN.md and the sources of the core name them. Read from the files, copied nowhere.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { readContent } from './gen-content.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Everything a check looks at. Tests change a copy of it. */
export function loadProject() {
    const readJson = (file) => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'));
    return {
        content: Object.fromEntries(readContent().map(({ name, json }) => [name, JSON.parse(json)])),
        sources: Object.fromEntries(fs.readdirSync(path.join(root, 'core/content'))
            .filter((file) => file.endsWith('.json'))
            .map((file) => [file, fs.readFileSync(path.join(root, 'core/content', file), 'utf8')])),
        schema: readJson('core/domain/schema.json'),
        protocol: readJson('core/protocol/protocol.json'),
        domainIds: collectDomainIds(),
        domainTopics: collectDomainTopics(),
        uses: collectUses(),
        completion: collectCompletion(),
        screenWords: collectScreenWords(),
        namedStates: collectNamedStates(),
    };
}

/** The ids docs/DOMAIN.md defines and those the core names as strings. */
function collectDomainIds() {
    const ids = new Set();
    const domain = fs.readFileSync(path.join(root, 'docs/DOMAIN.md'), 'utf8');
    for (const [id] of domain.matchAll(/\b(?:N|CX|CL|LC)_[A-Z][A-Z0-9_]*[A-Z0-9]\b|\bC_(?:VHR|PJ|ESC|REPEAT|TRANSFER|LOCAL)\b/g)) {
        ids.add(id);
    }
    for (const id of domain.match(/\bD\d\d_[A-Z_]+[A-Z]\b/g) ?? []) {
        ids.add(id);
    }
    for (const file of listFiles(path.join(root, 'core'), /\.[ch]$/)) {
        for (const [, id] of fs.readFileSync(file, 'utf8').matchAll(/"((?:N|CX|CL|LC)_[A-Z0-9_]+|D\d\d_[A-Z_]+)"/g)) {
            ids.add(id);
        }
    }
    return [...ids].sort();
}

/** The topic of each Dash item in the table of docs/DOMAIN.md 1.1. */
function collectDomainTopics() {
    const domain = fs.readFileSync(path.join(root, 'docs/DOMAIN.md'), 'utf8');
    return Object.fromEntries([...domain.matchAll(/^\| \d+ \| (D\d\d_[A-Z_]+) \| ([^|]+) \|/gm)]
        .map(([, id, topic]) => [id, topic]));
}

/** Why an incident or an earlier Marac counts, as the criteria name it. */
function collectUses() {
    const source = fs.readFileSync(path.join(root, 'core/domain/src/criteria_tables.c'), 'utf8');
    const named = (prefix) => [...source.matchAll(new RegExp(`\\[FK_${prefix}_[A-Z_]+\\] = "([a-z_]+)"`, 'g'))].map(([, use]) => use);
    return { incident: named('USE'), transfer: named('TRANSFER') };
}

/** The codes of a gap, and for each document the fields at which completion can find one. */
function collectCompletion() {
    const source = fs.readFileSync(path.join(root, 'core/domain/src/completion.c'), 'utf8');
    const gapFields = {};
    for (const [, type, rules] of source.matchAll(/static const \w+ (\w+)_rules\[\] = \{\n(.*?)\n\};/gs)) {
        gapFields[type] = [...rules.matchAll(/\{ RULE_(\w+), \{ "(\w+)", [^}]*\}, \{ (?:"(\w+)"|NULL)/g)].flatMap(
            ([, kind, field, other]) => (kind === 'YES_OR_REASON' ? [field, other] : [field]));
    }
    return { gapCodes: [...source.matchAll(/\[FK_GAP_[A-Z_]+\] = "([a-z-]+)"/g)].map(([, code]) => code), gapFields };
}

/** Every text of the web's catalogue of screen words. */
function collectScreenWords() {
    const source = fs.readFileSync(path.join(root, 'web/src/app/words.en.ts'), 'utf8').replace(/\/\*.*?\*\//gs, '');
    return [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'|`([^`]*)`/g)].map(([, quoted, template]) => quoted ?? template);
}

/** The states of errors.json that the web names: quoted words with an underscore, or a code the host turns into one. */
function collectNamedStates() {
    const sources = listFiles(path.join(root, 'web/src'), /\.ts$/).map((file) => fs.readFileSync(file, 'utf8')).join('\n');
    const hostStates = sources.match(/HOST_STATES[^{]*\{(.*?)\};/s)?.[1] ?? '';
    return {
        needed: [...new Set([...hostStates.matchAll(/: '([a-z_]+)'/g)].map(([, state]) => state))],
        named: new Set([...sources.matchAll(/'([a-z]+(?:_[a-z]+)+)'/g)].map(([, word]) => word)),
    };
}

function listFiles(folder, pattern) {
    return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const full = path.join(folder, entry.name);
        return entry.isDirectory() ? listFiles(full, pattern) : pattern.test(entry.name) ? [full] : [];
    });
}
