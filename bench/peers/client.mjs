// One more device of the peer: fetches a database into LevelDB and ends.
//
//   node bench/peers/client.mjs FOLDER URL
import PouchDB from 'pouchdb';

const [folder, url] = process.argv.slice(2);
const local = new PouchDB(folder);
const { ok, docs_written: count } = await local.replicate.from(url);
await local.close();
if (!ok || count === 0) throw new Error(`${count} documents from ${url}`);
