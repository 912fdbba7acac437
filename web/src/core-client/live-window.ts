/**
 * One live window per origin.
 *
 * Who holds the Web Lock may open vaults. Another window sees that it is taken and can ask to move
 * here: the holder locks its vault, lets the lock go, and the asker gets it. The lock also ends with
 * its window, however that ended. It is never stolen: a frozen window could still hold the files.
 */
const LOCK_NAME = 'fk-live-window';
const CHANNEL_NAME = 'fk-live-window';
const MOVE_HERE = 'move-here';

export class LiveWindow {
  readonly #channel = new BroadcastChannel(CHANNEL_NAME);
  #release: (() => void) | null = null;

  /** onAsked: lock and let go of everything; the window is released when it resolves. */
  constructor(onAsked: () => Promise<void>) {
    this.#channel.onmessage = async (event: MessageEvent<unknown>) => {
      if (event.data === MOVE_HERE && this.isLive) {
        try {
          await onAsked();
        } finally {
          this.release();
        }
      }
    };
  }

  get isLive(): boolean {
    return this.#release !== null;
  }

  /** false: another window has it. */
  claim(): Promise<boolean> {
    return this.isLive ? Promise.resolve(true) : this.#request({ ifAvailable: true });
  }

  /** Ask the other window to let go. false: it did not within deadlineMs. */
  async moveHere(deadlineMs: number): Promise<boolean> {
    if (await this.claim()) {
      return true;
    }
    const waiting = this.#request({ signal: AbortSignal.timeout(deadlineMs) });
    this.#channel.postMessage(MOVE_HERE);
    return waiting;
  }

  release(): void {
    this.#release?.();
    this.#release = null;
  }

  #request(options: LockOptions): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      const held = (lock: Lock | null): Promise<void> => {
        if (lock === null) {
          resolve(false);
          return Promise.resolve();
        }
        return new Promise<void>((release) => {
          this.#release = release;
          resolve(true);
        });
      };
      navigator.locks.request(LOCK_NAME, options, held).catch(() => resolve(false));
    });
  }
}
