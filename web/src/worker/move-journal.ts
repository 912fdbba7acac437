/**
 * Which vault directory is being copied into which, so that after a crash exactly one of the two is kept. Plain, and
 * nothing but two random names. It is written before the copy's first file and removed after the old directory is gone.
 */
export interface VaultMove {
  readonly from: string;
  readonly to: string;
}

/** Where it is kept: a file of the origin's private storage, tests have their own. */
export interface MoveJournal {
  /** null: no copy was under way, or what stands there is none of ours. */
  read(): Promise<VaultMove | null>;
  write(move: VaultMove): Promise<void>;
  clear(): Promise<void>;
}

const LINE = /^move ([0-9a-f]{32}) ([0-9a-f]{32})\n$/;

export function moveText({ from, to }: VaultMove): string {
  return `move ${from} ${to}\n`;
}

export function readMove(text: string): VaultMove | null {
  const [, from, to] = LINE.exec(text) ?? [];
  return from === undefined || to === undefined || from === to ? null : { from, to };
}
