/** MD5 digests computed by a thread of their own. The thread starts with the first digest and ends with `close`. */
import { Worker } from 'node:worker_threads';

const BUFFER_BYTES = 1024 * 1024;
/** As many buffers as are on their way at once; more bytes wait for one to come back. */
const MAX_BUFFERS = 8;

export interface Md5Digest {
  /** Settles when the bytes have been taken over. One call at a time. */
  update(chunks: readonly Buffer[]): Promise<void>;
  /** Remembers this place for `rollback`. */
  mark(): void;
  /** Goes back to the last mark. */
  rollback(): void;
  /** The digest of everything so far, in lower-case hex. */
  finish(): Promise<string>;
  drop(): void;
}

export interface Md5Thread {
  createDigest(): Md5Digest;
  close(): Promise<void>;
}

type Reply =
  | { readonly id: number; readonly type: 'updated'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly type: 'finished'; readonly value: string };

export function createMd5Thread(): Md5Thread {
  let worker: Worker | undefined;
  let lastId = 0;
  let made = 0;
  const free: Uint8Array<ArrayBuffer>[] = [];
  const waitingForBuffer: ((bytes: Uint8Array<ArrayBuffer>) => void)[] = [];
  const finishing = new Map<number, (value: string) => void>();

  function start(): Worker {
    if (worker !== undefined) return worker;
    worker = new Worker(new URL('./md5-worker.js', import.meta.url));
    worker.on('message', (reply: Reply) => {
      if (reply.type === 'updated') release(reply.bytes);
      else {
        finishing.get(reply.id)?.(reply.value);
        finishing.delete(reply.id);
      }
    });
    worker.unref();
    return worker;
  }

  function release(bytes: Uint8Array<ArrayBuffer>): void {
    const next = waitingForBuffer.shift();
    if (next === undefined) free.push(bytes);
    else next(bytes);
  }

  async function takeBuffer(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = free.pop();
    if (bytes !== undefined) return bytes;
    if (made < MAX_BUFFERS) {
      made += 1;
      return new Uint8Array(BUFFER_BYTES);
    }
    return new Promise((resolve) => waitingForBuffer.push(resolve));
  }

  return {
    createDigest() {
      lastId += 1;
      const id = lastId;
      const thread = start();
      const post = (type: string) => thread.postMessage({ id, type });
      return {
        async update(chunks) {
          let bytes = await takeBuffer();
          let length = 0;
          const send = () => {
            thread.postMessage({ id, type: 'update', bytes, length }, [bytes.buffer]);
          };
          for (const chunk of chunks) {
            for (let at = 0; at < chunk.length; ) {
              if (length === BUFFER_BYTES) {
                send();
                bytes = await takeBuffer();
                length = 0;
              }
              const copied = chunk.copy(bytes, length, at);
              at += copied;
              length += copied;
            }
          }
          send();
        },
        mark: () => post('mark'),
        rollback: () => post('rollback'),
        finish() {
          return new Promise((resolve) => {
            finishing.set(id, resolve);
            post('finish');
          });
        },
        drop: () => post('drop'),
      };
    },
    async close() {
      await worker?.terminate();
      worker = undefined;
    },
  };
}
