// What lives in the memory of a page's scripts: the strings of a heap snapshot after everything that can be collected was.
import assert from 'node:assert/strict';

/** Snapshots cut strings at 1,024 letters unless told otherwise. */
export const WHOLE_STRINGS = ['--js-flags=--heap-snapshot-string-limit=1000000000'];

/** The page's own heap: workers have theirs. In: a session of the page that holds nothing of it. */
export async function heapSnapshot(session) {
  await session.send('HeapProfiler.enable');
  /* What one collection frees may let go of more. */
  for (let i = 0; i < 3; i += 1) await session.send('HeapProfiler.collectGarbage');
  const chunks = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  session.removeAllListeners('HeapProfiler.addHeapSnapshotChunk');
  const snapshot = JSON.parse(chunks.join(''));
  assert.ok(snapshot.strings.length > 1000, 'a page that runs has strings');
  return snapshot;
}

/** Strings that hold one of the words, shortened to what stands around it. */
export function findings({ strings }, words) {
  return strings.flatMap((text) => words.filter((word) => text.includes(word))
    .map((word) => `"${word}" in "${text.slice(Math.max(0, text.indexOf(word) - 40), text.indexOf(word) + word.length + 40)}"`));
}

/** Who holds a string that holds one of the words: the nearest nodes above it, for whoever has to mend it. */
export function holders(snapshot, words, depth = 8) {
  const { node_fields: nodeFields, edge_fields: edgeFields, edge_types: [edgeTypes] } = snapshot.snapshot.meta;
  const [nameAt, edgeCountAt] = ['name', 'edge_count'].map((field) => nodeFields.indexOf(field));
  const parents = new Map();
  let edge = 0;
  for (let node = 0; node < snapshot.nodes.length; node += nodeFields.length) {
    for (let i = 0; i < snapshot.nodes[node + edgeCountAt]; i += 1, edge += edgeFields.length) {
      const [type, name, target] = snapshot.edges.slice(edge, edge + 3);
      const kind = edgeTypes[type];
      if (kind === 'weak' || parents.has(target)) continue;
      parents.set(target, { node, label: kind === 'element' || kind === 'hidden' ? `[${name}]` : snapshot.strings[name] });
    }
  }
  const lines = [];
  for (let node = 0; node < snapshot.nodes.length; node += nodeFields.length) {
    const text = snapshot.strings[snapshot.nodes[node + nameAt]];
    if (!words.some((word) => text.includes(word))) continue;
    const path = [];
    for (let at = parents.get(node); at !== undefined && path.length < depth; at = parents.get(at.node)) {
      path.push(`${snapshot.strings[snapshot.nodes[at.node + nameAt]].slice(0, 30)}.${at.label}`);
    }
    lines.push(`${text.slice(0, 60)} <- ${path.join(' <- ')}`);
  }
  return lines;
}
