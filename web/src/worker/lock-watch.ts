/**
 * Asks the core every second how the vault is locked, so that time takes effect although nobody does anything. The core
 * decides (fk/lock.h); this only says aloud when its answer is another one.
 */
import type { LockState, LockView } from '../protocol/protocol.gen.ts';

export interface LockWatchPorts {
  /** Calls `run` again and again; out: how to end that. */
  readonly every: (ms: number, run: () => void) => () => void;
  /** lock.state, in its turn among the other requests. Never rejects. */
  readonly ask: () => Promise<void>;
  /** The state is another one than before. */
  readonly onChange: (view: LockView) => void;
}

export const HEARTBEAT_MS = 1000;

export class LockWatch {
  readonly #ports: LockWatchPorts;
  #state: LockState = 'cold';
  #stop: (() => void) | null = null;
  #isAsking = false;

  constructor(ports: LockWatchPorts) {
    this.#ports = ports;
  }

  /** The vault was opened. */
  begin(): void {
    this.end();
    this.#state = 'open';
    this.#stop = this.#ports.every(HEARTBEAT_MS, () => void this.#beat());
  }

  end(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** What the core said, asked by whomever. */
  heard(view: LockView): void {
    if (this.#stop === null || view.state === this.#state) return;
    this.#state = view.state;
    this.#ports.onChange(view);
  }

  /** A long request delays a beat; beats do not queue up behind it. */
  async #beat(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    await this.#ports.ask();
    this.#isAsking = false;
  }
}
