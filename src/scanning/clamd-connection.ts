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
  #received = Buffer.alloc(0);
  /** Set when nothing more can come: with a reply, without one, or with a failure. */
  #end: ConnectionEnd | undefined;
  #wake: () => void = () => undefined;
  readonly #ended = new Promise<void>((resolve) => {
    this.#wake = resolve;
  });

  private constructor(socket: Socket, timeouts: ClamdTimeouts) {
    this.#socket = socket;
    this.#timeouts = timeouts;
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('end', () => this.#takeEnd());
    socket.on('close', () => this.#takeEnd());
    socket.on('error', ({ message }) => this.#fail(message));
  }

  /**
   * Throws a ClamdError where nobody listens, or nobody takes the connection in time. The signal breaks the connection,
   * which is a failure as any other.
   */
  static async open(
    address: ClamdAddress,
    timeouts: ClamdTimeouts,
    signal?: AbortSignal,
  ): Promise<ClamdConnection> {
    const socket = connect({
      ...address,
      allowHalfOpen: true,
      // The last piece is a small one, and the verdict waits for it.
      noDelay: true,
    });
    // Not by the option that `connect` has for it: in Node 20 that leaves a listener behind for each connection.
    const onAbort = () => socket.destroy(new Error('it was asked no more'));
    signal?.addEventListener('abort', onAbort);
    socket.once('close', () => signal?.removeEventListener('abort', onAbort));
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
    return new ClamdConnection(socket, timeouts);
  }

  /** Sends bytes; settles when the memory may be used again. False where the reply has come already, and nothing more is read. */
  async send(bytes: Buffer): Promise<boolean> {
    if (this.#end !== undefined) return false;
    const taken = new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()));
    const { progressMs } = this.#timeouts;
    const timer = setTimeout(() => this.#fail(`it took no bytes for ${progressMs} ms`), progressMs);
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
    const { replyMs } = this.#timeouts;
    const timer = setTimeout(() => this.#fail(`it did not answer within ${replyMs} ms`), replyMs);
    await this.#ended;
    clearTimeout(timer);
    const end = this.#end;
    if (end === undefined || 'error' in end) throw end?.error ?? new ClamdError('it is silent');
    return end.reply;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#end !== undefined) return;
    this.#received = Buffer.concat([this.#received, bytes]);
    const end = this.#received.indexOf(END);
    if (end >= 0) this.#finish({ reply: this.#received.toString('utf8', 0, end) });
    else if (this.#received.length > MAX_REPLY_BYTES) this.#fail('its answer has no end');
  }

  #takeEnd(): void {
    if (this.#received.length === 0) this.#finish({ reply: null });
    else this.#fail('its answer has no end');
  }

  #fail(why: string): void {
    this.#finish({ error: new ClamdError(why) });
  }

  #finish(end: ConnectionEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#wake();
  }
}
