// What is measured, in the order of the table. limit: of our own value, or of the ratio to the peer where isRatioLimited. README.md says what
// each side does.
const SQLITE = '@sqlite.org/sqlite-wasm 3.53.4-build2 opfs-sahpool, not encrypted';
const POUCHDB = 'pouchdb 9.0.0 and express-pouchdb 4.2.0, not encrypted';
export const WORKLOADS = [
  { workload: 'store.insert', metric: '10,000 records, 400 transactions', unit: 'ms', sample: 'store.insert', peer: 'store.insert', peerName: SQLITE, limit: 0.6, isRatioLimited: true },
  { workload: 'store.insert', metric: 'same, peer in one transaction', unit: 'ms', sample: 'store.insert', peer: 'store.insert.one', peerName: SQLITE, limit: null },
  { workload: 'store.commit', metric: 'one record, durable', unit: 'ms', sample: 'store.commit', peer: 'store.commit', peerName: SQLITE, limit: 0.7, isRatioLimited: true },
  { workload: 'store.commit', metric: 'one answer of a draft, durable', unit: 'ms', sample: 'draft.save', peer: 'draft.save', peerName: SQLITE, limit: null },
  { workload: 'store.read', metric: 'one record by id', unit: 'ms', sample: 'store.read', peer: 'store.read', peerName: SQLITE, limit: 1.0, isRatioLimited: true },
  { workload: 'store.scan', metric: 'every record', unit: 'ms', sample: 'store.scan', peer: 'store.scan', peerName: SQLITE, limit: 2.0, isRatioLimited: true },
  { workload: 'store.reopen', metric: 'files, core, unlock by key, list', unit: 'ms', sample: 'store.reopen', peer: null, limit: 250 },
  { workload: 'store.reopen', metric: 'wasm memory of the worker', unit: 'MiB', sample: 'memory', peer: null, limit: 48 },
  { workload: 'unlock', metric: 'passphrase sent to list painted, less KDF', unit: 'ms', sample: 'unlock', peer: null, limit: 60 },
  { workload: 'sync.apply', metric: '10,000 operations of others, 100 cases', unit: 'ms', sample: 'sync.apply', peer: 'sync.apply', peerName: POUCHDB, limit: 2500 },
  { workload: 'sync.apply', metric: '10,000 operations, a third of them notes', unit: 'ms', sample: 'sync.apply.notes', peer: 'sync.apply.notes', peerName: POUCHDB, limit: 2500 },
  { workload: 'sync.first', metric: '2,000 records, 10 other devices at once', unit: 'ms', sample: 'sync.first', peer: 'sync.first', peerName: POUCHDB, limit: 5000 },
  { workload: 'sync.edit', metric: 'one edit to sent', unit: 'ms', sample: 'sync.edit', peer: 'sync.edit', peerName: POUCHDB, limit: 300 },
  { workload: 'sync.edit', metric: 'the whole run with it', unit: 'ms', sample: 'sync.edit.whole', peer: null, limit: null },
  { workload: 'sync.wire', metric: 'a note, 200 sent together', unit: 'bytes', sample: 'sync.wire', peer: 'sync.wire', peerName: POUCHDB, limit: 350 },
  { workload: 'sync.wire', metric: 'a note sent alone, the largest of 10', unit: 'bytes', sample: 'sync.wire.alone', peer: 'sync.wire.alone', peerName: POUCHDB, limit: 1000 },
];

export const NAMES = [...new Set(WORKLOADS.map(({ workload }) => workload))];
/** Workloads the two workers measure together, on one vault. */
export const isOfStore = (name) => name.startsWith('store.');
/** Workloads with a hub of their own. */
export const isOfSync = (name) => name.startsWith('sync.');

const ranked = (samples, share) => [...samples].sort((a, b) => a - b)[Math.min(samples.length - 1, Math.floor(samples.length * share))];
export const median = (samples) => ranked(samples, 0.5);

/** One row of results.json. samples: { ours: { name: [numbers] }, theirs: likewise or null }. */
export function resultOf(row, browser, { ours, theirs }) {
  const own = ours[row.sample];
  const peer = row.peer !== null && theirs !== null ? median(theirs[row.peer]) : null;
  const value = median(own);
  return {
    workload: row.workload, metric: row.metric, unit: row.unit, ours: value, median: value, p95: ranked(own, 0.95), runs: own.length, browser,
    peer: peer === null ? null : row.peerName, peer_value: peer, ratio: peer === null ? null : value / peer, limit: row.limit,
  };
}

const number = (value) => (value === null ? '-' : value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** Within the limit, over it, or nothing to say. */
function verdict({ ratio, ours, limit, peer }, isRatioLimited) {
  if (limit === null || (isRatioLimited && peer === null)) return '';
  return (isRatioLimited ? ratio : ours) <= limit ? 'within' : 'over';
}

export function tableOf(results) {
  const rows = results.map((result) => {
    const row = WORKLOADS.find(({ workload, metric }) => workload === result.workload && metric === result.metric);
    return [result.browser, result.workload, result.metric, `${number(result.ours)} ${result.unit}`, number(result.p95), number(result.peer_value),
      number(result.ratio), number(result.limit), verdict(result, row.isRatioLimited === true)];
  });
  const all = [['browser', 'workload', 'metric', 'ours', 'p95', 'peer', 'ratio', 'limit', ''], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  return all.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}
