// The sync workloads: what others wrote is at a real hub, and a browser fetches it into a new vault, or sends what it writes itself.
// Both sides in one browser on one profile, in turns.
import path from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';

import { Browser, makeHome, removeHome } from '../tests/e2e/support/browser.mjs';
import { buildClientPage } from '../tests/e2e/support/client-page.mjs';
import { demand } from './measure.mjs';
import { notesOf } from './prose.mjs';
import { checklistsOf, TIME_MS } from './records.mjs';
import { SyncPeer } from './sync-peer.mjs';
import { newId, PageDevice, Team } from './team.mjs';
import { WIRE_COUNTER } from './wire-channel.mjs';

const CASE_COUNT = 100;
const NOTE_SIZE_BYTES = 690;
const WIRE_NOTE_COUNT = 200;
const ALONE_COUNT = 10;
const CASE_FIELDS = { status: 'open', openedOn: '2026-09-21', areaProfile: 'AREA_NORTHMARSH' };

/* --- what is written: changes as record.change takes them, and the same as documents of the peer --- */

const changesOf = (fields) => Object.entries(fields).map(([field, value]) => ({ field, value }));
const caseChange = (caseId) => ({ caseId, recordId: caseId, type: 'case', changes: changesOf({ ...CASE_FIELDS, reference: `NM-${caseId.slice(0, 4)}` }) });
/** A note is the account of an incident: an incident has a day and a kind, too. */
const INCIDENT_FIELDS = { occurred: { date: '2026-09-20', precision: 'exact' }, incidentType: 'physical' };
const incidentChange = (caseId, fields) => ({ caseId, recordId: newId(), type: 'incident', changes: changesOf(fields) });
const mutation = (change) => ({ mutationId: newId(), timeMs: TIME_MS, ...change });
const docOf = ({ caseId, recordId }, { field, value }) => ({ _id: `${recordId}/${field}`, caseId, recordId, field, value });
const docsOf = (changes) => changes.flatMap((change) => change.changes.map((one) => docOf(change, one)));

export function checklistChanges(count) {
  return checklistsOf(count).map(({ caseId, recordId, values }) => ({ caseId, recordId, type: 'assessment', changes: values }));
}

/** At least that many values, three for each note. */
export function noteChanges(valueCount) {
  const next = notesOf({ seed: NOTE_SIZE_BYTES, sizeBytes: NOTE_SIZE_BYTES });
  const count = Math.ceil(valueCount / 3);
  const caseIds = Array.from({ length: Math.min(CASE_COUNT, count) }, newId);
  const caseOf = (index) => caseIds[Math.floor((index * caseIds.length) / count)];
  return Array.from({ length: count }, (_, index) => incidentChange(caseOf(index), { ...INCIDENT_FIELDS, description: next() }));
}

/** Two colleagues write them, each on cases of their own. The cases are there before and are no records of the comparison. */
export async function write(team, changes) {
  const colleague = await team.newcomer();
  await colleague.sync();
  const authors = [team.administrator, colleague];
  const caseIds = [...new Set(changes.map(({ caseId }) => caseId))];
  const authorOf = new Map(caseIds.map((caseId, index) => [caseId, authors[index % authors.length]]));
  for (const caseId of caseIds) await authorOf.get(caseId).call('record.change', mutation(caseChange(caseId)));
  for (const change of changes) await authorOf.get(change.caseId).call('record.change', mutation(change));
  for (const author of authors) await author.sync();
  return { caseIds, valueCount: changes.reduce((sum, change) => sum + change.changes.length, 0) };
}

/* --- what arrived ------------------------------------------------------------------------------- */

const valuesIn = ({ answer = {}, ...fields }) => Object.keys(answer).length + Object.keys(fields).length;

async function countValues(device, caseIds) {
  let count = 0;
  for (const caseId of caseIds) {
    let after;
    do {
      const { records, next } = await device.call('case.get', { caseId, ...(after && { after }) });
      for (const { recordId, fields } of records) count += recordId === caseId ? 0 : valuesIn(fields);
      after = next;
    } while (after !== undefined);
  }
  return count;
}

