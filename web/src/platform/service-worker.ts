/**
 * Registers the service worker. `updateViaCache: 'none'` keeps the HTTP cache out of updates. A new version
 * waits until a person accepts it; only then is it told to take over, and the page reloads once, when it has.
 */
import type { ServiceWorkerRequest } from '../../../sw/messages.ts';
import { trustedScriptUrl } from './trusted-urls.ts';

export interface Updates {
  /** Lets the waiting version take over. The caller has saved everything before. */
  readonly accept: () => void;
}

export interface UpdateListener {
  readonly onReady: (updates: Updates) => void;
  /** A new version could not be fetched whole: the one that runs stays as it is. */
  readonly onFailed: () => void;
}

export async function registerServiceWorker({ onReady, onFailed }: UpdateListener): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const registration = await navigator.serviceWorker.register(trustedScriptUrl('serviceWorkerUrl'), { updateViaCache: 'none' });
  let isAccepted = false;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (isAccepted) window.location.reload();
  });
  const offer = (): void => {
    const waiting = registration.waiting;
    if (waiting === null || navigator.serviceWorker.controller === null) return;
    onReady({
      accept() {
        isAccepted = true;
        const request: ServiceWorkerRequest = { type: 'activate' };
        waiting.postMessage(request);
      },
    });
  };
  offer();
  registration.addEventListener('updatefound', () => {
    const installing = registration.installing;
    /* Later a newer version may take its place; that is no failure. */
    let hasInstalled = false;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed') {
        hasInstalled = true;
        offer();
      } else if (installing.state === 'redundant' && !hasInstalled && navigator.serviceWorker.controller !== null) {
        onFailed();
      }
    });
  });
}
