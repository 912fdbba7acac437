/**
 * The only script addresses this page may start: its own workers and its service worker.
 *
 * Under `require-trusted-types-for 'script'` a plain string is refused by `new Worker()` and
 * `serviceWorker.register()`; the policy `fk-url` admits exactly the addresses of this build.
 */
import { buildInfo } from '../build-info.ts';

export type ScriptName = 'storeWorkerUrl' | 'kdfWorkerUrl' | 'serviceWorkerUrl';

interface UrlPolicy {
  createScriptURL(url: string): unknown;
}

let policy: UrlPolicy | null = null;

/** Typed as the string that `Worker` and `register` declare; where there are Trusted Types it is a TrustedScriptURL. */
export function trustedScriptUrl(name: ScriptName): string {
  policy ??= makePolicy();
  return policy.createScriptURL(buildInfo[name]) as string;
}

function makePolicy(): UrlPolicy {
  const rules = { createScriptURL: admitted };
  return window.trustedTypes?.createPolicy('fk-url', rules) ?? rules;
}

function admitted(url: string): string {
  const addresses: readonly string[] = [buildInfo.storeWorkerUrl, buildInfo.kdfWorkerUrl, buildInfo.serviceWorkerUrl];
  if (!addresses.includes(url)) {
    throw new TypeError('not a script of this build');
  }
  return url;
}
