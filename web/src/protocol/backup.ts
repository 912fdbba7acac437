/** What page and store worker say to each other about exported files. */

/**
 * writing: an export; testing: its test restore; reading: a file of the person's, to verify or to restore it; copying: the
 * vault under a new key.
 */
export type BackupPhase = 'writing' | 'testing' | 'reading' | 'copying';

export interface BackupProgress {
  readonly phase: BackupPhase;
  /** rows of the vault so far, and of all; 0 of 0 until it is known */
  readonly done: number;
  readonly total: number;
}

/** An export that was read back into a store of its own and showed the same. */
export interface ExportReply {
  /** Sealed: nobody reads it without what opens the vault. */
  readonly file: Blob;
  readonly rowCount: number;
}

/** A file that was read into a store and showed what the vault it was made from showed. */
export interface ReadReply {
  readonly rowCount: number;
  /** changes and drafts in it that no hub has */
  readonly unsentCount: number;
}

/** What is needed before the secrets that open a file can be given. */
export interface FileHeadReply {
  readonly prfInputHex: string;
}

/** The vault is under a new key in this directory, locked; the old directory is gone. */
export interface RekeyReply {
  readonly directory: string;
}

/** What a copy that was cut off was brought to. */
export interface SettleReply {
  readonly settled: 'nothing' | 'copy-kept' | 'copy-removed';
}

/** Says nothing of what it is, of whom, or from where. */
export function exportFileName(date: Date): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `notes-${date.getFullYear()}${pad(date.getMonth() + 1)}${pad(date.getDate())}.bin`;
}
