/**
 * Asks the core every second how the vault is locked, so that time takes effect although nobody does anything. The core
 * decides (fk/lock.h); this only says aloud when its answer is another one.
 */
import type { LockState, LockView } from '../protocol/protocol.gen.ts';

export interface LockWatchPorts {
  /** Calls `run` again and again; out: how to end that. */
  readonly every: (ms: number, run: () => void) => () => void;
  /** lock.state. Never throws. */
  readonly ask: () => void;
  /** The state is another one than before. */
  readonly onChange: (view: LockView) => void;
}

export const HEARTBEAT_MS = 1000;

export class LockWatch {
  readonly #ports: LockWatchPorts;
  #state: LockState = 'cold';
  #stop: (() => void) | null = null;

  constructor(ports: LockWatchPorts) {
    this.#ports = ports;
  }

  /** The vault was opened. */
  begin(): void {
    this.end();
    this.#state = 'open';
    this.#stop = this.#ports.every(HEARTBEAT_MS, this.#ports.ask);
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
}