async function demandAll(device, { caseIds, valueCount }) {
  const { waitingCount, refusedCount } = await device.call('sync.status', {});
  demand(waitingCount === 0 && refusedCount === 0, `${waitingCount} waiting, ${refusedCount} refused`);
  const count = await countValues(device, caseIds);
  demand(count === valueCount, `${count} of ${valueCount} values arrived`);
}

/* --- one workload ----------------------------------------------------------------------------------- */

/** The worker's first run, which fetches everything, beside the first runs of clientCount other devices. */
async function pullOurs({ team, page, written, clientCount }) {
  const device = await PageDevice.make(page, team.origin);
  const clients = await team.natives(clientCount);
  await team.admit([device, ...clients]);
  const others = clients.map((client) => client.startSync());
  // Their keys are derived at about the same time: when the first has an answer of the hub, all are about to ask it.
  await Promise.race(others.length > 0 ? others.map(({ begun }) => begun) : [undefined]);
  const ms = await device.sync();
  await Promise.all(others.map(({ ended }) => ended));
  await demandAll(device, written);
  return ms;
}

async function pullTheirs({ peer, page, name, count, clientCount }) {
  const others = Array.from({ length: clientCount }, () => peer.client(name));
  const ms = await (await peer.visit(page))('pull', name, count);
  await Promise.all(others);
  return ms;
}

/** Fetching `changes` of others: a team of its own whose hub holds them. */
async function measurePull({ sample, changes, clientCount }, { appFolder, peer, inBrowser, runs }) {
  const samples = { ours: [], theirs: [] };
  const team = await Team.start(appFolder);
  try {
    const written = await write(team, changes);
    const docs = docsOf(changes);
    await inBrowser(team.origin, async (page) => {
      const name = sample.replaceAll('.', '-');
      for (let i = 0; i < runs; i++) {
        samples.ours.push(await pullOurs({ team, page, written, clientCount }));
        if (peer === null) continue;
        if (i === 0) await fill(peer, page, name, docs);
        samples.theirs.push(await pullTheirs({ peer, page, name, count: docs.length, clientCount }));
      }
    });
  } finally {
    await team.end();
  }
  return { ours: { [sample]: samples.ours }, theirs: { [sample]: samples.theirs } };
}

async function fill(peer, page, name, docs) {
  const ask = await peer.visit(page);
  for (let at = 0; at < docs.length; at += 1000) await ask('fill', name, docs.slice(at, at + 1000));
}

/** One edit after another: from the edit to the hub's answer, and to the end of the run. */
async function editOurs(device, caseIds, count) {
  const samples = { 'sync.edit': [], 'sync.edit.whole': [] };
  for (let i = 0; i < count; i++) {
    const caseId = caseIds[i % caseIds.length];
    const edit = { caseId, recordId: caseId, type: 'case', changes: changesOf({ reference: `NM-${i}` }) };
    const { status, sentMs, wholeMs } = await device.ask('edit', mutation(edit));
    demand(status.problem === undefined && sentMs > 0, 'an edit that was sent');
    samples['sync.edit'].push(sentMs);
    samples['sync.edit.whole'].push(wholeMs);
  }
  return samples;
}

/** Bytes of one note: wireCount of them together, and the largest of some that were sent alone. send(notes) gives the bytes of some. */
async function wireBytes(wireCount, notes, send) {
  const together = await send(notes.slice(0, wireCount));
  const alone = [];
  for (const note of notes.slice(wireCount)) alone.push(await send([note]));
  return { 'sync.wire': [together / wireCount], 'sync.wire.alone': [Math.max(...alone)] };
}

function notesFor(incidents, seed) {
  const next = notesOf({ seed, sizeBytes: NOTE_SIZE_BYTES });
  return incidents.map((incident) => ({ ...incident, changes: changesOf({ description: next() }) }));
}

async function sendOurs({ team, page, caseIds, incidents, editCount, wireCount, seed }) {
  const device = await PageDevice.make(page, team.origin);
  await team.admit([device]);
  await device.sync();
  const samples = await editOurs(device, caseIds, editCount);
  const send = async (changes) => {
    const { status, bytes } = await device.ask('send', changes.map(mutation));
    demand(status.problem === undefined && bytes > 0, 'notes that were sent');
    return bytes;
  };
  await send(incidents);
  return { ...samples, ...await wireBytes(wireCount, notesFor(incidents, seed), send) };
}

