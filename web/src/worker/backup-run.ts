/**
 * One export or one reading of an exported file, from beginning to end. The core makes and reads the sealed bytes; here
 * they are passed on in pieces, so that neither the file nor the vault has to be in memory.
 */
import type { CallResult } from '../protocol/envelope.ts';
import type { BackupPhase, BackupProgress, ExportReply, ReadReply } from '../protocol/backup.ts';
import { COMMAND_IDS, type CommandName, type Commands } from '../protocol/protocol.gen.ts';
import type { Core } from './core.ts';

const HEAD_SIZE_BYTES = 2192;
const SECRETS_SIZE_BYTES = 88;
const TAKE_SIZE_BYTES = 65_536;
/** A piece of an export begins behind: 0, is last, rows so far. */
const PIECE_OFFSET_BYTES = 10;
/** Pieces are handed to the browser's own storage of blobs at this size; until then they are in memory. */
const BLOB_PART_SIZE_BYTES = 4 * 1024 * 1024;
/** After so many pieces the worker looks whether it was told to stop. */
const PIECES_BETWEEN_PAUSES = 16;

/** What opens a file: a set of secrets, or a recovery key as it was typed. Both are wiped by their use. */
export interface OpeningSecrets {
  readonly bytes: Uint8Array;
  readonly typed: Uint8Array;
}

export type ReadPurpose = 'test' | 'restore';
const PURPOSES: Readonly<Record<ReadPurpose, number>> = { test: 1, restore: 2 };

type Refusal = { readonly ok: false; readonly error: { readonly code: string; readonly detail: string } };

/** The core refused, or the run was cancelled; answer is for the page. */
export class BackupRefusal extends Error {
  override readonly name = 'BackupRefusal';
  constructor(readonly answer: Refusal) {
    super(answer.error.code);
  }
}

interface FinishedReading extends ReadReply {
  readonly digestHex: string;
  readonly isPractice: boolean;
}

export class BackupRun {
  readonly #core: Core;
  readonly #post: (progress: BackupProgress) => void;
  #isCancelled = false;
  #pieces = 0;

  constructor(core: Core, post: (progress: BackupProgress) => void) {
    this.#core = core;
    this.#post = post;
  }

  /** What is under way ends soon, with 'cancelled'. */
  cancel(): void {
    this.#isCancelled = true;
  }

