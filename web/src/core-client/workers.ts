/**
 * Starts the workers and gives them their programs.
 *
 * The program files of this build, each compiled once for all workers of this page; from the service worker's precache when
 * offline. A lock ends its worker: the next one starts at once, with the code the browser has made by then, instead of
 * making all of it anew while the key is derived beside it.
 */
import { buildInfo, type BuildFile } from '../build-info.ts';
import { trustedScriptUrl } from '../platform/trusted-urls.ts';
import type { ProgramGiven } from '../protocol/envelope.ts';

const WORKERS = {
  store: { script: 'storeWorkerUrl', program: 'coreWasm' },
  kdf: { script: 'kdfWorkerUrl', program: 'kdfWasm' },
} as const;

type ProgramName = (typeof WORKERS)[keyof typeof WORKERS]['program'];

const compiled = new Map<ProgramName, Promise<ProgramGiven>>();

/** The program follows when it is there; other messages may be sent at once. */
export function startWorker(name: keyof typeof WORKERS): Worker {
  const { script, program } = WORKERS[name];
  const worker = new Worker(trustedScriptUrl(script), { type: 'module', name });
  void programOf(program).then((given) => worker.postMessage(given));
  return worker;
}

function programOf(name: ProgramName): Promise<ProgramGiven> {
  const before = compiled.get(name);
  if (before !== undefined) return before;
  const program = compile(buildInfo[name]).then((given) => {
    /* Perhaps there next time. */
    if (given.program === undefined) compiled.delete(name);
    return given;
  });
  compiled.set(name, program);
  return program;
}

async function compile({ url, integrity }: BuildFile): Promise<ProgramGiven> {
  const response = await fetch(url, { credentials: 'same-origin', integrity }).catch(() => null);
  if (response === null || !response.ok) {
    return { refused: `${url} is not available` };
  }
  // From the stream, because browsers keep the compiled code of those and the next start is faster.
  return WebAssembly.compileStreaming(response).then((program): ProgramGiven => ({ program }), () => ({ refused: `${url} is no module` }));
}
