/**
 * GraphQL over WebSockets, by the protocol graphql-transport-ws. graphql-ws speaks it; here is who calls, what is run and
 * by which code a connection ends. Stock clients try again after 4403, 1012 and 1013 and give up after 4401 and 4429, so
 * those two are left to violations of the protocol.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type GraphQLError, getOperationAST } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type SubscribePayload } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Authenticator, CLOCK_SKEW_SECONDS, type RequestOrigin } from '../auth/index.ts';
import type { Caller } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { BrokerError } from '../domain/result.ts';
import { executeOperation, type OperationRequest, toGraphQLError } from './execute-operation.ts';
import type { Logger } from './logger.ts';
import type { Services } from './operation.ts';
import { presentErrors, presentResult } from './present-errors.ts';
import { pushResults } from './push-results.ts';
import { refuseRequest } from './refuse-request.ts';
import { openSocketConnection, type SocketConnection } from './socket-connection.ts';
import { scheduleStreamEnd } from './stream-end.ts';
import type { StreamLimits } from './stream-limits.ts';
import { textOf } from './streamed-result.ts';
import { type Subscriptions, subscribe } from './subscribe.ts';
import { MAX_BODY_BYTES } from './use-request-params.ts';

const CLOSE_FORBIDDEN = 4403;
const CLOSE_RESTART = 1012;
const CLOSE_TRY_AGAIN = 1013;

export interface WebSocketsOptions {
  readonly services: Services;
  readonly subscriptions: Subscriptions;
  readonly authenticator: Authenticator;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly limits: StreamLimits;
  /** Parses and validates; throws or answers what is wrong. */
  readonly prepare: (payload: SubscribePayload) => OperationRequest | readonly GraphQLError[];
}

export interface WebSockets {
  /** Takes over the socket of an upgrade request. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, origin: RequestOrigin): void;
  /** Ends all connections, and settles when they are gone. */
  close(): Promise<void>;
}

/** What is known of an operation; graphql-ws carries it as the context. */
interface SocketOperation {
  readonly id: string;
  readonly caller: Caller;
  readonly connection: SocketConnection;
}

/** What is known of a connection. */
interface Session {
  readonly origin: RequestOrigin;
  readonly connection: SocketConnection;
  caller: Caller | null;
  /** Calls off the end that comes with the token. */
  cancelEnd: () => void;
}

