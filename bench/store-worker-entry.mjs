// The worker of our side: real OPFS, the real module.
import { openVaultFiles, removeVaultDirectory } from '../web/src/worker/opfs.ts';
import { runStore } from './store-side.mjs';

const DIRECTORY = 'b'.repeat(32);

async function pass(sizes) {
  const reply = await runStore(sizes, { openFiles: (create) => openVaultFiles(DIRECTORY, create) });
  await removeVaultDirectory(DIRECTORY);
  return reply;
}

/** The second of two passes counts, on both sides: in the first the engine still compiles. */
async function run(sizes) {
  const module = await WebAssembly.compileStreaming(fetch('/core.wasm'));
  await pass({ ...sizes, module });
  return pass({ ...sizes, module });
}

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ ok: true, reply: await run(data) });
  } catch (error) {
    self.postMessage({ ok: false, error: String(error?.stack ?? error) });
  }
};
