/**
 * Saves what a person types, field by field, as drafts. One request is under way at a time; what is typed meanwhile waits
 * and replaces older waiting values of the same field. The state it reports is true: `saved` only after the core
 * has answered for everything put so far.
 */
import type { CoreError, SaveState } from '../state/model.ts';
import type { Json } from '../state/json.ts';

export interface DraftTarget {
  readonly caseId: string;
  readonly recordId: string;
  readonly type: string;
}

export interface FieldChange {
  readonly field: string;
  readonly value: Json;
}

export interface SaverPorts {
  readonly save: (target: DraftTarget, changes: readonly FieldChange[]) => Promise<CoreError | undefined>;
  readonly onState: (state: SaveState) => void;
  /** The core does not take this value; the others of the batch were saved. */
  readonly onRefused: (target: DraftTarget, field: string) => void;
  readonly nowMs: () => number;
  readonly setTimer: (ms: number, run: () => void) => () => void;
}

export interface Saver {
  /** Keep a value; it is sent after the pause, or at the next flush. */
  readonly put: (target: DraftTarget, changes: readonly FieldChange[]) => void;
  /** Send everything now. Resolves when all of it is answered: undefined, or the error that stopped it. */
  readonly flush: () => Promise<CoreError | undefined>;
  /** Take out what waits. Out: puts it back, to be sent at the next flush; undefined when nothing waited. */
  readonly park: () => (() => void) | undefined;
  /** Forget what waits, for example of a draft that was thrown away. */
  readonly clear: () => void;
}

/** The longest pause between a key and its save. */
export const SAVE_PAUSE_MS = 400;
const CHANGES_MAX = 64;

interface Waiting {
  readonly target: DraftTarget;
  readonly values: Map<string, Json>;
}

export function createSaver(ports: SaverPorts, pauseMs = SAVE_PAUSE_MS): Saver {
  const waiting = new Map<string, Waiting>();
  let stopTimer: (() => void) | undefined;
  let running: Promise<CoreError | undefined> | undefined;

  function put(target: DraftTarget, changes: readonly FieldChange[]): void {
    const entry = waiting.get(target.recordId) ?? { target, values: new Map<string, Json>() };
    for (const change of changes) {
      entry.values.delete(change.field);
      entry.values.set(change.field, change.value);
    }
    waiting.set(target.recordId, entry);
    ports.onState({ kind: 'saving' });
    /* The first waiting key starts the pause; later ones do not push it back, so nothing waits longer. */
    stopTimer ??= ports.setTimer(pauseMs, () => void flush());
  }

  function flush(): Promise<CoreError | undefined> {
    stopTimer?.();
    stopTimer = undefined;
    running = (running ?? Promise.resolve(undefined)).then(drain, drain);
    return running;
  }

  async function drain(): Promise<CoreError | undefined> {
    let hasSaved = false;
    for (let entry = takeFirst(); entry !== undefined; entry = takeFirst()) {
      const error = await saveEntry(entry);
      if (error !== undefined) {
        giveBack(entry);
        ports.onState({ kind: 'failed', code: error.code });
        return error;
      }
      hasSaved = true;
    }
    if (hasSaved) ports.onState({ kind: 'saved', atMs: ports.nowMs() });
    return undefined;
  }

  function takeFirst(): Waiting | undefined {
    const first = waiting.values().next().value;
    if (first === undefined) return undefined;
    const taken = new Map([...first.values].slice(0, CHANGES_MAX));
    for (const field of taken.keys()) first.values.delete(field);
    if (first.values.size === 0) waiting.delete(first.target.recordId);
    return { target: first.target, values: taken };
  }

  /** After a failure everything waits again, except fields that were typed anew since. */
  function giveBack(entry: Waiting): void {
    const newer = waiting.get(entry.target.recordId);
    const values = new Map([...entry.values, ...(newer?.values ?? [])]);
    waiting.set(entry.target.recordId, { target: entry.target, values });
  }

  async function saveEntry(entry: Waiting): Promise<CoreError | undefined> {
    const changes = [...entry.values].map(([field, value]): FieldChange => ({ field, value }));
    const error = await ports.save(entry.target, changes);
    if (error === undefined || !isAboutValue(error)) return error;
    if (changes.length === 1) {
      ports.onRefused(entry.target, changes[0]?.field ?? '');
      return undefined;
    }
    return saveOneByOne(entry.target, changes);
  }

  /** One bad value must not keep the good ones beside it from being saved. */
  async function saveOneByOne(target: DraftTarget, changes: readonly FieldChange[]): Promise<CoreError | undefined> {
    for (const change of changes) {
      const error = await ports.save(target, [change]);
      if (error === undefined) continue;
      if (!isAboutValue(error)) return error;
      ports.onRefused(target, change.field);
    }
    return undefined;
  }

  function park(): (() => void) | undefined {
    const taken = [...waiting.values()];
    clear();
    return taken.length === 0 ? undefined : () => taken.forEach(giveBack);
  }

  function clear(): void {
    stopTimer?.();
    stopTimer = undefined;
    waiting.clear();
  }

  return { put, flush, park, clear };
}

function isAboutValue(error: CoreError): boolean {
  return error.code === 'invalid-input' || error.code === 'too-large';
}
