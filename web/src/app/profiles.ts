/**
 * A distress phrase opens another vault behind the same door (docs/adr/0014). Whoever stands by must see nothing of the one before:
 * no value that waited to be saved, no address that leads to what is not there.
 */
import type { VaultUnlockReply } from '../protocol/protocol.gen.ts';
import { HOME } from '../state/routes.ts';
import type { AppContext } from './context.ts';
import type { Navigator } from './navigation.ts';

export type Profile = VaultUnlockReply['profile'];

/** To be called when a vault was opened, before its first screen. */
export function createProfiles({ store, saver }: AppContext, navigator: Navigator): { readonly opened: (profile: Profile) => Promise<void> } {
  /* By directory: which profile was opened last, and what waits to be saved in the other. */
  const last = new Map<string, Profile>();
  const parked = new Map<string, () => void>();

  return {
    async opened(profile) {
      const directory = store.state().vaults.chosen ?? '';
      const before = last.get(directory) ?? 'own';
      last.set(directory, profile);
      store.dispatch({ kind: 'vaults', change: { isNeutral: profile === 'neutral' } });
      if (profile === before) return;
      const restore = saver.park();
      if (restore !== undefined) parked.set(`${directory} ${before}`, restore);
      parked.get(`${directory} ${profile}`)?.();
      parked.delete(`${directory} ${profile}`);
      await navigator.go(HOME, 'replace');
    },
  };
}
