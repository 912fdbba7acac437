/**
 * Did this worker's own policy forbid a request? fetch only says that it failed; the browser tells the reason apart by an
 * event, which may come just before or just after.
 */
const EVENT = 'securitypolicyviolation';

/** Out: whether a request to the origin of this address was forbidden since the last asking. */
export function forbiddenAddresses(scope: EventTarget): (url: string) => Promise<boolean> {
  const origins = new Set<string>();
  scope.addEventListener(EVENT, (event) => {
    origins.add(originOf((event as Partial<SecurityPolicyViolationEvent>).blockedURI ?? ''));
  });
  return async (url) => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    return origins.delete(originOf(url));
  };
}

/** The browser names some violations by a word instead of an address. */
function originOf(address: string): string {
  try {
    return new URL(address).origin;
  } catch {
    return '';
  }
}
