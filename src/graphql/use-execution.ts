/**
 * Puts our way of running operations in the place of Yoga's: who calls is asked by the token, then each execution gets an
 * `Operation`. Syntax and the document's rules have been checked when these run.
 */
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Authenticator } from '../auth/index.ts';
import type { BrokerError } from '../domain/result.ts';
import { acceptsEventStream } from './accept.ts';
import type { Exchange, ExchangeContext } from './exchange.ts';
import { executeOperation, type OperationRequest } from './execute-operation.ts';
import { needsNoToken } from './introspection.ts';
import type { Services } from './operation.ts';
import { refuseRequest, withHttp } from './refuse-request.ts';
import { type Subscriptions, subscribe } from './subscribe.ts';
import { findVariableErrors } from './variable-errors.ts';

export interface ExecutionOptions {
  readonly services: Services;
  readonly authenticator: Authenticator;
  readonly subscriptions: Subscriptions;
}

/** For requests over HTTP; WebSockets know their caller from the connection. */
export function useExecution({
  services,
  authenticator,
  subscriptions,
}: ExecutionOptions): Plugin<ExchangeContext> {
  async function run(exchange: Exchange, request: OperationRequest) {
    if (needsNoToken(request.document, request.operationName))
      return executeOperation(request, services, null);
    const caller = await authenticate(exchange);
    if (!caller.ok) return refuse(request, caller.error);
    return executeOperation(request, services, caller.value);
  }

  async function runSubscription(exchange: Exchange, request: OperationRequest) {
    const { accept, 'last-event-id': lastEventId } = exchange.req.headers;
    if (!acceptsEventStream(accept)) return { errors: [notAcceptable()] };
    const caller = await authenticate(exchange);
    if (!caller.ok) return refuse(request, caller.error);
    const resumeAfter = lastEventId === '' ? undefined : [lastEventId].flat()[0];
    return subscribe(request, services, caller.value, { resumeAfter, subscriptions });
  }

  async function authenticate(exchange: Exchange) {
    const { authorization } = exchange.req.headers;
    const caller = await authenticator.authenticate(authorization, exchange.origin);
    if (caller.ok) exchange.caller = caller.value;
    return caller;
  }

  return {
    onExecute({ context, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => run(context.exchange, toRequest(args)));
    },
    onSubscribe({ context, setSubscribeFn }) {
      setSubscribeFn((args: ExecutionArgs) => runSubscription(context.exchange, toRequest(args)));
    },
  };
}

function toRequest({ schema, document, operationName, variableValues }: ExecutionArgs) {
  return { schema, document, operationName, variableValues };
}

/** What is wrong with the variables comes before what is wrong with the token. */
function refuse(request: OperationRequest, error: BrokerError): ExecutionResult {
  const errors = findVariableErrors(request);
  return { errors: errors.length > 0 ? errors : [refuseRequest(error)] };
}

function notAcceptable() {
  return withHttp(
    'BAD_USER_INPUT',
    'A subscription is answered as a stream: ask for it with "Accept: text/event-stream", or use a WebSocket.',
    { status: 406 },
  );
}