async function sendTheirs({ peer, page, caseIds, incidents, editCount, wireCount, seed }) {
  const ask = await peer.visit(page);
  const name = `send-${newId()}`;
  const edits = Array.from({ length: editCount }, (_, i) => ({ _id: newId(), caseId: caseIds[i % caseIds.length], field: 'reference', value: `NM-${i}` }));
  const samples = { 'sync.edit': await ask('edits', name, edits) };
  return { ...samples, ...await wireBytes(wireCount, notesFor(incidents, seed), (notes) => ask('sentBytes', name, docsOf(notes))) };
}

function collect(target, samples) {
  for (const [name, values] of Object.entries(samples)) (target[name] ??= []).push(...values);
}

async function measureSend({ editCount, wireCount, changes }, { appFolder, peer, inBrowser, runs }) {
  const measured = { ours: {}, theirs: {} };
  const team = await Team.start(appFolder);
  try {
    const { caseIds } = await write(team, changes);
    await inBrowser(team.origin, async (page) => {
      for (let i = 0; i < runs; i++) {
        const incidents = Array.from({ length: wireCount + ALONE_COUNT }, () => incidentChange(caseIds[0], INCIDENT_FIELDS));
        const common = { page, caseIds, incidents, editCount, wireCount, seed: i + 1 };
        collect(measured.ours, await sendOurs({ team, ...common }));
        if (peer !== null) collect(measured.theirs, await sendTheirs({ peer, ...common }));
      }
    });
  } finally {
    await team.end();
  }
  return measured;
}

/* --- all of them ------------------------------------------------------------------------------------- */

export async function buildSyncPage() {
  const folder = await buildClientPage('bench-sync', 'bench/sync-page-entry.mjs');
  const worker = path.join(folder, 'store-worker.js');
  writeFileSync(worker, WIRE_COUNTER + readFileSync(worker, 'utf8'));
  return folder;
}

async function inBrowser(kind, origin, act) {
  const home = makeHome('bench-sync');
  let browser;
  try {
    browser = await Browser.launch({ kind, home, origin });
    await act(browser.page);
  } finally {
    await browser?.kill();
    removeHome(home);
  }
}

/** In: the names of the wanted workloads. Out: { ours, theirs }, samples by name; theirs is null without peers. */
export async function measureSync(wanted, { kind, withPeers, runs, clientCount, sizes: { recordCount } }) {
  const firstCount = Math.ceil(recordCount / 5);
  const pulls = [
    { workload: 'sync.apply', sample: 'sync.apply', changes: () => checklistChanges(recordCount), clientCount: 0 },
    { workload: 'sync.apply', sample: 'sync.apply.notes', changes: () => noteChanges(recordCount), clientCount: 0 },
    { workload: 'sync.first', sample: 'sync.first', changes: () => checklistChanges(firstCount), clientCount },
  ];
  const all = { ours: {}, theirs: {} };
  const take = (measured) => {
    for (const side of ['ours', 'theirs']) collect(all[side], measured[side]);
  };
  const peer = withPeers ? await SyncPeer.start() : null;
  try {
    const common = { appFolder: await buildSyncPage(), peer, runs, inBrowser: (origin, act) => inBrowser(kind, origin, act) };
    for (const { workload, sample, changes, clientCount: count } of pulls) {
      if (wanted.includes(workload)) take(await measurePull({ sample, changes: changes(), clientCount: count }, common));
    }
    if (wanted.includes('sync.edit') || wanted.includes('sync.wire')) {
      const counts = { editCount: Math.min(20, recordCount), wireCount: Math.min(WIRE_NOTE_COUNT, recordCount) };
      take(await measureSend({ ...counts, changes: checklistChanges(Math.min(1000, recordCount)) }, common));
    }
  } finally {
    await peer?.end();
  }
  return { ours: all.ours, theirs: withPeers ? all.theirs : null };
}
