/** What the browser says about keeping this app's files. Absent answers stay undefined: nothing is guessed. */
import type { DeviceStorage } from '../state/model.ts';

export async function readDeviceStorage(): Promise<DeviceStorage> {
  const storage: StorageManager | undefined = navigator.storage;
  if (storage === undefined) return { isPersistent: undefined, usageBytes: undefined, quotaBytes: undefined };
  const [isPersistent, estimate] = await Promise.all([
    storage.persisted?.().catch(() => undefined),
    storage.estimate?.().catch(() => undefined),
  ]);
  return { isPersistent, usageBytes: estimate?.usage, quotaBytes: estimate?.quota };
}

/** Asks the browser not to clear the files when space runs short. */
export async function askForPersistence(): Promise<DeviceStorage> {
  await navigator.storage?.persist?.().catch(() => false);
  return readDeviceStorage();
}
