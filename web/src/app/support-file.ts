/**
 * The file for whoever helps: what this app is, how much there is, what went wrong by its code. Numbers and codes alone, each named
 * here; nothing is taken over as a whole, so that nothing of a record can come along. No id, no name, no text, no address.
 */
import { PROTOCOL_VERSION, SCHEMA_HASH, type LockView } from '../protocol/protocol.gen.ts';
import type { Json, JsonObject } from '../state/json.ts';
import type { AppState, DeviceStorage, StorageNumbers } from '../state/model.ts';
import type { TeamView } from '../state/team.ts';

export const SUPPORT_FILE = 'support.json';

export interface SupportFacts {
  readonly state: AppState;
  readonly lock: LockView | undefined;
  readonly storage: StorageNumbers | undefined;
  readonly device: DeviceStorage;
  readonly errors: readonly SeenError[];
  readonly buildHash: string;
  readonly userAgent: string;
  readonly nowMs: number;
}

export interface SeenError {
  readonly code: string;
  readonly count: number;
}

const HOUR_MS = 3_600_000;
/** The form of every code of protocol.json and errors.json; anything else is no code. */
const CODE = /^[a-z][a-z_-]{0,39}$/;

export function supportText(facts: SupportFacts): string {
  return `${JSON.stringify(supportFile(facts), undefined, 2)}\n`;
}

function supportFile({ state, lock, storage, device, errors, buildHash, userAgent, nowMs }: SupportFacts): JsonObject {
  const { isPersistent, usageBytes, quotaBytes, platform } = device;
  return {
    format: 'fieldkit-support/1',
    app: { version: state.version ?? null, build: buildHash, protocol: PROTOCOL_VERSION, schema: SCHEMA_HASH.toString(16), update: state.update },
    browser: { platform: platform ?? null, userAgent },
    browserStorage: { isPersistent: isPersistent ?? null, usageBytes: usageBytes ?? null, quotaBytes: quotaBytes ?? null },
    vault: storage === undefined ? null : vaultPart(storage, nowMs),
    team: teamPart(state.team, nowMs),
    lock: lock === undefined ? null : { idleS: lock.idleS, hiddenS: lock.hiddenS, hasPin: lock.hasPin },
    errors: errors.map(({ code, count }) => ({ code, count })),
  };
}

function vaultPart({ pageFileBytes, logBytes, operationCount, draftCount, unsentCount, oldestUnsentMs }: StorageNumbers, nowMs: number): JsonObject {
  return { pageFileBytes, logBytes, operationCount, draftCount, unsentCount, oldestUnsentHours: hoursSince(oldestUnsentMs, nowMs) };
}

function teamPart({ status, sync, people, devices }: TeamView, nowMs: number): JsonObject {
  return {
    state: status?.state ?? null,
    deviceKind: status?.deviceKind ?? null,
    peopleCount: people.length,
    deviceCount: devices.length,
    problem: codeOf(status?.problem),
    sync: sync === undefined ? null : {
      phase: sync.phase, problem: codeOf(sync.problem), lastSyncedHours: hoursSince(sync.lastSyncedMs, nowMs), refusedCount: sync.refusedCount, notTakenCount: sync.notTakenCount,
      waitingCount: sync.waitingCount, isClockWrong: sync.isClockWrong, clockAheadMs: sync.clockAheadMs ?? null, clockBehindMs: sync.clockBehindMs ?? null,
    },
  };
}

/** A time would say when somebody worked; its age in hours is enough. */
function hoursSince(atMs: number | undefined, nowMs: number): Json {
  return atMs === undefined ? null : Math.max(0, Math.floor((nowMs - atMs) / HOUR_MS));
}

function codeOf(text: string | undefined): Json {
  return text !== undefined && CODE.test(text) ? text : null;
}

export interface ErrorLog {
  readonly saw: (code: string) => void;
  readonly all: () => readonly SeenError[];
}

/** Counts codes, not what was behind them. Bounded, whatever comes. */
export function createErrorLog(codesMax = 50): ErrorLog {
  const counts = new Map<string, number>();
  return {
    saw(code) {
      const known = CODE.test(code) ? code : 'other';
      if (counts.has(known) || counts.size < codesMax) counts.set(known, (counts.get(known) ?? 0) + 1);
    },
    all: () => [...counts].map(([code, count]) => ({ code, count })),
  };
}
