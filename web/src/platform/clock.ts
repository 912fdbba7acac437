/** Wall clock to civil dates. Every date of the field is a civil date in Europe/London (docs/DOMAIN.md 2.2). */

const CIVIL = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London', year: 'numeric', month: '2-digit', day: '2-digit',
});
const TIME = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: 'numeric', minute: '2-digit', hour12: true });

export function nowMs(): number {
  return Date.now();
}

/** `2026-11-22`, the day it is in London at that moment. */
export function civilDate(atMs: number): string {
  const parts = new Map(CIVIL.formatToParts(atMs).map((part) => [part.type, part.value]));
  return `${parts.get('year') ?? ''}-${parts.get('month') ?? ''}-${parts.get('day') ?? ''}`;
}

/** `9:05am`, GOV.UK style, in London. */
export function clockTime(atMs: number): string {
  return TIME.format(atMs).replace(/\s+/g, '').toLowerCase();
}
