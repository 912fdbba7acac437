// A page with nothing on it but the client of the core, for tests that drive it from outside.
import { CoreClient } from '../../../web/src/core-client/core-client.ts';
import * as passkey from '../../../web/src/platform/passkey.ts';
import { newId } from '../../../web/src/platform/random.ts';
import { listVaults } from '../../../web/src/core-client/vault-directories.ts';

const client = new CoreClient();
const news = [];
client.onNews((what) => news.push(what));
globalThis.fk = { client, news, newId, listVaults, passkey };
