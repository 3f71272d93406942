/**
 * One conversation with a ClamAV daemon, as clamd(8) has it: a command, for INSTREAM pieces behind their lengths, and one
 * reply that ends with a zero byte.
 */
import { connect, type Socket } from 'node:net';
import type { ClamdAddress } from './clamd-url.ts';

/** The daemon cannot be asked: it is not there, it does not answer in time, or it answers what nobody understands. */
export class ClamdError extends Error {
  override readonly name = 'ClamdError';
}

export interface ClamdTimeouts {
  readonly connectMs: number;
  /** How long a piece may wait to be taken. */
  readonly progressMs: number;
  /** How long the reply may take once all has been sent. */
  readonly replyMs: number;
}

/** A reply is a line: the name of a finding, or what is wrong. */
const MAX_REPLY_BYTES = 4096;
const END = Buffer.of(0);

type ConnectionEnd = { readonly reply: string | null } | { readonly error: ClamdError };

export class ClamdConnection implements Disposable {
  readonly #socket: Socket;
  readonly #timeouts: ClamdTimeouts;
  readonly #signal: AbortSignal | undefined;
  #received = Buffer.alloc(0);
  /** Set when nothing more can come: with a reply, without one, or with a failure. */
  #end: ConnectionEnd | undefined;
  #wake: () => void = () => undefined;
  readonly #ended = new Promise<void>((resolve) => {
    this.#wake = resolve;
  });

  private constructor(socket: Socket, timeouts: ClamdTimeouts, signal: AbortSignal | undefined) {
    this.#socket = socket;
    this.#timeouts = timeouts;
    this.#signal = signal;
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('end', () => this.#finish({ reply: null }));
    socket.on('close', () => this.#finish({ reply: null }));
    socket.on('error', ({ message }) => this.#finish({ error: new ClamdError(message) }));
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Throws a ClamdError where nobody listens, or nobody takes the connection in time. */
  static async open(
    address: ClamdAddress,
    timeouts: ClamdTimeouts,
    signal?: AbortSignal,
  ): Promise<ClamdConnection> {
    if (signal?.aborted === true) throw new ClamdError('the scan was stopped');
    const socket = connect({ ...address, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => fail(`it took no connection within ${timeouts.connectMs} ms`),
        timeouts.connectMs,
      );
      const onError = (error: Error) => fail(error.message);
      function fail(why: string): void {
        clearTimeout(timer);
        socket.on('error', () => undefined);
        socket.destroy();
        reject(new ClamdError(why));
      }
      socket.once('error', onError);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.off('error', onError);
        resolve();
      });
    });
    return new ClamdConnection(socket, timeouts, signal);
  }

  /** Sends bytes; settles when the memory may be used again. False where the reply has come already, and nothing more is read. */
  async send(bytes: Buffer): Promise<boolean> {
    if (this.#end !== undefined) return false;
    const taken = new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()));
    const timer = setTimeout(() => {
      const why = `it took no bytes for ${this.#timeouts.progressMs} ms`;
      this.#finish({ error: new ClamdError(why) });
    }, this.#timeouts.progressMs);
    await Promise.race([taken, this.#ended]);
    clearTimeout(timer);
    return this.#end === undefined;
  }

  /** Says that nothing more comes. */
  closeSending(): void {
    this.#socket.end();
  }

  /** The reply without its end; null where the connection was closed without one. Throws a ClamdError. */
  async reply(): Promise<string | null> {
    const timer = setTimeout(() => {
      const why = `it did not answer within ${this.#timeouts.replyMs} ms`;
      this.#finish({ error: new ClamdError(why) });
    }, this.#timeouts.replyMs);
    await this.#ended;
    clearTimeout(timer);
    const end = this.#end;
    if (end === undefined || 'error' in end) throw end?.error ?? new ClamdError('it is silent');
    return end.reply;
  }

  [Symbol.dispose](): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#socket.destroy();
  }

  readonly #onAbort = () => this.#finish({ error: new ClamdError('the scan was stopped') });

  #take(bytes: Buffer): void {
    if (this.#end !== undefined) return;
    this.#received = Buffer.concat([this.#received, bytes]);
    const end = this.#received.indexOf(END);
    if (end >= 0) this.#finish({ reply: this.#received.toString('utf8', 0, end) });
    else if (this.#received.length > MAX_REPLY_BYTES) {
      this.#finish({ error: new ClamdError('its answer has no end') });
    }
  }

  #finish(end: ConnectionEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#wake();
  }
}
