/**
 * The bytes of the command sync.step: answers in, effects out (core/sync/include/fk/sync.h). All integers are little-endian.
 * What the core sends is read as strictly as any other input.
 */

/** An answer of the hub at its largest: a full body and the frame around it (fk/sync.h, FK_ANSWER_CUT). */
export const ANSWER_BODY_BYTES_MAX = 1024 * 1024 + 4096;

const ANSWER_HEADER_SIZE_BYTES = 8;
const EFFECT_HEADER_SIZE_BYTES = 16;
const TOKEN_SIZE_BYTES = 64;
const EFFECT_REQUEST = 1;
const EFFECT_DONE = 2;
const METHODS: Readonly<Record<number, 'GET' | 'POST'>> = { 1: 'GET', 2: 'POST' };

/** Values of fk_answer_kind. */
const ANSWER_KINDS = { none: 0, http: 1, unreachable: 2, 'timed-out': 3, cut: 4, cancelled: 5 } as const;

export type SyncAnswer =
  | { readonly kind: 'http'; readonly status: number; readonly retryAfterS: number; readonly body: Uint8Array }
  | { readonly kind: Exclude<keyof typeof ANSWER_KINDS, 'http'> };

export interface SyncRequest {
  readonly kind: 'request';
  readonly method: 'GET' | 'POST';
  /** with its query; begins with a slash */
  readonly path: string;
  /** 64 hex digits; empty: none */
  readonly token: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

export type SyncEffect = SyncRequest | { readonly kind: 'done' };

/** The core said something that is no effect: two parts that do not fit together. */
export class BadEffectError extends Error {
  override readonly name = 'BadEffectError';
}

export function answerBytes(answer: SyncAnswer): Uint8Array<ArrayBuffer> {
  const body = answer.kind === 'http' ? answer.body : new Uint8Array();
  const bytes = new Uint8Array(ANSWER_HEADER_SIZE_BYTES + body.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, ANSWER_KINDS[answer.kind]);
  if (answer.kind === 'http') {
    view.setUint16(2, answer.status, true);
    view.setUint32(4, answer.retryAfterS, true);
  }
  bytes.set(body, ANSWER_HEADER_SIZE_BYTES);
  return bytes;
}

/** Throws BadEffectError. The body is a copy. */
export function readEffect(bytes: Uint8Array): SyncEffect {
  if (bytes.byteLength < EFFECT_HEADER_SIZE_BYTES || bytes[0] !== 0) {
    throw new BadEffectError('no effect');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(1) === EFFECT_DONE) {
    return { kind: 'done' };
  }
  const method = METHODS[view.getUint8(2)];
  const tokenSizeBytes = view.getUint8(3) === 0 ? 0 : TOKEN_SIZE_BYTES;
  const pathSizeBytes = view.getUint16(8, true);
  const bodyAt = EFFECT_HEADER_SIZE_BYTES + pathSizeBytes + tokenSizeBytes;
  if (view.getUint8(1) !== EFFECT_REQUEST || method === undefined || bytes.byteLength !== bodyAt + view.getUint32(12, true)) {
    throw new BadEffectError('no request');
  }
  const text = new TextDecoder().decode(bytes.subarray(EFFECT_HEADER_SIZE_BYTES, bodyAt));
  const path = text.slice(0, pathSizeBytes);
  const token = text.slice(pathSizeBytes);
  if (!/^\/[\x21-\x7e]*$/.test(path) || !/^(?:[0-9a-f]{64})?$/.test(token)) {
    throw new BadEffectError('path or token');
  }
  return { kind: 'request', method, path, token, body: new Uint8Array(bytes.subarray(bodyAt)) };
}
