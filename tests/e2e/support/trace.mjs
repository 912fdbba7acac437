// What a run may leave behind: nothing. Plants a canary in every text field of the schema, and after the browser was killed looks
// for all of them, for the passphrase and for form data in the session files.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { compileWords, describeHits, makeCanaries, passphraseWords, scanTree } from './canary.mjs';
import { readSessions, sessionFiles } from './sessions.mjs';
import { until } from './until.mjs';

export const schema = JSON.parse(readFileSync(new URL('../../../core/domain/schema.json', import.meta.url), 'utf8'));
export const newCanaries = () => makeCanaries(schema);

/** Keys of keyed fields: any would do. */
const KEYS = { 'assessment.answer': 'D01_INJURY', 'safety_plan.item': 'sp.A1' };

export const newId = () => randomBytes(16).toString('hex');

/** Runs in every document of the app before its own scripts: keeps the store worker, so that a test can send it commands. */
export function keepStoreWorker() {
  const Original = globalThis.Worker;
  globalThis.Worker = class extends Original {
    constructor(url, options) {
      super(url, options);
      if (options?.name === 'store') globalThis.fkStoreWorker = this;
    }
  };
}

/** One command to the store worker that the app has opened, over the same border and beside the app's own. */
export function coreCall(page, command, request) {
  return page.evaluate((name, body) => new Promise((resolve) => {
    const worker = globalThis.fkStoreWorker;
    const id = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
    const receive = ({ data }) => {
      if (data.id !== id) return;
      worker.removeEventListener('message', receive);
      resolve(data);
    };
    worker.addEventListener('message', receive);
    worker.postMessage({ id, command: name, request: body });
  }), command, request);
}

async function demand(page, command, request) {
  const answer = await coreCall(page, command, request);
  assert.ok(answer.ok, `${command} ${JSON.stringify(request).slice(0, 300)}: ${JSON.stringify(answer.error)}`);
  return answer.reply;
}

/** A value for a field with canaries wherever text can stand; undefined for references. */
function valueOf(name, field, canaries) {
  switch (field.kind) {
    case 'text': return canaries.of(name);
    case 'json': return { text: canaries.of(name) };
    case 'date': return '2026-01-02';
    case 'boolean': return true;
    case 'integer': return field.min;
    case 'choice': return schema.choices[field.choice][0];
    case 'set': return [schema.choices[field.choice][0]];
    case 'composite': return Object.fromEntries(Object.entries(schema.composites[field.composite]).map(([part, inner]) => [part, valueOf(`${name}.${part}`, inner, canaries)]));
    default: return undefined;
  }
}

/**
 * Saves drafts of every record type with a canary in each text field, through the app's own worker and into the real vault: also
 * the fields that no screen shows yet. The case is a new one.
 */
export async function plantEverywhere(page, canaries) {
  const caseId = newId();
  for (const record of schema.records.filter((each) => each.shipped !== true && each.frozen !== true)) {
    const recordId = record.type === 'case' ? caseId : newId();
    if (record.document) await demand(page, 'document.begin', { timeMs: Date.now(), caseId, recordId, type: record.type });
    const own = record.document ? schema.everyDocument.filter((field) => field.name === 'changeReason') : [];
    const changes = [...record.fields, ...own].flatMap((field) => {
      const name = `${record.type}.${field.name}`;
      const value = valueOf(name, field, canaries);
      return value === undefined ? [] : [{ field: field.keyed ? `${field.name}/${KEYS[name]}` : field.name, value }];
    });
    await demand(page, 'draft.save', { timeMs: Date.now(), caseId, recordId, type: record.type, changes });
  }
}

/** Words of an evaluation's result: two record ids side by side, as they stand only in its JSON. Ids alone may be in addresses. */
export async function resultWords(page, caseId) {
  const { records } = await demand(page, 'case.get', { caseId });
  const results = records.filter((record) => record.type === 'evaluation').map((record) => record.fields.result);
  assert.ok(results.length > 0, 'the case holds an evaluation');
  return results.flatMap((result) => {
    const [pair] = JSON.stringify(result).match(/[0-9a-f]{32}","[0-9a-f]{32}/) ?? [];
    assert.ok(pair, 'the result names two incidents');
    return [pair];
  });
}

/** Every text field but the schema's named exceptions has had its canary: typed on a screen or saved by plantEverywhere. */
export function assertAllPlanted(canaries) {
  assert.deepEqual(canaries.unplanted(), [], 'text fields without a canary');
}

/** Waits until the browser has written its session file after `sinceMs`, with the app's page in it. */
export async function sessionWritten(kind, home, origin, sinceMs) {
  await until(() => sessionFiles(kind, home).some((file) => statSync(file).mtimeMs > sinceMs)
    && readSessions(kind, home, origin).some((session) => session.knowsOrigin), 'the browser has written its session file');
}

/** After the browser was killed. In: everything that must not be found. */
export function assertNoTrace({ kind, home, origin, faults, canaries, passphrase, extraWords = [] }) {
  const words = [...canaries.words, ...extraWords, ...(passphrase === undefined ? [] : passphraseWords(passphrase))];
  const scan = scanTree(home, compileWords(words));
  assert.ok(scan.bytes > 1_000_000 && scan.files > 20, `only ${scan.files} files were scanned`);
  assert.equal(scan.hits.length, 0, `found in the killed profile:\n${describeHits(home, scan.hits, canaries)}`);
  assert.deepEqual(scan.unread, [], 'files that could not be looked into');
  for (const session of readSessions(kind, home, origin)) {
    assert.deepEqual(session.formData, [], `form data in ${session.file}`);
    assert.deepEqual(session.storage, [], `session storage in ${session.file}`);
  }
  assertNoFault(faults);
}

/** No violation of the policy, no error, no request to another origin. */
export function assertNoFault(faults) {
  assert.deepEqual(faults.violations, [], 'violations of the content security policy');
  assert.deepEqual(faults.foreign, [], 'requests to another origin');
  assert.deepEqual(faults.errors, [], 'errors');
  assert.ok(faults.requests > 0, 'requests were watched');
}
