/** One answer, as far as it is heard. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

const EXCERPT_BYTES = 1024;

/**
 * What is heard of one answer. It has ended when the body has, so that its connection serves again, or when its limit is
 * reached, or when it breaks off: what came until then is what there is, for the status has said the rest.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly ended: Promise<void>;
  status: number | null = null;
  retryAfter: string | string[] | undefined;
  /** Why there is nothing more. */
  failure: unknown;
  stoppedBy: string | undefined;
  readonly #maxBytes: number;
  readonly #beginning: Buffer[] = [];
  #size = 0;
  #isWhole = false;
  #controller: Dispatcher.DispatchController | undefined;
  #end: () => void = () => undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Ends it at once, and closes its connection. */
  stop(why: string): void {
    this.stoppedBy ??= why;
    this.#controller?.abort(new Error(why));
    this.#end();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // There was nothing to abort before there was a connection. Nothing is sent on it.
    if (this.stoppedBy !== undefined) controller.abort(new Error(this.stoppedBy));
  }

  onResponseStart(_: unknown, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.status = status;
    this.retryAfter = headers['retry-after'];
  }

  onResponseData(_: unknown, piece: Buffer): void {
    if (this.#size < EXCERPT_BYTES) {
      this.#beginning.push(piece.subarray(0, EXCERPT_BYTES - this.#size));
    }
    this.#size += piece.length;
    if (this.#size >= this.#maxBytes) this.stop('the body is too long');
  }

  onResponseEnd(): void {
    this.#isWhole = this.#size <= EXCERPT_BYTES;
    this.#end();
  }

  onResponseError(_: unknown, error: unknown): void {
    this.failure = error;
    this.#end();
  }

  /** The beginning of the body as text that any database can hold; null where there is none. */
  excerpt(): string | null {
    // Of a text that is cut, the decoder keeps back the bytes of a character that it has not seen the end of.
    const decoder = new TextDecoder();
    const text = decoder.decode(Buffer.concat(this.#beginning), { stream: !this.#isWhole });
    return text === '' ? null : text.replaceAll('\0', '\uFFFD');
  }
}

// RFC 9110 5.6.7; its obsolete forms are left out, since no server that knows of webhooks makes them.
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Seconds, or a date; null where it is neither, or has passed. */
export function parseRetryAfter(header: string | string[] | undefined, now: number): number | null {
  const value = [header ?? ''].flat()[0]?.trim() ?? '';
  const ms = /^\d+$/.test(value)
    ? Number(value) * 1000
    : HTTP_DATE.test(value)
      ? Date.parse(value) - now
      : Number.NaN;
  return Number.isSafeInteger(ms) && ms >= 0 ? ms : null;
}
