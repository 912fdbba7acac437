// Our side of the sync workloads: the app's own client of the core with its workers, asked as the app asks it. Times are of the page, so
// the messages between page and worker count.
import { CoreClient } from '../web/src/core-client/core-client.ts';
import { WIRE_CHANNEL } from './wire-channel.mjs';

const client = new CoreClient();
const phases = [];
client.onSync(({ phase }) => phases.push({ phase, atMs: performance.now() }));

function replyOf(answer, what) {
  if (!answer.ok) throw new Error(`${what}: ${answer.error.code} ${answer.error.detail}`);
  return answer.reply;
}

const call = async (command, request) => replyOf(await client.call(command, request), command);

async function sync() {
  const begun = performance.now();
  const status = replyOf(await client.sync(Date.now()), 'sync');
  return { ms: performance.now() - begun, status };
}

/** Bytes of the bodies of all pushes so far, as the worker counts them. */
function pushedBytes() {
  const channel = new BroadcastChannel(WIRE_CHANNEL);
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      channel.close();
      resolve(data);
    };
    channel.postMessage('how many');
  });
}

globalThis.bench = {
  call,
  sync,
  async makeVault(passphrase) {
    await client.start();
    await client.choose(null);
    replyOf(await client.createVault(passphrase, { label: 'Notebook', isPractice: false, isWiped: false }), 'createVault');
  },
  /** One change of a record, to the hub's answer for it: the first report of a phase after sending. */
  async edit(request) {
    phases.length = 0;
    const begun = performance.now();
    await call('record.change', request);
    const { status } = await sync();
    const end = performance.now();
    const sending = phases.findIndex(({ phase }) => phase === 'sending');
    if (sending < 0) throw new Error('nothing was sent');
    const sent = phases.slice(sending).find(({ phase }) => phase !== 'sending');
    return { status, sentMs: sent.atMs - begun, wholeMs: end - begun };
  },
  /** Changes recorded one after another, sent together. Out: bytes of the bodies. */
  async send(requests) {
    for (const request of requests) await call('record.change', request);
    const before = await pushedBytes();
    const { status } = await sync();
    return { status, bytes: (await pushedBytes()) - before };
  },
};
