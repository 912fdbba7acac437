/**
 * Moves the log into the page file when nobody waits: some seconds after the last command, and when the page is hidden.
 * So opening after a long day has little to replay, and a commit seldom has to do it while somebody types.
 */
export const TIDY_PAUSE_MS = 5_000;

type SetTimer = (ms: number, run: () => void) => () => void;

export class IdleTidying {
  readonly #setTimer: SetTimer;
  readonly #tidy: () => void;
  #stopTimer: (() => void) | undefined;

  constructor(setTimer: SetTimer, tidy: () => void) {
    this.#setTimer = setTimer;
    this.#tidy = tidy;
  }

  /** A command was answered. */
  touched(): void {
    this.stop();
    this.#stopTimer = this.#setTimer(TIDY_PAUSE_MS, () => {
      this.#stopTimer = undefined;
      this.#tidy();
    });
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
