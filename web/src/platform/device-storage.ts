/** What the browser says about keeping this app's files. Absent answers stay undefined: nothing is guessed. */
import type { DeviceStorage, Platform } from '../state/model.ts';

export interface BrowserFacts {
  readonly userAgent: string;
  /** A desktop Mac has none; an iPad that calls itself one has five. */
  readonly touchPoints: number;
  /** Opened from the home screen or as an installed app. */
  readonly isInstalled: boolean;
}

/** Which advice holds. Each keeps files by rules of its own. */
export function platformOf({ userAgent, touchPoints, isInstalled }: BrowserFacts): Platform {
  const isApple = /iPad|iPhone|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1);
  if (isApple) return isInstalled ? 'ios-installed' : 'ios-browser';
  if (/Firefox\//.test(userAgent)) return 'firefox';
  if (/Chrome\//.test(userAgent)) return 'chromium';
  return /Safari\//.test(userAgent) ? 'safari' : 'other';
}

function platformHere(): Platform {
  const isInstalled = window.matchMedia('(display-mode: standalone)').matches;
  return platformOf({ userAgent: navigator.userAgent, touchPoints: navigator.maxTouchPoints, isInstalled });
}

export async function readDeviceStorage(): Promise<DeviceStorage> {
  const platform = platformHere();
  const storage: StorageManager | undefined = navigator.storage;
  if (storage === undefined) return { platform, isPersistent: undefined, usageBytes: undefined, quotaBytes: undefined };
  const [isPersistent, estimate] = await Promise.all([
    storage.persisted?.().catch(() => undefined),
    storage.estimate?.().catch(() => undefined),
  ]);
  return { platform, isPersistent, usageBytes: estimate?.usage, quotaBytes: estimate?.quota };
}

/** Asks the browser not to clear the files when space runs short. */
export async function askForPersistence(): Promise<DeviceStorage> {
  await navigator.storage?.persist?.().catch(() => false);
  return readDeviceStorage();
}
