/** A moment of the past or a coming one, as day and time in London. */
import { longDate } from '../app/dates.ts';
import { civilDate, clockTime } from '../platform/clock.ts';

export function dayOf(atMs: number): string {
  return longDate(civilDate(atMs));
}

export function dayAndTime(atMs: number): string {
  return `${dayOf(atMs)}, ${clockTime(atMs)}`;
}
