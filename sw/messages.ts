/** What a page may say to a service worker, and what it answers. Shared by both realms. */

/**
 * `activate`: the person agreed to the new version, no form is dirty and no sync is running.
 * `describe`: answered on the port that came with the message.
 */
export type ServiceWorkerRequest = { readonly type: 'activate' } | { readonly type: 'describe' };

export interface ServiceWorkerDescription {
  readonly type: 'description';
  /** `BuildInfo.hash` of the set of files this service worker holds. */
  readonly buildHash: string;
}

/** What the browser is asked to wake the service worker with, and what that then tells every open window. It says nothing of any vault. */
export const RECONNECT_TAG = 'reconnect';
export const RECONNECTED = { type: 'reconnected' } as const;

export function isReconnected(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === RECONNECTED.type;
}
