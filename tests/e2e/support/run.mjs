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
 * One device: a browser on a profile of its own at an origin. launch opens it, the first time and again; browser and app are then
 * those of the newest launch. `isDown` says whether its server is gone on purpose. remove kills it and deletes the profile.
 */
export function makeDevice({ kind, name, origin, Driver = PointerDriver, viewport, isPrivate, args, env, isDown = () => false }) {
  const home = makeHome(name);
  const device = { name, home, kind, origin, browser: undefined, app: undefined };
  device.launch = async (more = {}) => {
    device.browser = await Browser.launch({ kind, home, origin, viewport, faults: device.browser?.faults, isPrivate, args, env, ...more });
    device.browser.isOffline = isDown();
    await device.browser.page.evaluateOnNewDocument(keepStoreWorker);
    device.app = new App({ page: device.browser.page, driver: new Driver(device.browser.page), origin });
    return device.app;
  };
  device.remove = async () => {
    await device.browser?.kill();
    removeHome(home);
  };
  return device;
}

/** Runs `act` with one device and the hub that serves it, cleaned up whatever happens. */
export async function inApp(options, act) {
  const hub = await Hub.start();
  const run = Object.assign(makeDevice({ ...options, origin: hub.origin, isDown: () => hub.isDown }), { hub });
  run.goOffline = async () => {
    await hub.stop();
    run.browser.isOffline = true;
  };
  try {
    await run.launch();
    return await act(run);
  } catch (error) {
    await pictureOf(run);
    throw error;
  } finally {
    await run.remove();
    await hub.stop();
  }
}

/** What was on screen when a run failed, for whoever looks into it. */
export async function pictureOf(run) {
  try {
    mkdirSync(LOGS, { recursive: true });
    await run.browser.page.screenshot({ path: `${LOGS}e2e-${run.name}.png`, fullPage: true });
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
