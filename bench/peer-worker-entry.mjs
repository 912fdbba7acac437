// Their side: @sqlite.org/sqlite-wasm over its opfs-sahpool VFS, as its documentation shows it, not encrypted. The same records in one
// table by id, each as JSON text: made with JSON.stringify when written, read with JSON.parse. Statements are prepared once.
import sqlite3InitModule from '@sqlite.org/sqlite-wasm';

import { demand, perItem, timed, timedAsync } from './measure.mjs';
import { checklistsOf, freshId, scattered } from './records.mjs';

const NAME = '/bench.db';
let sqlite3;
let pool;
let db;

function open() {
  db = new pool.OpfsSAHPoolDb(NAME);
}

const idOf = (recordId, field) => `${recordId}/${field}`;

function insert(statement, { caseId, recordId }, { field, value }) {
  statement.bind(1, idOf(recordId, field)).bind(2, JSON.stringify({ caseId, recordId, field, value })).stepReset();
}

const INSERT = 'INSERT INTO records(id, json) VALUES(?1, ?2)';

function makeTable() {
  db.exec('DROP TABLE IF EXISTS records; CREATE TABLE records(id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID');
}

function insertAll(checklists, inOne) {
  const statement = db.prepare(INSERT);
  if (inOne) db.exec('BEGIN');
  for (const checklist of checklists) {
    if (!inOne) db.exec('BEGIN');
    for (const value of checklist.values) insert(statement, checklist, value);
    if (!inOne) db.exec('COMMIT');
  }
  if (inOne) db.exec('COMMIT');
  statement.finalize();
}

function scan() {
  let count = 0;
  const statement = db.prepare('SELECT json FROM records');
  while (statement.step()) count += JSON.parse(statement.getString(0)).field === undefined ? 0 : 1;
  statement.finalize();
  return count;
}

function readAnswer(statement, { recordId, values }, index) {
  const { field, value } = values[3 + (index % (values.length - 3))];
  statement.bind(1, idOf(recordId, field)).step();
  const found = JSON.parse(statement.getString(0));
  statement.reset();
  demand(found.value.comment === value.comment, 'the answer that was given');
}

async function pass({ recordCount, commitCount, readCount }) {
  const checklists = checklistsOf(recordCount);
  open();
  const samples = {};
  makeTable();
  samples['store.insert.one'] = [timed(() => insertAll(checklists, true))];
  makeTable();
  samples['store.insert'] = [timed(() => insertAll(checklists, false))];
  let read = 0;
  samples['store.scan'] = Array.from({ length: 3 }, () => timed(() => {
    read = scan();
  }));
  demand(read === recordCount, `${read} records read`);
  const select = db.prepare('SELECT json FROM records WHERE id = ?1');
  const places = scattered(readCount, checklists.length);
  samples['store.read'] = perItem(places.map((place, index) => [place, index]), 100, ([place, index]) => readAnswer(select, checklists[place], index));
  select.finalize();
  const statement = db.prepare(INSERT);
  const one = { caseId: checklists[0].caseId, recordId: '' };
  samples['store.commit'] = Array.from({ length: commitCount }, (_, index) => timed(() =>
    insert(statement, { ...one, recordId: freshId(index) }, { field: 'areaProfile', value: `AREA_${index}` })));
  const answer = checklists[0].values[3].value;
  samples['draft.save'] = Array.from({ length: commitCount }, (_, index) => timed(() =>
    insert(statement, { ...one, recordId: freshId(2_000_000 + index) }, { field: 'answer/t1', value: answer })));
  statement.finalize();
  db.close();
  samples['store.reopen'] = [];
  for (let i = 0; i < 5; i++) {
    samples['store.reopen'].push(await timedAsync(async () => {
      open();
      demand(db.selectValue('SELECT count(*) FROM (SELECT 1 FROM records LIMIT 20)') > 0, 'the first records');
    }));
    db.close();
  }
  pool.unlink(NAME);
  return { samples };
}

/** The second of two passes counts, on both sides: in the first the engine still compiles. */
async function run(sizes) {
  sqlite3 = await sqlite3InitModule();
  pool = await sqlite3.installOpfsSAHPoolVfs({ clearOnInit: true });
  await pass(sizes);
  const reply = await pass(sizes);
  await pool.removeVfs();
  return reply;
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ ok: true, reply: await run(data) });
  } catch (error) {
    self.postMessage({ ok: false, error: String(error?.stack ?? error) });
  }
};
