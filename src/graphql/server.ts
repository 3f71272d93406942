/** The GraphQL door: one schema over HTTP, server-sent events and WebSockets. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Authenticator, RequestOrigin } from '../auth/index.ts';
import type { Clock } from '../domain/clock.ts';
import type { BrokerError } from '../domain/result.ts';
import { sendAnswer } from '../http/index.ts';
import { type EventStream, openEventStream } from './event-stream.ts';
import type { Exchange, ExchangeContext } from './exchange.ts';
import { toGraphQLError } from './execute-operation.ts';
import type { Logger } from './logger.ts';
import type { Services } from './operation.ts';
import { presentErrors } from './present-errors.ts';
import { refuseRequest } from './refuse-request.ts';
import { scheduleStreamEnd } from './stream-end.ts';
import { STREAM_LIMITS, type StreamLimits } from './stream-limits.ts';
import { textOf } from './streamed-result.ts';
import { createSubscriptions } from './subscribe.ts';
import { useAnswer } from './use-answer.ts';
import { createDocumentCache, useDocuments } from './use-documents.ts';
import { useExecution } from './use-execution.ts';
import { useRequestParams } from './use-request-params.ts';
import { createWebSockets } from './web-socket.ts';

export interface GraphQLServerOptions {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Whether a browser that comes gets GraphiQL. */
  readonly graphiql: boolean;
  readonly toOrigin: (req: IncomingMessage) => RequestOrigin;
  /** Tests shorten them. */
  readonly limits?: Partial<StreamLimits>;
}

export interface GraphQLServer {
  /** Answers a request for /graphql. Cross-origin headers have been set before. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Takes over the socket of a request for /graphql that wants a WebSocket. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends streams and sockets, each with its code; refuses what comes from then on. */
  close(): Promise<void>;
}

const SHUTTING_DOWN: BrokerError = {
  code: 'SHUTTING_DOWN',
  message: 'The broker is stopping; try again in a moment.',
};

const TOKEN_EXPIRED: BrokerError = {
  code: 'UNAUTHENTICATED',
  message: 'The access token has expired; go on with a fresh one.',
};

/** Starts nothing by itself: the HTTP server hands over its requests and upgrades for /graphql. */
export function createGraphQLServer(options: GraphQLServerOptions): GraphQLServer {
  const { schema, services, authenticator, logger, clock, toOrigin } = options;
  const limits: StreamLimits = { ...STREAM_LIMITS, ...options.limits };
  const subscriptions = createSubscriptions(services);
  const streams = new Set<EventStream>();
  let isClosing = false;

  const yoga = createYoga<ExchangeContext>({
    schema,
    graphiql: options.graphiql ? { title: 'Ferje' } : false,
    renderGraphiQL,
    plugins: [
      useRequestParams(),
      useDocuments(),
      useExecution({ services, authenticator, subscriptions }),
      useAnswer(logger),
    ],
    parserAndValidationCache: createDocumentCache(),
    // All that these would do is done by our plugins, or for every path by the HTTP server.
    cors: false,
    landingPage: false,
    logging: false,
    maskedErrors: false,
    maxRequestBodySize: false,
    multipart: false,
  });

  const sockets = createWebSockets({
    services,
    subscriptions,
    authenticator,
    logger,
    clock,
    limits,
    prepare({ query, operationName, variables }) {
      const enveloped = yoga.getEnveloped();
      const document = enveloped.parse(query);
      const errors = enveloped.validate(schema, document);
      if (errors.length > 0) return errors;
      return {
        schema,
        document,
        operationName: operationName ?? null,
        variableValues: variables ?? null,
      };
    },
  });

  async function answer(exchange: Exchange): Promise<void> {
    const { req, res } = exchange;
    const response = await yoga.handleNodeRequestAndResponse(req, res, { exchange });
    if (exchange.results !== null) return stream(exchange, exchange.results);
    if (exchange.answer !== null) return sendAnswer(req, res, exchange.answer);
    // sendAnswer counts the bytes itself.
    const { 'content-length': _, ...headers } = Object.fromEntries(response.headers);
    await sendAnswer(req, res, {
      status: response.status,
      headers,
      body: await response.text(),
    });
  }

  async function stream(exchange: Exchange, results: AsyncIterable<ExecutionResult>) {
    const { requestId } = exchange.origin;
    const stream = openEventStream(exchange.res, results, {
      limits,
      toText: (result) => textOf(result, { logger, requestId }),
      onFailure: (err) => logger.error({ err, requestId }, 'a stream of events failed'),
    });
    const cancelEnd =
      exchange.caller === null
        ? () => undefined
        : scheduleStreamEnd(
            {
              clock,
              openedAt: exchange.openedAt,
              tokenExpiresAt: exchange.caller.tokenExpiresAt,
              tokenGraceMs: limits.tokenGraceMs,
            },
            () => stream.end(TOKEN_EXPIRED),
          );
    streams.add(stream);
    if (isClosing) stream.end(SHUTTING_DOWN);
    await stream.closed;
    cancelEnd();
    streams.delete(stream);
  }

  function refuse({ req, res, origin }: Exchange, refusal: GraphQLError): Promise<void> {
    const { status = 500, headers } = refusal.extensions.http ?? {};
    const errors = presentErrors([refusal], { logger, requestId: origin.requestId });
    return sendAnswer(req, res, {
      status,
      headers: { ...headers, 'Content-Type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ errors }),
    });
  }

  return {
    async handle(req, res) {
      const exchange: Exchange = {
        req,
        res,
        origin: toOrigin(req),
        openedAt: clock.now(),
        caller: null,
        results: null,
        answer: null,
      };
      if (isClosing) return refuse(exchange, refuseRequest(SHUTTING_DOWN));
      try {
        await answer(exchange);
      } catch (error) {
        await refuse(exchange, toGraphQLError(error));
      }
    },
    upgrade(req, socket, head) {
      sockets.upgrade(req, socket, head, toOrigin(req));
    },
    async close() {
      isClosing = true;
      const closed = [...streams].map((stream) => stream.closed);
      for (const stream of streams) stream.end(SHUTTING_DOWN);
      await Promise.all([sockets.close(), ...closed]);
    },
  };
}
