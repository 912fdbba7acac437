// A page that holds known-answers.wasm, run as the core would be run, to what is published.
import { publishedAnswers } from '../../support/published-answers.mjs';
import { instantiateWithHost } from '../../../web/src/worker/core.ts';

const ports = {
  files: { read: () => 0, write: () => -1, flush: () => -1, truncate: () => -1, size: () => 0 },
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  fillRandom: (target) => void crypto.getRandomValues(target),
};

const answers = async () => {
  const module = await WebAssembly.compileStreaming(fetch('/known-answers.wasm'));
  return publishedAnswers(await instantiateWithHost(module, ports));
};

globalThis.sodium = async (name) => (await answers()).sodium(name);
globalThis.wycheproof = async (text) => (await answers()).wycheproof(text);
