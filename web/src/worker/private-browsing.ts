/**
 * Is this a window whose storage dies with it?
 *
 * Firefox and Safari refuse the file system in private windows, and that is answer enough. Chromium
 * gives an incognito window one in memory that looks real; a vault made there would be gone when the
 * window closes. There is no question to ask, so two independent traces are read, and only both
 * together count, because a wrong yes would turn a worker away:
 *
 * - A real file reserves room ahead of the first write (1 MiB in Chromium 156); one in memory does not.
 * - A real file is a handle of this process; one in memory is a call to another process each time. 200
 *   questions for the size took 0.1 to 0.3 ms and 77 to 84 ms.
 */
const QUESTION_COUNT = 200;
const QUESTIONS_MS_MAX = 20;
const RESERVED_BYTES_MIN = 256 * 1024;

/** A kind of storage that holds nothing is left out. */
interface ChromiumEstimate extends StorageEstimate {
  readonly usageDetails?: { readonly fileSystem?: number };
}

interface BrandedNavigator {
  readonly userAgentData?: { readonly brands: readonly { readonly brand: string }[] };
}

/** The handle is open and empty; one byte is written to it. */
export async function isThrowawayStorage(handle: FileSystemSyncAccessHandle): Promise<boolean> {
  const brands = (navigator as BrandedNavigator).userAgentData?.brands ?? [];
  if (!brands.some(({ brand }) => brand === 'Chromium')) {
    return false;
  }
  const before = await usageBytes();
  handle.write(new Uint8Array(1), { at: 0 });
  const reserved = (await usageBytes()) - before;
  return reserved < RESERVED_BYTES_MIN && questionsMs(handle) > QUESTIONS_MS_MAX;
}

/** Of files alone: the app's own copy, which the service worker may be storing in the same moment, does not count. */
async function usageBytes(): Promise<number> {
  const { usageDetails }: ChromiumEstimate = await navigator.storage.estimate();
  return usageDetails?.fileSystem ?? 0;
}

function questionsMs(handle: FileSystemSyncAccessHandle): number {
  const start = performance.now();
  for (let i = 0; i < QUESTION_COUNT; i++) {
    handle.getSize();
  }
  return performance.now() - start;
}
