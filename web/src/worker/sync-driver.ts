/**
 * One run of sync: asks the core for the next request, sends it, brings the answer, until the core says that the run is
 * over (docs/adr/0010). It decides nothing: what is wanted, and what an answer means, is the core's.
 */
import type { SyncStatus } from '../protocol/sync.ts';
import { answerBytes, BadEffectError, readEffect, type SyncAnswer } from './sync-frames.ts';
import { transport, type TransportPorts } from './sync-transport.ts';

export interface SyncCore {
  /** One step; other commands may run between two. Throws what the core answers as an error. */
  readonly step: (answer: Uint8Array<ArrayBuffer>) => Promise<{ readonly effect: Uint8Array; readonly status: SyncStatus }>;
}

export interface SyncPorts extends TransportPorts {
  readonly monotonicMs: () => number;
}

/** Between two reports of one phase: enough for a moving bar, too few to be in the way. */
const REPORT_PAUSE_MS = 200;

export class SyncRun {
  readonly #ports: SyncPorts;
  readonly #core: SyncCore;
  readonly #onStatus: (status: SyncStatus) => void;
  readonly #cancelled = new AbortController();
  #isForbidden = false;
  #isStopped = false;
  #reported: { readonly phase: string; readonly atMs: number } | undefined;

  constructor(ports: SyncPorts, core: SyncCore, onStatus: (status: SyncStatus) => void) {
    this.#ports = ports;
    this.#core = core;
    this.#onStatus = onStatus;
  }

  /** The request under way ends at once; the core is told with the next step. */
  cancel(): void {
    this.#cancelled.abort();
  }

  /** The same, and no further step: the vault is being locked. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelled.abort();
  }

  /** Runs to the end; undefined when it was stopped. hub: an origin. Throws what a step throws, and BadEffectError. */
  async run(hub: string): Promise<SyncStatus | undefined> {
    let answer: SyncAnswer = { kind: 'none' };
    while (!this.#isStopped) {
      const { effect: bytes, status } = await this.#core.step(answerBytes(answer));
      const effect = readEffect(bytes);
      const known = this.#withForbidden(status);
      if (effect.kind === 'done') {
        this.#onStatus(known);
        return known;
      }
      if (answer.kind === 'cancelled') {
        throw new BadEffectError('a request after the end');
      }
      this.#report(known);
      const transported = await transport(this.#ports, hub, effect, this.#cancelled.signal);
      this.#isForbidden = transported.isForbidden;
      answer = transported.answer;
    }
    return undefined;
  }

  #withForbidden(status: SyncStatus): SyncStatus {
    return this.#isForbidden ? { ...status, problem: 'hub_forbidden' } : status;
  }

  #report(status: SyncStatus): void {
    const nowMs = this.#ports.monotonicMs();
    if (this.#reported?.phase === status.phase && nowMs - this.#reported.atMs < REPORT_PAUSE_MS) {
      return;
    }
    this.#reported = { phase: status.phase, atMs: nowMs };
    this.#onStatus(status);
  }
}
