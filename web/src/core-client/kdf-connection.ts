/** KDF workers: one for each derivation, ended with it. */
import type { KdfMeasured, KdfRequest } from '../protocol/envelope.ts';
import { KDF_PASSES } from './kdf-settings.ts';
import { startWorker } from './workers.ts';

/** onFailure: the worker could not be started, or died. */
export function newKdfWorker(onFailure: () => void): Worker {
  return onKdfFailure(startWorker('kdf'), onFailure);
}

/** From now on that is told instead. Out: the worker. */
export function onKdfFailure(worker: Worker, onFailure: () => void): Worker {
  worker.onerror = (event) => {
    event.preventDefault();
    onFailure();
  };
  return worker;
}

/** How long one derivation with so much memory takes here. */
export async function measureDerivation(memoryKib: number): Promise<KdfMeasured> {
  let fail = (): void => undefined;
  const worker = newKdfWorker(() => fail());
  try {
    return await new Promise<KdfMeasured>((resolve) => {
      fail = () => resolve({ ok: false, error: { code: 'kdf-failed', detail: 'the worker failed' } });
      worker.onmessage = (event: MessageEvent<KdfMeasured>) => resolve(event.data);
      worker.postMessage({ measure: { memoryKib, passes: KDF_PASSES } } satisfies KdfRequest);
    });
  } finally {
    worker.terminate();
  }
}
