// What is measured, in the order of the table. limit: of the ratio to the peer where there is one, else of our own value. design section 9
// fixes the names; README.md says what each side does.
export const WORKLOADS = [
  { workload: 'store.insert', metric: '10,000 records, 400 transactions', unit: 'ms', sample: 'store.insert', peer: 'store.insert', limit: 0.6 },
  { workload: 'store.insert', metric: 'same, peer in one transaction', unit: 'ms', sample: 'store.insert', peer: 'store.insert.one', limit: null },
  { workload: 'store.commit', metric: 'one record, durable', unit: 'ms', sample: 'store.commit', peer: 'store.commit', limit: 0.7 },
  { workload: 'store.commit', metric: 'one answer of a draft, durable', unit: 'ms', sample: 'draft.save', peer: 'draft.save', limit: null },
  { workload: 'store.read', metric: 'one record by id', unit: 'ms', sample: 'store.read', peer: 'store.read', limit: 1.0 },
  { workload: 'store.scan', metric: 'every record', unit: 'ms', sample: 'store.scan', peer: 'store.scan', limit: 2.0 },
  { workload: 'store.reopen', metric: 'files, core, unlock by key, list', unit: 'ms', sample: 'store.reopen', peer: null, limit: 250 },
  { workload: 'store.reopen', metric: 'wasm memory of the worker', unit: 'MiB', sample: 'memory', peer: null, limit: 48 },
  { workload: 'unlock', metric: 'passphrase sent to list painted, less KDF', unit: 'ms', sample: 'unlock', peer: null, limit: 60 },
];

export const NAMES = [...new Set(WORKLOADS.map(({ workload }) => workload))];
export const PEER = '@sqlite.org/sqlite-wasm 3.53.4-build2 opfs-sahpool, not encrypted';
/** Workloads the two workers measure together, on one vault. */
export const isOfStore = (name) => name.startsWith('store.');

const ranked = (samples, share) => [...samples].sort((a, b) => a - b)[Math.min(samples.length - 1, Math.floor(samples.length * share))];
export const median = (samples) => ranked(samples, 0.5);

/** One row of results.json. samples: { ours: { name: [numbers] }, theirs: likewise or null }. */
export function resultOf(row, browser, { ours, theirs }) {
  const own = ours[row.sample];
  const peer = row.peer !== null && theirs !== null ? median(theirs[row.peer]) : null;
  const value = median(own);
  return {
    workload: row.workload, metric: row.metric, unit: row.unit, ours: value, median: value, p95: ranked(own, 0.95), runs: own.length, browser,
    peer: peer === null ? null : PEER, peer_value: peer, ratio: peer === null ? null : value / peer, limit: row.limit,
  };
}

const number = (value) => (value === null ? '-' : value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** Within the limit, over it, or nothing to say. */
function verdict({ ratio, ours, limit, peer }, isCompared) {
  if (limit === null || (isCompared && peer === null)) return '';
  return (isCompared ? ratio : ours) <= limit ? 'within' : 'over';
}

export function tableOf(results) {
  const rows = results.map((result) => {
    const row = WORKLOADS.find(({ workload, metric }) => workload === result.workload && metric === result.metric);
    return [result.browser, result.workload, result.metric, `${number(result.ours)} ${result.unit}`, number(result.p95), number(result.peer_value),
      number(result.ratio), number(result.limit), verdict(result, row.peer !== null)];
  });
  const all = [['browser', 'workload', 'metric', 'ours', 'p95', 'peer', 'ratio', 'limit', ''], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  return all.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}
