/**
 * Tells when the network is back. The page hears it itself; where the browser has Background Sync, the service worker hears
 * it too, also while the browser holds this page's own events back, and passes it on to open windows. What is asked of the
 * browser is one constant tag whenever the network goes, whatever stands in any vault (docs/adr/0024).
 */
import { RECONNECT_TAG, isReconnected } from '../../../sw/messages.ts';

/** Not in TypeScript's list of what browsers have: not all do. */
interface SyncingRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
}

export interface ReconnectSources {
  readonly window: Pick<EventTarget, 'addEventListener'>;
  readonly isOnline: () => boolean;
  /** undefined: this browser has no service worker */
  readonly worker: (Pick<EventTarget, 'addEventListener'> & { readonly ready: Promise<unknown> }) | undefined;
}

export function watchReconnect({ window, isOnline, worker }: ReconnectSources, onReconnect: () => void): void {
  const askBrowser = (): void => {
    /* A browser that refuses leaves what the page hears itself. */
    void worker?.ready.then((registration) => (registration as SyncingRegistration).sync?.register(RECONNECT_TAG)).catch(() => undefined);
  };
  window.addEventListener('online', onReconnect);
  window.addEventListener('offline', askBrowser);
  worker?.addEventListener('message', (event) => {
    if (isReconnected((event as MessageEvent).data)) onReconnect();
  });
  if (!isOnline()) askBrowser();
}
