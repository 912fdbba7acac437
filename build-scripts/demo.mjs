#!/usr/bin/env node
// The made-up cases of a practice vault (core/content/practice-cases.json) into a vault of the native client. start.sh --demo calls it.
//   node build-scripts/demo.mjs FIELDKIT VAULT PASSPHRASE_FILE
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DAY_MS = 24 * 60 * 60 * 1000;
const [fieldkit, vault, passphraseFile] = process.argv.slice(2);
const data = JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), '../core/content/practice-cases.json'), 'utf8'));
const newId = () => randomBytes(16).toString('hex');

function call(command, request) {
  const result = spawnSync(fieldkit, ['call', '--vault', vault, '--passphrase-file', passphraseFile, command], { input: JSON.stringify(request), encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${command}: ${result.stderr}`);
}

/** "today-3" as a date, in whatever depth it stands. */
function dated(value) {
  const days = typeof value === 'string' ? /^today-(\d+)$/.exec(value) : null;
  if (days !== null) return new Date(Date.now() - days[1] * DAY_MS).toISOString().slice(0, 10);
  if (Array.isArray(value)) return value.map(dated);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, dated(member)]));
}

function save(caseId, type, fields, recordId = newId()) {
  const changes = Object.entries(dated(fields)).map(([field, value]) => ({ field, value }));
  call('draft.save', { timeMs: Date.now(), caseId, recordId, type, changes });
  return recordId;
}

function savePerson(caseId, { role, person, party = {}, safe_contact: contact }) {
  const personId = save(caseId, 'person', person);
  const recordIds = [personId, save(caseId, 'party', { person: personId, role, ...party })];
  if (contact !== undefined) recordIds.push(save(caseId, 'safe_contact', { person: personId, ...contact }));
  return recordIds;
}

const commit = (recordIds) => call('draft.commit', { mutationId: newId(), timeMs: Date.now(), recordIds });

for (const entry of data.cases) {
  const caseId = newId();
  commit([save(caseId, 'case', entry.case, caseId)]);
  for (const person of entry.people) commit(savePerson(caseId, person));
  for (const incident of entry.incidents) commit([save(caseId, 'incident', incident)]);
}
