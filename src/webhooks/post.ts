/**
 * One POST to somebody else's endpoint, of which nothing good is assumed: it is bounded in time, in what is read of the
 * answer, and in where it may go.
 */
import { Agent } from 'undici';
import type { Clock } from '../domain/clock.ts';
import { Exchange, parseRetryAfter } from './exchange.ts';
import { describeFailure, inSeconds } from './post-failure.ts';
import { ADDRESS_NOT_ALLOWED, type Reach, ReachError } from './reach.ts';

export interface PostRequest {
  /** As `checkUrl` answered it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends it at once; what has answered already keeps its status. */
  readonly signal?: AbortSignal;
}

/** What came of it. `error` is null where `responseStatus` is not. */
export interface PostAnswer {
  /** From the beginning until the answer was read, as far as it is read. */
  readonly durationMs: number;
  readonly responseStatus: number | null;
  /** The beginning of the body as text that any database can hold; null where there is none. */
  readonly responseExcerpt: string | null;
  /** How long the endpoint wishes to be left alone. */
  readonly retryAfterMs: number | null;
  /** Why no answer came, in one short sentence for the webhook's owner without any address, or `ABORTED`. */
  readonly error: string | null;
}

/** The error of what its signal, or `close`, ended before there was a status. */
export const ABORTED = 'aborted';

export interface PostLimits {
  /** Until the status line; the body may be read as long as there is time left. */
  readonly totalMs: number;
  readonly connectMs: number;
  /** How long a connection waits for another request; less than most servers wait, so that it is seldom they who close it. */
  readonly idleMs: number;
  readonly headerBytes: number;
  /** Of a longer body nothing more is read, and the connection is closed. */
  readonly bodyBytes: number;
}

const LIMITS: PostLimits = {
  totalMs: 15_000,
  connectMs: 5000,
  idleMs: 4000,
  headerBytes: 16_384,
  bodyBytes: 65_536,
};

export interface Poster {
  /** Never throws: each failure is an answer with an `error`. Redirects are not followed, they are a status as any other. */
  post(request: PostRequest): Promise<PostAnswer>;
  /** Ends what runs and closes every connection; what is posted afterwards is `ABORTED`. */
  close(): Promise<void>;
}

export interface PosterOptions {
  readonly reach: Pick<Reach, 'mayConnect' | 'lookup'>;
  readonly limits?: Partial<PostLimits>;
  /** For a Retry-After that is a date. */
  readonly clock?: Clock;
}

export function createPoster({
  reach,
  limits: changed,
  clock = { now: () => Date.now() },
}: PosterOptions): Poster {
  const limits = { ...LIMITS, ...changed };
  const agent = createAgent(reach, limits);
  /** Ends what runs. */
  const running = new Set<() => void>();
  let isClosed = false;

  function begin({ url, headers, body }: PostRequest, exchange: Exchange): void {
    const { origin, hostname, pathname, search } = new URL(url);
    if (!reach.mayConnect(hostname)) throw new ReachError(ADDRESS_NOT_ALLOWED);
    const path = `${pathname}${search}`;
    agent.dispatch({ method: 'POST', origin, path, headers, body }, exchange);
  }

  return {
    async post(request) {
      const { signal } = request;
      if (isClosed || signal?.aborted) return unanswered(0, ABORTED);
      const startedAt = performance.now();
      const exchange = new Exchange(limits.bodyBytes);
      const abort = () => exchange.stop(ABORTED);
      const timer = setTimeout(
        () => exchange.stop(`No answer came within ${inSeconds(limits.totalMs)}.`),
        limits.totalMs,
      );
      signal?.addEventListener('abort', abort);
      running.add(abort);
      try {
        begin(request, exchange);
        await exchange.ended;
      } catch (error) {
        exchange.failure = error;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        running.delete(abort);
      }
      const durationMs = Math.round(performance.now() - startedAt);
      const { status, retryAfter, failure } = exchange;
      if (status === null) {
        const error = exchange.stoppedBy ?? describeFailure(failure, limits);
        return unanswered(durationMs, error);
      }
      return {
        durationMs,
        responseStatus: status,
        responseExcerpt: exchange.excerpt(),
        retryAfterMs: parseRetryAfter(retryAfter, clock.now()),
        error: null,
      };
    },

    async close() {
      isClosed = true;
      for (const abort of running) abort();
      await agent.destroy();
    },
  };
}

/** It forgets an origin when its last connection closes, so it holds no more of them than were posted to within `idleMs`. */
function createAgent(reach: PosterOptions['reach'], limits: PostLimits): Agent {
  return new Agent({
    pipelining: 1,
    allowH2: false,
    maxHeaderSize: limits.headerBytes,
    keepAliveTimeout: limits.idleMs,
    // What a server wishes may shorten it only.
    keepAliveMaxTimeout: limits.idleMs,
    // One limit stands over both.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      lookup: reach.lookup,
      timeout: limits.connectMs,
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
      rejectUnauthorized: true,
    },
  });
}

function unanswered(durationMs: number, error: string): PostAnswer {
  return { durationMs, responseStatus: null, responseExcerpt: null, retryAfterMs: null, error };
}
