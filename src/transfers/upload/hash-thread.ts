/** Hashes computed by a thread of their own. The thread starts with the first one and ends with `close`. */
import { Worker } from 'node:worker_threads';
import type { HashAlgorithm, RunningHash } from './running-hash.ts';

/** A batch of gathered writes fits, with the chunk that made it full. */
const BUFFER_BYTES = 1024 * 1024 + 64 * 1024;
/** As many buffers as are on their way at once; more bytes wait for one to come back. */
const MAX_BUFFERS = 8;

export interface HashThread {
  /** A hash that costs this thread a copy. What it is asked fails where the other thread has ended. */
  createHash(algorithm: HashAlgorithm): RunningHash;
  close(): Promise<void>;
}

type Reply =
  | { readonly id: number; readonly type: 'updated'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly type: 'finished'; readonly value: string }
  | { readonly id: number; readonly type: 'dropped' };

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** One worker and what is under way in it: all of that ends with it. */
class RunningThread {
  readonly #worker = new Worker(new URL('./hash-worker.js', import.meta.url));
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  readonly #waitingForBuffer: Waiting<Uint8Array<ArrayBuffer>>[] = [];
  readonly #finishing = new Map<number, Waiting<string>>();
  #made = 0;
  #failure: Error | undefined;

  constructor(onFailed: () => void) {
    this.#worker.on('message', (reply: Reply) => {
      if (reply.type === 'updated') {
        this.#release(reply.bytes);
        return;
      }
      const finishing = this.#finishing.get(reply.id);
      this.#finishing.delete(reply.id);
      if (reply.type === 'finished') finishing?.resolve(reply.value);
      else finishing?.reject(new Error('The hash was dropped.'));
    });
    this.#worker.on('error', (error) => {
      onFailed();
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
    this.#worker.unref();
  }

  post(message: object, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  takeBuffer(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const bytes = this.#free.pop();
    if (bytes !== undefined) return Promise.resolve(bytes);
    if (this.#made < MAX_BUFFERS) {
      this.#made += 1;
      return Promise.resolve(new Uint8Array(BUFFER_BYTES));
    }
    return new Promise((resolve, reject) => this.#waitingForBuffer.push({ resolve, reject }));
  }

  finish(id: number): Promise<string> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#finishing.set(id, { resolve, reject });
      this.post({ id, type: 'finish' });
    });
  }

  async close(): Promise<void> {
    this.#fail(new Error('The thread that computes hashes has ended.'));
    await this.#worker.terminate();
  }

  #release(bytes: Uint8Array<ArrayBuffer>): void {
    const next = this.#waitingForBuffer.shift();
    if (next === undefined) this.#free.push(bytes);
    else next.resolve(bytes);
  }

  /** Nobody waits for what will never come. */
  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waitingForBuffer.splice(0)) reject(error);
    for (const { reject } of this.#finishing.values()) reject(error);
    this.#finishing.clear();
  }
}

export function createHashThread(): HashThread {
  let running: RunningThread | undefined;
  let lastId = 0;

  function start(): RunningThread {
    if (running !== undefined) return running;
    const thread = new RunningThread(() => {
      if (running === thread) running = undefined;
    });
    running = thread;
    return thread;
  }

  return {
    createHash(algorithm) {
      lastId += 1;
      const id = lastId;
      const thread = start();
      thread.post({ id, type: 'create', algorithm });
      return {
        async update(chunks) {
          let bytes = await thread.takeBuffer();
          let length = 0;
          const send = () => thread.post({ id, type: 'update', bytes, length }, [bytes.buffer]);
          for (const chunk of chunks) {
            for (let at = 0; at < chunk.length; ) {
              if (length === BUFFER_BYTES) {
                send();
                bytes = await thread.takeBuffer();
                length = 0;
              }
              const copied = chunk.copy(bytes, length, at);
              at += copied;
              length += copied;
            }
          }
          send();
        },
        mark: () => thread.post({ id, type: 'mark' }),
        rollback: () => thread.post({ id, type: 'rollback' }),
        finish: () => thread.finish(id),
        drop: () => thread.post({ id, type: 'drop' }),
      };
    },
    async close() {
      const thread = running;
      running = undefined;
      await thread?.close();
    },
  };
}