  /** Writes the file; it is not tested yet. Throws BackupRefusal. */
  async export(): Promise<ExportReply & { readonly digestHex: string }> {
    return this.#ended(async () => {
      const total = Number(this.#json('backup.begin', {}).rowTotal);
      const file = await this.#writeAll(total);
      const { rowCount, digestHex } = this.#json('backup.end', {});
      return { file, rowCount: Number(rowCount), digestHex };
    });
  }

  /**
   * Reads a whole file: into the second set of files for a test, into the first to restore it. secrets null: the open
   * vault's own key. The caller made the files and removes them. Throws BackupRefusal.
   */
  async read(file: Blob, purpose: ReadPurpose, secrets: OpeningSecrets | null, phase: BackupPhase): Promise<FinishedReading> {
    return this.#ended(async () => {
      const head = await bytesOf(file.slice(0, HEAD_SIZE_BYTES));
      if (head.byteLength < HEAD_SIZE_BYTES) {
        throw refusal('damaged', 'head');
      }
      this.#bytes('backup.open', openRequest(purpose, secrets, head));
      await this.#takeAll(file, phase);
      return this.#finish();
    });
  }

  /** Salt and settings to derive the passphrase key of a file with. */
  async head(file: Blob): Promise<Commands['backup.head']['reply']> {
    const head = await bytesOf(file.slice(0, HEAD_SIZE_BYTES));
    if (head.byteLength < HEAD_SIZE_BYTES) {
      throw refusal('damaged', 'head');
    }
    return this.#bytes('backup.head', head);
  }

  async #writeAll(total: number): Promise<Blob> {
    this.#pieces = 0;
    const parts: Blob[] = [];
    let pieces: Uint8Array<ArrayBuffer>[] = [];
    let sizeBytes = 0;
    for (let isLast = false; !isLast; ) {
      const reply = this.#core.callRaw('backup.chunk', new TextEncoder().encode('{}'));
      if (typeof reply === 'string') {
        throw new BackupRefusal(JSON.parse(reply) as Refusal);
      }
      isLast = reply[1] === 1;
      const done = Number(new DataView(reply.buffer).getBigUint64(2, true));
      pieces.push(reply.subarray(PIECE_OFFSET_BYTES));
      sizeBytes += reply.byteLength;
      if (isLast || sizeBytes >= BLOB_PART_SIZE_BYTES) {
        parts.push(new Blob(pieces));
        pieces = [];
        sizeBytes = 0;
      }
      await this.#after({ phase: 'writing', done, total });
    }
    return new Blob(parts, { type: 'application/octet-stream' });
  }

  async #takeAll(file: Blob, phase: BackupPhase): Promise<void> {
    this.#pieces = 0;
    for (let at = HEAD_SIZE_BYTES; at < file.size; at += TAKE_SIZE_BYTES) {
      const { rowsDone, rowTotal } = this.#bytes('backup.take', await bytesOf(file.slice(at, at + TAKE_SIZE_BYTES)));
      await this.#after({ phase, done: Number(rowsDone), total: Number(rowTotal) });
    }
  }

  async #finish(): Promise<FinishedReading> {
    for (;;) {
      const { isDone, rowCount, unsentCount, digestHex, isPractice } = this.#json('backup.finish', {});
      if (isDone) {
        return { rowCount: Number(rowCount), unsentCount: Number(unsentCount), digestHex, isPractice };
      }
      await this.#pause();
    }
  }

  /** After a piece: now and then say how far it got, and hear what came meanwhile. */
  async #after(progress: BackupProgress): Promise<void> {
    this.#pieces += 1;
    if (this.#pieces % PIECES_BETWEEN_PAUSES === 1) {
      this.#post(progress);
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    if (this.#isCancelled) {
      throw refusal('cancelled', 'export or reading');
    }
  }

  /** Whatever ends the work, the core lets go of it. */
  async #ended<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      if (!this.#core.crashed) {
        this.#core.callJson('backup.cancel', {}); // refused behind a warm lock; the next one begins anew
      }
    }
  }

  #json<Name extends CommandName>(command: Name, request: unknown): Commands[Name]['reply'] {
    return demanded(this.#core.callJson(command, request));
  }

  #bytes<Name extends CommandName>(command: Name, request: Uint8Array): Commands[Name]['reply'] {
    return demanded(this.#core.callBytes(COMMAND_IDS[command], request));
  }
}

function demanded<Reply>(replyText: string): Reply {
  const answer = JSON.parse(replyText) as CallResult<Reply, string>;
  if (!answer.ok) {
    throw new BackupRefusal(answer);
  }
  return answer.reply;
}

function refusal(code: string, detail: string): BackupRefusal {
  return new BackupRefusal({ ok: false, error: { code, detail } });
}

function openRequest(purpose: ReadPurpose, secrets: OpeningSecrets | null, head: Uint8Array): Uint8Array {
  const request = new Uint8Array(1 + SECRETS_SIZE_BYTES + HEAD_SIZE_BYTES + (secrets?.typed.byteLength ?? 0));
  request[0] = PURPOSES[purpose];
  request.set(head, 1 + SECRETS_SIZE_BYTES);
  if (secrets !== null) {
    request.set(secrets.bytes, 1);
    request.set(secrets.typed, 1 + SECRETS_SIZE_BYTES + HEAD_SIZE_BYTES);
    secrets.bytes.fill(0);
    secrets.typed.fill(0);
  }
  return request;
}

async function bytesOf(slice: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await slice.arrayBuffer());
  } catch (error) {
    // Taken away or changed since it was chosen.
    throw refusal('not-found', error instanceof Error ? error.name : 'unknown');
  }
}
