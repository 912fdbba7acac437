/** Ids are made by whoever makes a change, before it is queued, so that a repeat is the same change. */
import type { Id } from '../protocol/protocol.gen.ts';

/** 16 random bytes as 32 lower-case hex digits. */
export function newId(): Id {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('') as Id;
}

export function newMutation(): { readonly mutationId: Id; readonly timeMs: number } {
  return { mutationId: newId(), timeMs: Date.now() };
}
