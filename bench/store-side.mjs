// Our side: the store worker's own code with core.wasm, asked by the commands of the protocol. Each call includes making the JSON of the
// request, the core's strict reading of it, and JSON.parse of the reply; pages are sealed and commits flushed as always. Left out, on
// both sides: the message between page and worker.
import { Core } from '../web/src/worker/core.ts';
import { COMMAND_IDS } from '../web/src/protocol/protocol.gen.ts';
import { secretBytes } from '../web/src/protocol/secrets.ts';
import { demand, perItem, timed, timedAsync } from './measure.mjs';
import { checklistsOf, freshId, scattered, TIME_MS } from './records.mjs';

/** As if derived from a passphrase. */
const secrets = () => secretBytes({ passphraseKey: new Uint8Array(32).fill(7).buffer });
const KDF_FLOOR_KIB = 65_536;
const PORTS = { nowMs: () => Date.now(), monotonicMs: () => performance.now(), fillRandom: (target) => void crypto.getRandomValues(target) };

let host;
let files;
let core;
let mutations = 0;

function call(command, request) {
  const answer = JSON.parse(core.callJson(command, request));
  if (!answer.ok) throw new Error(`${command}: ${answer.error.code} ${answer.error.detail}`);
  return answer.reply;
}

function callRaw(command) {
  const answer = JSON.parse(core.callBytes(COMMAND_IDS[command], secrets()));
  if (!answer.ok) throw new Error(`${command}: ${answer.error.code} ${answer.error.detail}`);
}

async function load(module, create) {
  files = await host.openFiles(create);
  core = await Core.load(module, { files, ...PORTS });
  call('core.start', {});
}

const stamp = () => ({ mutationId: freshId(++mutations), timeMs: TIME_MS + mutations });

function change(caseId, recordId, type, changes) {
  const { operationCount } = call('record.change', { ...stamp(), caseId, recordId, type, changes });
  demand(operationCount === changes.length, 'each value of a record is one operation');
}

const CASE_VALUES = Object.entries({ status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH', reference: 'NM-1' })
  .map(([field, value]) => ({ field, value }));

/** The cases are there before: they are no records of the comparison. */
function addCases(caseIds) {
  for (const caseId of caseIds) change(caseId, caseId, 'case', CASE_VALUES);
}

function readCase(caseId) {
  let count = 0;
  let after;
  do {
    const { records, next } = call('case.get', { caseId, ...(after && { after }) });
    for (const { fields } of records) count += fields.instrument === undefined ? 0 : Object.keys(fields.answer).length + 3;
    after = next;
  } while (after !== undefined);
  return count;
}

function readAnswer({ caseId, recordId, values }, index) {
  const { field, value } = values[3 + (index % (values.length - 3))];
  const { writes } = call('field.history', { caseId, recordId, field });
  demand(writes.length === 1 && writes[0].write.value.comment === value.comment, 'the answer that was given');
}

function commitOne(checklists, index) {
  const { caseId } = checklists[index % checklists.length];
  change(caseId, freshId(1_000_000 + index), 'prior_marac', [{ field: 'areaProfile', value: `AREA_${index}` }]);
}

function saveOne(checklists, index) {
  const checklist = index >> 4;
  const { caseId } = checklists[checklist % checklists.length];
  const recordId = freshId(2_000_000 + checklist);
  const [field, value] = [`answer/t${1 + (index & 15)}`, checklists[0].values[3].value];
  call('draft.save', { timeMs: TIME_MS, caseId, recordId, type: 'assessment', changes: [{ field, value }] });
}

/** host: openFiles(create) gives VaultFiles with close(). Out: samples in milliseconds by name, and the memory of the module. */
export async function runStore({ recordCount, commitCount, readCount, module }, itsHost) {
  host = itsHost;
  const checklists = checklistsOf(recordCount);
  const caseIds = [...new Set(checklists.map(({ caseId }) => caseId))];
  await load(module, true);
  call('vault.prepare', { memoryKib: KDF_FLOOR_KIB });
  callRaw('vault.create');
  addCases(caseIds);
  const samples = {};
  samples['store.insert'] = [timed(() => checklists.forEach(({ caseId, recordId, values }) => change(caseId, recordId, 'assessment', values)))];
  let read = 0;
  samples['store.scan'] = Array.from({ length: 3 }, () => timed(() => {
    read = caseIds.reduce((sum, caseId) => sum + readCase(caseId), 0);
  }));
  demand(read === recordCount, `${read} records read`);
  const places = scattered(readCount, checklists.length);
  samples['store.read'] = perItem(places.map((place, index) => [place, index]), 100, ([place, index]) => readAnswer(checklists[place], index));
  samples['store.commit'] = Array.from({ length: commitCount }, (_, index) => timed(() => commitOne(checklists, index)));
  samples['draft.save'] = Array.from({ length: commitCount }, (_, index) => timed(() => saveOne(checklists, index)));
  const memoryMib = core.memorySizeBytes / 1048576;
  call('vault.lock', {});
  files.close();
  samples['store.reopen'] = [];
  for (let i = 0; i < 5; i++) {
    samples['store.reopen'].push(await timedAsync(async () => {
      await load(module, false);
      callRaw('vault.unlock');
      demand(call('case.list', { limit: 20 }).totalCount === caseIds.length, 'the list of cases');
    }));
    call('vault.lock', {});
    files.close();
  }
  return { samples, memoryMib };
}
