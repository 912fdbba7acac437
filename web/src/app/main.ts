/** Starts the page: joins the app to the browser, draws the state, moves the focus, guards what is typed. */
import { html, render } from 'lit-html';
import emergency from '../../../core/content/emergency.json';
import errors from '../../../core/content/errors.json';
import { buildInfo } from '../build-info.ts';
import { CoreClient } from '../core-client/core-client.ts';
import { startCamera } from '../platform/camera.ts';
import { civilDate, nowMs } from '../platform/clock.ts';
import { askForPersistence, readDeviceStorage } from '../platform/device-storage.ts';
import { watchHideKey } from '../platform/hide-key.ts';
import { hasPasskeys, makePasskey, usePasskey } from '../platform/passkey.ts';
import { makePassphrase } from '../platform/passphrase.ts';
import { createCurtain, createPresence, watchPresence } from '../platform/presence.ts';
import { newId } from '../platform/random.ts';
import { saveFile } from '../platform/save-file.ts';
import { watchReconnect } from '../platform/reconnect.ts';
import { registerServiceWorker, type Updates } from '../platform/service-worker.ts';
import { loadWordList } from '../platform/word-list.ts';
import type { LoadedContent } from '../state/model.ts';
import { hashOf, routeOf } from '../state/routes.ts';
import { appView } from '../views/app-view.ts';
import { pageTitle } from '../views/title.ts';
import { createApp, type App } from './app.ts';
import { createCorePort } from './core-adapter.ts';

/** Neutral, because a perpetrator may see the tablet; the serving agency can change it in index.html. */
const appName = document.querySelector<HTMLMetaElement>('meta[name="application-name"]')?.content ?? 'Notebook';
let updates: Updates | undefined;
let app: App | undefined;

/* Before the core client listens: what is typed is on its way to the worker before the client tells it to lock. */
window.addEventListener('pagehide', () => void app?.saver.flush());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') void app?.saver.flush();
});

/* Read once: while somebody waits for another device it is asked for every few seconds. */
let wordList: readonly string[] | undefined;
async function wordsOf(indices: readonly number[]): Promise<readonly string[]> {
  const list = (wordList ??= await loadWordList());
  return indices.map((index) => list[index] ?? '');
}

app = createApp({
  appName,
  route: routeOf(window.location.hash),
  /* These two are needed before the core is there and when it never comes. */
  embedded: { emergency, errors } as unknown as LoadedContent,
  core: createCorePort(new CoreClient()),
  platform: {
    nowMs,
    today: () => civilDate(nowMs()),
    newId: () => newId(),
    makePassphrase: async () => makePassphrase(await loadWordList()),
    readDeviceStorage,
    askForPersistence,
    print: () => window.print(),
    saveFile,
    build: { hash: buildInfo.hash, userAgent: navigator.userAgent },
    reload: () => window.location.reload(),
    setAddress(route, how) {
      if (hashOf(route) === window.location.hash) return;
      if (how === 'push') window.history.pushState(null, '', hashOf(route));
      else window.history.replaceState(null, '', hashOf(route));
    },
    acceptUpdate: () => updates?.accept(),
    origin: () => window.location.origin,
    isOnline: () => navigator.onLine,
    wordsOf,
    startCamera,
    passkeys: {
      isSupported: hasPasskeys,
      make: (input, areSyncedAllowed) => makePasskey(input, { name: appName, areSyncedAllowed }),
      use: usePasskey,
    },
  },
  setTimer(ms, run) {
    const timer = window.setTimeout(run, ms);
    return () => window.clearTimeout(timer);
  },
});
start(app);

function start({ store, actions, navigator: routes, begin, presence, cameOnline }: App): void {
  const root = document.getElementById('app');
  if (root === null) throw new Error('index.html has no place to draw in');
  let focusToken = 0;
  store.subscribe((state) => {
    render(appView(state, actions), root);
    document.title = pageTitle(state);
    if (state.focus.token === focusToken) return;
    focusToken = state.focus.token;
    moveFocus(state.focus.target);
  });
  window.addEventListener('hashchange', () => void routes.addressChanged(routeOf(window.location.hash)));
  watchReconnect({ window, isOnline: () => navigator.onLine, worker: 'serviceWorker' in navigator ? navigator.serviceWorker : undefined }, cameOnline);
  watchHideKey(document, actions.hide);
  watchPresence(createPresence({ wallMs: nowMs, monotonicMs: () => performance.now() }, createCurtain(root), presence));
  document.addEventListener('change', alignDefaults);
  window.addEventListener('unhandledrejection', () => stopWithApology());
  window.addEventListener('error', () => stopWithApology());
  render(html`${appView(store.state(), actions)}`, root);
  void begin();
  void registerServiceWorker({
    onReady(ready) {
      updates = ready;
      store.dispatch({ kind: 'update', update: 'ready' });
    },
    onFailed: () => store.dispatch({ kind: 'update', update: 'failed' }),
  }).catch(() => undefined);

  /** A fault of ours: the records stay as they are on the disk, and the screen says so. */
  function stopWithApology(): void {
    if (store.state().phase.kind !== 'hidden') store.dispatch({ kind: 'phase', phase: { kind: 'broken', state: 'bug' } });
  }
}

function moveFocus(target: 'none' | 'heading' | 'errors' | { readonly id: string }): void {
  if (target === 'none') return;
  const id = target === 'heading' ? 'page-heading' : target === 'errors' ? 'error-summary' : target.id;
  if (target === 'heading') window.scrollTo(0, 0);
  const element = document.getElementById(id) ?? document.getElementById('page-heading');
  element?.focus({ preventScroll: target === 'heading' });
  if (target === 'errors') element?.scrollIntoView();
}

/** Firefox writes a radio or checkbox that differs from its default into its session files. */
function alignDefaults(event: Event): void {
  const control = event.target;
  if (!(control instanceof HTMLInputElement) || (control.type !== 'radio' && control.type !== 'checkbox')) return;
  const group =
    control.type === 'radio' ? document.querySelectorAll<HTMLInputElement>(`input[name="${CSS.escape(control.name)}"]`) : [control];
  for (const each of group) each.defaultChecked = each.checked;
}
