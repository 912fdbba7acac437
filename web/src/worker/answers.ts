/** What the store worker answers: replies of the core as they came, and each fault by its name. */
import type { CallResult, HostErrorCode } from '../protocol/envelope.ts';
import type { ErrorCode } from '../protocol/protocol.gen.ts';
import { BackupRefusal } from './backup-run.ts';
import { CoreCrashedError, CoreMemoryError } from './core.ts';
import { RefusedModuleError } from './loader.ts';
import { StorageError } from './opfs.ts';
import { BadEffectError } from './sync-frames.ts';

export type Answer = CallResult<unknown, string>;

/** The core answered with an error where the run needs a reply. */
export class CommandError extends Error {
  constructor(readonly answer: Answer) {
    super('the core refused');
  }
}

export function parsed<Reply>(replyText: string): CallResult<Reply, string> {
  return JSON.parse(replyText) as CallResult<Reply, string>;
}

export function demanded<Reply>(result: CallResult<Reply, string>): Reply {
  if (!result.ok) {
    throw new CommandError(result);
  }
  return result.reply;
}

export function refused(code: HostErrorCode | ErrorCode, detail: string): { ok: false; error: { code: string; detail: string } } {
  return { ok: false, error: { code, detail } };
}

export function answerOf(error: unknown): Answer {
  if (error instanceof CommandError || error instanceof BackupRefusal) {
    return error.answer;
  }
  if (error instanceof BadEffectError) {
    return refused('bug', error.message);
  }
  if (error instanceof CoreCrashedError || error instanceof StorageError) {
    return refused(error.code, error.detail);
  }
  if (error instanceof CoreMemoryError) {
    return refused('no-memory', error.message);
  }
  if (error instanceof RefusedModuleError) {
    return refused('not-loaded', error.message);
  }
  return refused('bug', error instanceof Error ? error.name : 'unknown');
}
