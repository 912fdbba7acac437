/** What a device is called on screen. One that was let in by a code is labelled with its kind, as the core names it, until it is renamed. */
import { words } from '../app/words.en.ts';

export function deviceName(label: string): string {
  return words.team.kinds[label as keyof typeof words.team.kinds] ?? label;
}
