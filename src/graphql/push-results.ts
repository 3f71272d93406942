/**
 * Subscriptions past graphql-ws' loop, which awaits each result for each client: results are written to the socket as they
 * come, with a text that all who get the same share, and graphql-ws sees a source that ends when they do.
 */
import { MessageType } from 'graphql-ws';
import { type ResultFlow, startFlow } from './result-flow.ts';
import type { SocketConnection } from './socket-connection.ts';
import type { StreamedResult } from './streamed-result.ts';
import type { ResultStream } from './subscribe.ts';

/** Where the results of an operation go. */
export interface PushOptions {
  readonly connection: SocketConnection;
  /** The operation's on its connection. */
  readonly id: string;
  /** The result as it is sent. */
  readonly toText: (result: StreamedResult) => string;
}

const DONE = { done: true, value: undefined } as const;

/** Begins when it is asked for a first result, and has none. */
export function pushResults(
  stream: ResultStream,
  { connection, id, toText }: PushOptions,
): AsyncIterableIterator<never> {
  const start = `{"id":${JSON.stringify(id)},"type":"${MessageType.Next}","payload":`;
  let flow: ResultFlow | undefined;
  let finish: (() => void) | undefined;
  const resume = () => flow?.resume();
  const write = (result: StreamedResult) => connection.push(`${start}${toText(result)}}`, resume);

  return {
    next() {
      if (flow !== undefined) return Promise.resolve(DONE);
      return new Promise((resolve, reject) => {
        finish = () => resolve(DONE);
        flow = startFlow(stream, { write, end: finish, fail: reject });
      });
    },
    async return() {
      if (flow === undefined) await stream.return();
      flow?.stop();
      finish?.();
      return DONE;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
