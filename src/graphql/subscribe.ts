/**
 * Runs a subscription: each payload of its source becomes a result. A transport either takes results one at a time, as it
 * wants them, or has them pushed; pushed, what many want is computed once for all of them.
 */
import { createSourceEventStream, type ExecutionResult } from 'graphql';
import type { Caller } from '../domain/caller.ts';
import { createEventHub, type EventHub } from './event-hub.ts';
import { explain, type OperationRequest, toGraphQLError } from './execute-operation.ts';
import { executePayload, executeShared } from './execute-payload.ts';
import { stretchOf } from './log-source.ts';
import { createOperation, type Services } from './operation.ts';
import { causeOf } from './payload-cause.ts';
import { type Flowing, pump } from './result-flow.ts';
import { createSelections, type Selection } from './selection.ts';
import { createSharedResults, type SharedResults } from './shared-results.ts';
import type { StreamedResult } from './streamed-result.ts';

/** The results of a subscription. `return` ends its source at once, also while a `next` is waiting. */
export interface ResultStream extends AsyncIterableIterator<StreamedResult>, Flowing {
  return(): Promise<IteratorResult<StreamedResult>>;
}

/** What the subscriptions of one server have in common. */
export interface Subscriptions {
  readonly hub: EventHub;
  readonly results: SharedResults;
  readonly select: (request: OperationRequest) => Selection;
}

const DONE = { done: true, value: undefined } as const;

/** For one server; subscriptions that are given none have nothing in common with others. */
export function createSubscriptions(services: Services): Subscriptions {
  const results = createSharedResults();
  return { hub: createEventHub(services, results), results, select: createSelections() };
}

/** The stream, or the result that says why there is none. */
export async function subscribe(
  request: OperationRequest,
  services: Services,
  caller: Caller,
  {
    resumeAfter,
    subscriptions = createSubscriptions(services),
  }: { readonly resumeAfter?: string | undefined; readonly subscriptions?: Subscriptions } = {},
): Promise<ResultStream | ExecutionResult> {
  const start = createOperation(services, caller, resumeAfter);
  try {
    const source = await createSourceEventStream({ ...request, contextValue: start });
    if (!(Symbol.asyncIterator in source)) return explain(request, source);
    const { hub, results, select } = subscriptions;
    const selection = select(request);
    const stretch = stretchOf(source);
    const stream = toResults(source, async (payload) => {
      const cause = causeOf(payload);
      if (cause === undefined) return executePayload(request, services, caller, payload);
      const { result } = await results.get(cause.position, { caller, selection }, () =>
        executeShared(request, services, caller, payload),
      );
      return result;
    });
    return {
      ...stream,
      flowInto: (sink) =>
        stretch === undefined
          ? pump(stream, sink)
          : hub.open({ request, caller, selection, stretch }, sink),
    };
  } catch (error) {
    return { errors: [toGraphQLError(error)] };
  } finally {
    await start.release();
  }
}

/** A source that fails ends the stream with a last result that says so. */
function toResults(
  source: AsyncIterable<unknown>,
  run: (payload: unknown) => Promise<StreamedResult>,
) {
  let payloads: AsyncIterator<unknown> | undefined;
  let isOver = false;

  async function stop(): Promise<IteratorResult<StreamedResult>> {
    isOver = true;
    payloads ??= source[Symbol.asyncIterator]();
    await payloads.return?.();
    return DONE;
  }

  return {
    async next(): Promise<IteratorResult<StreamedResult>> {
      if (isOver) return DONE;
      try {
        payloads ??= source[Symbol.asyncIterator]();
        const { done, value } = await payloads.next();
        if (done === true || isOver) return DONE;
        return { done: false, value: await run(value) };
      } catch (error) {
        await stop();
        return { done: false, value: { errors: [toGraphQLError(error)] } };
      }
    },
    return: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
