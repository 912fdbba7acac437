/**
 * A short-lived worker for one derivation, or for measuring one.
 *
 * The passphrase comes from the page, salt and settings from the store worker, and the key goes to the
 * store worker alone. Then the worker ends and its memory is given back.
 */
import type { KdfMeasured, KdfParameters, KdfRequest, KdfResult, ProgramGiven } from '../protocol/envelope.ts';
import { normalPassphrase } from '../protocol/passphrase.ts';
import { GivenProgram } from './given-program.ts';
import { derive, measure } from './kdf.ts';
import { RefusedModuleError } from './loader.ts';

declare const self: DedicatedWorkerGlobalScope;

const program = new GivenProgram();

function refused(error: unknown): Extract<KdfResult, { ok: false }> {
  const detail = error instanceof RefusedModuleError ? error.message : 'unknown';
  return { ok: false, error: { code: 'not-loaded', detail } };
}

async function answer(passphrase: Uint8Array, parameters: KdfParameters): Promise<KdfResult> {
  try {
    return await derive(await program.module(), passphrase, parameters);
  } catch (error) {
    return refused(error);
  } finally {
    passphrase.fill(0);
  }
}

async function answerMeasure(settings: Pick<KdfParameters, 'memoryKib' | 'passes'>): Promise<void> {
  const measured: KdfMeasured = await program.module()
    .then((module) => measure(module, settings, () => performance.now()))
    .catch(refused);
  self.postMessage(measured);
  self.close();
}

function answerRequest(request: KdfRequest): void {
  if ('measure' in request) {
    void answerMeasure(request.measure);
    return;
  }
  const { passphrase, port } = request;
  const bytes = new TextEncoder().encode(normalPassphrase(passphrase));
  port.onmessage = async (message: MessageEvent<KdfParameters>) => {
    const result = await answer(bytes, message.data);
    // Transferred, so no copy of the key stays here.
    port.postMessage(result, result.ok ? [result.key] : []);
    port.close();
    self.close();
  };
}

self.onmessage = ({ data }: MessageEvent<KdfRequest | ProgramGiven>) => {
  if ('measure' in data || 'passphrase' in data) answerRequest(data);
  else program.take(data);
};
