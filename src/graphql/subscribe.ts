/**
 * Runs a subscription: each payload of its source is executed with an `Operation` of its own, so that it sees the store as
 * it is then and holds no snapshot in between. Payloads are taken one at a time, as the transport asks for results.
 */
import { createSourceEventStream, type ExecutionResult } from 'graphql';
import type { Caller } from '../domain/caller.ts';
import { executeAs, explain, type OperationRequest, toGraphQLError } from './execute-operation.ts';
import { createOperation, type Services } from './operation.ts';

/** Under this key a result of `Subscription.events` carries the cursor of its event. */
export const CURSOR = Symbol('cursor');

/** One result of a subscription. */
export interface StreamedResult extends ExecutionResult {
  readonly [CURSOR]?: string;
}

/** The results of a subscription. `return` ends its source at once, also while a `next` is waiting. */
export interface ResultStream extends AsyncIterableIterator<StreamedResult> {
  return(): Promise<IteratorResult<StreamedResult>>;
}

const DONE = { done: true, value: undefined } as const;

/** The stream, or the result that says why there is none. */
export async function subscribe(
  request: OperationRequest,
  services: Services,
  caller: Caller,
  resumeAfter?: string,
): Promise<ResultStream | ExecutionResult> {
  const start = createOperation(services, caller, resumeAfter);
  try {
    const source = await createSourceEventStream({ ...request, contextValue: start });
    if (!(Symbol.asyncIterator in source)) return explain(request, source);
    return toResults(source, (payload) => executePayload(request, services, caller, payload));
  } catch (error) {
    return { errors: [toGraphQLError(error)] };
  } finally {
    await start.release();
  }
}

async function executePayload(
  request: OperationRequest,
  services: Services,
  caller: Caller,
  payload: unknown,
): Promise<StreamedResult> {
  const result = await executeAs(request, createOperation(services, caller), payload);
  const cursor = cursorOf(payload);
  return cursor === undefined ? result : { ...result, [CURSOR]: cursor };
}

/** Of an edge its cursor; other payloads have no place to resume after. */
function cursorOf(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null || !('cursor' in payload)) return undefined;
  return typeof payload.cursor === 'string' ? payload.cursor : undefined;
}

/** A source that fails ends the stream with a last result that says so. */
function toResults(
  source: AsyncIterable<unknown>,
  run: (payload: unknown) => Promise<StreamedResult>,
): ResultStream {
  const payloads = source[Symbol.asyncIterator]();
  let isOver = false;

  async function stop(): Promise<IteratorResult<StreamedResult>> {
    isOver = true;
    await payloads.return?.();
    return DONE;
  }

  return {
    async next() {
      if (isOver) return DONE;
      try {
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
