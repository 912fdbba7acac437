// One run of the app in one browser profile: opened, killed, opened again, and cleaned up whatever happens.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from './app.mjs';
import { Browser, makeHome, removeHome } from './browser.mjs';
import { PointerDriver } from './drivers.mjs';
import { Hub } from './hub.mjs';
import { keepStoreWorker } from './trace.mjs';

const LOGS = fileURLToPath(new URL('../../../build/logs/', import.meta.url));

/**
 * Runs `act` with a context { hub, home, kind, browser, app, launch, kill }. launch opens the browser on the run's profile, the
 * first time and again; browser and app are then those of the newest launch. `hub` may be given to share one.
 */
export async function inApp({ kind, name, Driver = PointerDriver, viewport, isPrivate, args }, act) {
  const hub = await Hub.start();
  const home = makeHome(name);
  const run = { hub, home, kind, origin: hub.origin, browser: undefined, app: undefined };
  run.launch = async () => {
    run.browser = await Browser.launch({ kind, home, origin: hub.origin, viewport, faults: run.browser?.faults, isPrivate, args });
    run.browser.isOffline = hub.isDown;
    await run.browser.page.evaluateOnNewDocument(keepStoreWorker);
    run.app = new App({ page: run.browser.page, driver: new Driver(run.browser.page), origin: hub.origin });
    return run.app;
  };
  run.goOffline = async () => {
    await hub.stop();
    run.browser.isOffline = true;
  };
  try {
    await run.launch();
    return await act(run);
  } catch (error) {
    await pictureOf(run, name);
    throw error;
  } finally {
    await run.browser?.kill();
    await hub.stop();
    removeHome(home);
  }
}

/** What was on screen when a run failed, for whoever looks into it. */
async function pictureOf(run, name) {
  try {
    mkdirSync(LOGS, { recursive: true });
    await run.browser.page.screenshot({ path: `${LOGS}e2e-${name}.png`, fullPage: true });
  } catch {
    // The browser may be gone; the error of the run itself is what counts.
  }
}

/** Runs steps as subtests in order; the first that fails ends the run, for the next ones stand on it. */
export async function inSteps(t, steps) {
  for (const [name, act] of steps) {
    let failure;
    await t.test(name, async () => {
      try {
        await act();
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    if (failure !== undefined) throw new Error(`stopped after "${name}": ${failure.message}`);
  }
}
