/** Whether a new version of the app may take over now: the page is loaded anew by it, so nothing may be on its way. */
import { hasHeld } from './form.ts';
import type { AppState } from './model.ts';

/** Why it waits: each has its sentence in words.update. */
export type UpdateHold = 'syncing' | 'unfinished' | 'unsaved' | 'saving' | 'making' | 'elsewhere';

export function updateHold({ phase, team, form, save }: AppState): UpdateHold | undefined {
  switch (phase.kind) {
    case 'no-vault':
      return phase.step.kind === 'welcome' ? undefined : 'making';
    case 'other-window':
      /* The window that has the records would be left with half of the old version. */
      return 'elsewhere';
    case 'open':
      break;
    default:
      return undefined;
  }
  if (team.isSyncing) return 'syncing';
  if (form !== undefined && hasHeld(form)) return 'unfinished';
  if (save.kind === 'failed') return 'unsaved';
  return save.kind === 'saving' ? 'saving' : undefined;
}
