/** One request over HTTP and what is known of it on its way through Yoga. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { RequestOrigin } from '../auth/index.ts';
import type { Caller } from '../domain/caller.ts';
import type { Answer } from '../http/index.ts';

/** The plugins of this room hand their findings on here; Yoga carries it as part of its context. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly origin: RequestOrigin;
  /** Epoch milliseconds. */
  readonly openedAt: number;
  /** Who calls; null until a token has been accepted. */
  caller: Caller | null;
  /** What is to be sent as server-sent events, in place of Yoga's response. */
  results: AsyncIterable<ExecutionResult> | null;
  /** What is to be answered, in place of Yoga's response: it would only carry the text from one stream to the next. */
  answer: Answer | null;
}

/** Yoga's context as far as our plugins use it. */
export interface ExchangeContext extends Record<string, unknown> {
  readonly exchange: Exchange;
}
