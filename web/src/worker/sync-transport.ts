/**
 * One request to the hub with fetch, and what came back as an answer for the core. Nothing is thrown: every failure of a
 * network has a kind. No redirect is followed, nothing is cached, no cookie and no referrer travels.
 */
import { ANSWER_BODY_BYTES_MAX, type SyncAnswer, type SyncRequest } from './sync-frames.ts';

export interface TransportPorts {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Runs once after so many ms, unless the function it gives is called before. */
  readonly setTimer: (ms: number, run: () => void) => () => void;
  /** After a failed request: did this page's own policy forbid it? */
  readonly wasForbidden: (url: string) => Promise<boolean>;
}

/** `forbidden`: the address is not the one this app was installed for; nothing was sent. */
export type Transported = { readonly answer: SyncAnswer; readonly isForbidden: boolean };

/** The longest silence: a slow network goes on sending something, a dead one does not. */
export const SILENCE_MS_MAX = 30_000;
/** fetch does not say how far it has sent, so a large request has longer until the first byte of its answer: as on 2G. */
const SLOWEST_SENDING_BYTES_PER_S = 16 * 1024;
/** Longer is the same as never to a person who waits. */
const RETRY_AFTER_S_MAX = 86_400;

export async function transport(ports: TransportPorts, hub: string, request: SyncRequest, cancelled: AbortSignal): Promise<Transported> {
  if (cancelled.aborted) {
    return { answer: { kind: 'cancelled' }, isForbidden: false };
  }
  const url = hub + request.path;
  const silence = new Silence(ports.setTimer, cancelled);
  const failed = (kind: 'unreachable' | 'cut'): SyncAnswer => ({ kind: cancelled.aborted ? 'cancelled' : silence.signal.aborted ? 'timed-out' : kind });
  silence.begin(SILENCE_MS_MAX + (request.body.byteLength * 1000) / SLOWEST_SENDING_BYTES_PER_S);
  try {
    const response = await ports.fetch(url, initOf(request, silence.signal)).catch(() => undefined);
    if (response === undefined) {
      const isForbidden = !silence.signal.aborted && (await ports.wasForbidden(url));
      return { answer: failed('unreachable'), isForbidden };
    }
    const body = await readBody(response, silence).catch(() => undefined);
    return { answer: body === undefined ? failed('cut') : httpAnswer(response, body), isForbidden: false };
  } finally {
    silence.end();
  }
}

function initOf(request: SyncRequest, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = { 'Content-Type': 'application/octet-stream' };
  if (request.token !== '') {
    headers['Authorization'] = `Bearer ${request.token}`;
  }
  return {
    method: request.method,
    headers,
    ...(request.method === 'POST' ? { body: request.body } : {}),
    signal,
    mode: 'cors',
    /* Not followed either way; so a sign-in page of a network is told apart from no network at all. */
    redirect: 'manual',
    cache: 'no-store',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
  };
}

/** Throws when the stream breaks; undefined when it is larger than any answer of a hub. */
async function readBody(response: Response, silence: Silence): Promise<Uint8Array | undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    return new Uint8Array();
  }
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for (;;) {
    silence.begin(SILENCE_MS_MAX);
    const { done, value } = await reader.read();
    if (done) {
      return joined(parts, sizeBytes);
    }
    sizeBytes += value.byteLength;
    if (sizeBytes > ANSWER_BODY_BYTES_MAX) {
      await reader.cancel().catch(() => undefined);
      return undefined;
    }
    parts.push(value);
  }
}

function joined(parts: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

const STATUS_REDIRECT = 302;

function httpAnswer(response: Response, body: Uint8Array): SyncAnswer {
  if (response.type === 'opaqueredirect') {
    return { kind: 'http', status: STATUS_REDIRECT, retryAfterS: 0, body: new Uint8Array() };
  }
  return { kind: 'http', status: response.status, retryAfterS: retryAfterS(response.headers.get('Retry-After')), body };
}

/** Seconds only; a date would need a clock that is right. */
function retryAfterS(text: string | null): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Math.min(Number(text), RETRY_AFTER_S_MAX) : 0;
}

/** Aborts when nothing has come for too long, or when the run is cancelled. */
class Silence {
  readonly #setTimer: TransportPorts['setTimer'];
  readonly #cancelled: AbortSignal;
  readonly #controller = new AbortController();
  readonly #abort = (): void => this.#controller.abort();
  #stop: (() => void) | undefined;

  constructor(setTimer: TransportPorts['setTimer'], cancelled: AbortSignal) {
    this.#setTimer = setTimer;
    this.#cancelled = cancelled;
    cancelled.addEventListener('abort', this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  begin(ms: number): void {
    this.#stop?.();
    this.#stop = this.#setTimer(ms, this.#abort);
  }

  end(): void {
    this.#stop?.();
    this.#cancelled.removeEventListener('abort', this.#abort);
  }
}