export function createWebSockets(options: WebSocketsOptions): WebSockets {
  const { services, subscriptions, authenticator, logger, clock, limits, prepare } = options;
  const { ids } = services;
  const connections = new Set<SocketConnection>();
  /** Queries and mutations that have not been answered. */
  const running = new Set<Promise<unknown>>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_BODY_BYTES,
    // A client that offers other protocols alone gets one of them, and then the code that says why it may not stay.
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL)
        ? GRAPHQL_TRANSPORT_WS_PROTOCOL
        : ([...offered][0] ?? false),
  });

  const server = makeServer<Record<string, unknown>, Session>({
    connectionInitWaitTimeout: limits.initWaitMs,
    async onConnect({ connectionParams, extra: session }) {
      const authorization = findAuthorization(connectionParams);
      const caller = await authenticator.authenticate(authorization, session.origin);
      if (!caller.ok) {
        session.connection.close(closeCodeOf(caller.error), caller.error.message);
        return false;
      }
      // It may have gone meanwhile.
      if (!connections.has(session.connection)) return false;
      session.caller = caller.value;
      session.cancelEnd = scheduleStreamEnd(
        {
          clock,
          openedAt: clock.now(),
          tokenExpiresAt: caller.value.tokenExpiresAt,
          tokenGraceMs: limits.tokenGraceMs,
        },
        () => session.connection.close(CLOSE_FORBIDDEN, 'The access token has expired.'),
      );
      return true;
    },
    onSubscribe({ subscriptions: running, extra: { caller, connection } }, id, payload) {
      if (caller === null) return [refuseRequest(NO_TOKEN)];
      if (Object.keys(running).length > limits.operationsPerSocket)
        return [refuseRequest(tooManyOperations(limits))];
      try {
        const request = prepare(payload);
        if (!('document' in request)) return request;
        if (isMutation(request) && caller.tokenExpiresAt + CLOCK_SKEW_SECONDS * 1000 <= clock.now())
          return [refuseRequest(EXPIRED_TOKEN)];
        const named = { ...caller, requestId: ids.next() };
        const contextValue: SocketOperation = { id, caller: named, connection };
        return { ...request, contextValue };
      } catch (error) {
        return [toGraphQLError(error)];
      }
    },
    execute(args) {
      const result = executeOperation(toRequest(args), services, operationOf(args).caller);
      running.add(result);
      return result.finally(() => running.delete(result));
    },
    async subscribe(args) {
      const { id, caller, connection } = operationOf(args);
      const stream = await subscribe(toRequest(args), services, caller, { subscriptions });
      if (!('flowInto' in stream)) return stream;
      const report = { logger, requestId: caller.requestId };
      return pushResults(stream, { id, connection, toText: (result) => textOf(result, report) });
    },
    onNext: (_context, _id, _payload, args, result) =>
      presentResult(result, { logger, requestId: operationOf(args).caller.requestId }),
    onError: (_context, _id, _payload, errors) =>
      presentErrors(errors, { logger, requestId: ids.next() }),
  });

  function open(socket: WebSocket, origin: RequestOrigin): void {
    const onFailure = (err: unknown) =>
      logger.error({ err, requestId: origin.requestId }, 'a WebSocket connection failed');
    let closed: ReturnType<typeof server.opened> | undefined;
    const connection = openSocketConnection(socket, {
      limits,
      onFailure,
      onEnd(code, reason) {
        session.cancelEnd();
        connections.delete(connection);
        closed?.(code, reason).catch(onFailure);
      },
    });
    const session: Session = { origin, connection, caller: null, cancelEnd: () => undefined };
    connections.add(connection);
    closed = server.opened(connection, session);
  }

  return {
    upgrade(req, socket, head, origin) {
      sockets.handleUpgrade(req, socket, head, (webSocket) => open(webSocket, origin));
    },
    async close() {
      const closed = new Promise((resolve) => sockets.close(resolve));
      await settle(running, limits.farewellMs);
      for (const connection of connections) connection.close(CLOSE_RESTART, 'SHUTTING_DOWN');
      await closed;
    },
  };
}

/** Waits for what runs, and until it has been sent, though not for long. */
async function settle(running: ReadonlySet<Promise<unknown>>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([Promise.allSettled(running), timeout]);
  clearTimeout(timer);
  await new Promise(setImmediate);
}

const NO_TOKEN: BrokerError = {
  code: 'UNAUTHENTICATED',
  message: 'The connection carries no access token.',
};

/** Streams outlive a token that expires while they are young; doing something with it is another matter. */
const EXPIRED_TOKEN: BrokerError = {
  code: 'UNAUTHENTICATED',
  message: 'The access token has expired; connect again with a fresh one.',
};

function tooManyOperations({ operationsPerSocket }: StreamLimits): BrokerError {
  return {
    code: 'RATE_LIMITED',
    message: `A connection runs at most ${operationsPerSocket} operations at a time.`,
  };
}

/** The payload's key is `authorization`; clients that name it as the header is named mean the same. */
function findAuthorization(params: Readonly<Record<string, unknown>> = {}): string | undefined {
  const value = params.authorization ?? params.Authorization;
  return typeof value === 'string' ? value : undefined;
}

function closeCodeOf({ code }: BrokerError): number {
  return code === 'UNAUTHENTICATED' ? CLOSE_FORBIDDEN : CLOSE_TRY_AGAIN;
}

function isMutation({ document, operationName }: OperationRequest): boolean {
  return getOperationAST(document, operationName)?.operation === 'mutation';
}

function toRequest({ schema, document, operationName, variableValues }: ExecutionArgs) {
  return { schema, document, operationName, variableValues };
}

/** `onSubscribe` has put it there. */
function operationOf({ contextValue }: ExecutionArgs): SocketOperation {
  return contextValue as SocketOperation;
}
