// A page that runs libsodium's own tests in known-answers.wasm, as the core would be run, and gives what they print.
import { instantiateWithHost } from '../../../web/src/worker/core.ts';

const ports = {
  files: { read: () => 0, write: () => -1, flush: () => -1, truncate: () => -1, size: () => 0 },
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  fillRandom: (target) => void crypto.getRandomValues(target),
};

globalThis.answersOf = async (name) => {
  const module = await WebAssembly.compileStreaming(fetch('/known-answers.wasm'));
  const { exports, memory } = await instantiateWithHost(module, ports);
  const started = exports.fk_known_answers_start();
  memory.write(exports.fk_known_answers_name(), new TextEncoder().encode(`${name}\0`));
  const code = exports.fk_known_answers_run();
  return { started, code, printed: memory.text(exports.fk_known_answers_output(), exports.fk_known_answers_output_size()) };
};
