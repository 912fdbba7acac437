import type { AppState } from './model.ts';
import type { StateEvent } from './events.ts';
import { reduce } from './reduce.ts';

export interface Store {
  readonly state: () => AppState;
  readonly dispatch: (event: StateEvent) => void;
  readonly subscribe: (listener: (state: AppState) => void) => void;
}

/** One store, one reducer. Listeners run at once: hiding the screen may not wait for a frame. */
export function createStore(initial: AppState): Store {
  let current = initial;
  const listeners: ((state: AppState) => void)[] = [];
  return {
    state: () => current,
    dispatch(event) {
      current = reduce(current, event);
      for (const listener of listeners) listener(current);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}
