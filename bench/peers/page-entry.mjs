// The peer in the browser: PouchDB over IndexedDB with its default settings. One document for each record, beside it nothing.
/* global PouchDB */
const urlOf = (name) => `${location.origin}/db/${name}`;
let localCount = 0;

/** A database of its own for each measurement. */
const newLocal = () => new PouchDB(`bench-${++localCount}-${Date.now()}`);

function demand(isTrue, what) {
  if (!isTrue) throw new Error(`the peer did something else: ${what}`);
}

async function timed(act) {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

globalThis.peer = {
  /** What others wrote, at the server. */
  async fill(name, docs) {
    const remote = new PouchDB(urlOf(name));
    for (let at = 0; at < docs.length; at += 1000) await remote.bulkDocs(docs.slice(at, at + 1000));
    demand((await remote.info()).doc_count >= docs.length, 'filling');
  },
  async pull(name, count) {
    const local = newLocal();
    const ms = await timed(() => local.replicate.from(urlOf(name)));
    demand((await local.info()).doc_count === count, 'pull');
    await local.destroy();
    return ms;
  },
  async push(name, docs) {
    const local = newLocal();
    await local.bulkDocs(docs);
    const ms = await timed(() => local.replicate.to(urlOf(name)));
    await local.destroy();
    return ms;
  },
  /** One document, written and replicated, several times on one database. */
  async edits(name, docs) {
    const local = newLocal();
    const samples = [];
    for (const doc of docs) {
      samples.push(await timed(async () => {
        await local.put(doc);
        await local.replicate.to(urlOf(name));
      }));
    }
    await local.destroy();
    return samples;
  },
  /** Bytes of the bodies of all requests that send these documents. */
  async sentBytes(name, docs) {
    const local = newLocal();
    let bytes = 0;
    const remote = new PouchDB(urlOf(name), { fetch: (url, options) => {
      if (typeof options?.body === 'string') bytes += new TextEncoder().encode(options.body).byteLength;
      return PouchDB.fetch(url, options);
    } });
    await local.bulkDocs(docs);
    await local.replicate.to(remote);
    await local.destroy();
    return bytes;
  },
};
