/** Load and compile a program file of this build; from the service worker's precache when offline. */
import type { BuildFile } from '../build-info.ts';
import { RefusedModuleError } from './loader.ts';

export async function compileModule({ url, integrity }: BuildFile): Promise<WebAssembly.Module> {
  const response = await fetch(url, { credentials: 'same-origin', integrity }).catch(() => null);
  if (response === null || !response.ok) {
    throw new RefusedModuleError(`${url} is not available`);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}
