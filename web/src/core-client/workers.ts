/** Load and compile a program file of this build; from the service worker's precache when offline. */
import type { BuildFile } from '../build-info.ts';
import { RefusedModuleError } from './loader.ts';

export async function compileModule({ url, integrity }: BuildFile): Promise<WebAssembly.Module> {
  const response = await fetch(url, { credentials: 'same-origin', integrity }).catch(() => null);
  if (response === null || !response.ok) {
    throw new RefusedModuleError(`${url} is not available`);
  }
  // From the stream, because browsers keep the compiled code of those and the next start is faster.
  return WebAssembly.compileStreaming(response).catch(() => {
    throw new RefusedModuleError(`${url} is no module`);
  });
}
