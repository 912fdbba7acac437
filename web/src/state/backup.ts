/** Copies of a vault as files: how far the one under way is, and what was made. The file itself is never in the state. */
import type { BackupProgress } from '../protocol/backup.ts';
import type { CoreError } from './model.ts';

export interface BackupView {
  readonly running: BackupProgress | 'starting' | undefined;
  /** a copy that was read back; entries in it */
  readonly madeCount: number | undefined;
  /** the person took the file; nothing was written since */
  readonly isTaken: boolean;
  readonly problem: CoreError | undefined;
}

export const NO_BACKUP: BackupView = { running: undefined, madeCount: undefined, isTaken: false, problem: undefined };
