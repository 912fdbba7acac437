/**
 * Service worker: holds one complete build of the app and answers with it, network or none.
 * It stores nothing else, ever: no answer of a hub, no page, no request.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';

import { RECONNECTED, RECONNECT_TAG, type ServiceWorkerDescription, type ServiceWorkerRequest } from './messages.ts';

interface PrecacheEntry {
  readonly url: string;
  readonly revision: string | null;
  readonly integrity: string;
}

/** Background Sync, which not all browsers have. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: readonly PrecacheEntry[] };
declare const FK_BUILD: { readonly hash: string };

/* Install fetches every entry, each held to its integrity hash; one that is missing or differs
 * rejects the install, and the version that was there stays (docs of workbox-precaching). */
precacheAndRoute([...self.__WB_MANIFEST], {
  /* No guessing: only the exact address of an entry is answered from the cache. */
  cleanURLs: false,
  directoryIndex: '',
  ignoreURLParametersMatching: [],
});
cleanupOutdatedCaches();

/* The app routes by itself, so any page of it is index.html; /healthz is for whoever runs the server. */
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/healthz$/] }));

function isRequest(data: unknown): data is ServiceWorkerRequest {
  return (
    typeof data === 'object' && data !== null && 'type' in data && (data.type === 'activate' || data.type === 'describe')
  );
}

/* A new version waits until it is asked for: a switch under a form being filled could lose words. */
self.addEventListener('message', (event) => {
  if (!isRequest(event.data)) {
    return;
  }
  if (event.data.type === 'activate') {
    event.waitUntil(self.skipWaiting());
    return;
  }
  const description: ServiceWorkerDescription = { type: 'description', buildHash: FK_BUILD.hash };
  event.ports[0]?.postMessage(description);
});

/* The network is back. There is no key here and nothing to send: an open window is told, and none is opened. */
self.addEventListener('sync', (event) => {
  const sync = event as SyncEvent;
  if (sync.tag === RECONNECT_TAG) sync.waitUntil(tellWindows());
});

async function tellWindows(): Promise<void> {
  for (const client of await self.clients.matchAll({ type: 'window' })) client.postMessage(RECONNECTED);
}
