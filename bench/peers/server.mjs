// express-pouchdb over LevelDB, as its documentation shows it, and the page of the peer beside it.
//
//   node bench/peers/server.mjs FOLDER PAGE_FOLDER      prints its port
import path from 'node:path';

import express from 'express';
import expressPouchDB from 'express-pouchdb';
import PouchDB from 'pouchdb';

const [folder, pageFolder] = process.argv.slice(2);
const app = express();
app.use('/db', expressPouchDB(PouchDB.defaults({ prefix: `${folder}${path.sep}` }), {
  mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: path.join(folder, 'log.txt'),
}));
app.use(express.static(pageFolder));
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
