/** Runs one query or mutation: with an `Operation` of its own, which is released once the answer has been computed. */
import { type ExecutionArgs, type ExecutionResult, execute, GraphQLError } from 'graphql';
import type { Caller } from '../domain/caller.ts';
import { createOperation, type Operation, type Services } from './operation.ts';
import { asksForStatistics } from './statistics/asks-for-statistics.ts';
import { findVariableErrors } from './variable-errors.ts';

/** What there is to run, before it is known who calls. */
export type OperationRequest = Pick<
  ExecutionArgs,
  'schema' | 'document' | 'operationName' | 'variableValues'
>;

/** Never throws. Without a caller (introspection alone needs none) resolvers get no `Operation`. */
export async function executeOperation(
  request: OperationRequest,
  services: Services,
  caller: Caller | null,
): Promise<ExecutionResult> {
  try {
    return explain(request, await run(request, services, caller));
  } catch (error) {
    return { errors: [toGraphQLError(error)] };
  }
}

async function run(
  request: OperationRequest,
  services: Services,
  caller: Caller | null,
): Promise<ExecutionResult> {
  if (caller === null) return execute(request);
  const operation = createOperation(services, caller);
  if (asksForStatistics(request)) {
    operation.readsAside();
    // What the caller has just seen happen is counted. Nothing is held yet while this is waited for.
    await services.statistics.catchUp();
  }
  return executeAs(request, operation);
}

/** Executes with an operation and releases it. An answer that has become too large is none at all. */
export async function executeAs(
  request: OperationRequest,
  operation: Operation,
  rootValue?: unknown,
): Promise<ExecutionResult> {
  try {
    const result = await execute({ ...request, rootValue, contextValue: operation });
    const { excess } = operation;
    return excess === undefined ? result : { data: null, errors: [excess] };
  } finally {
    await operation.release();
  }
}

/** Where execution did not begin because of the variables, says which of them and why. */
export function explain(request: OperationRequest, result: ExecutionResult): ExecutionResult {
  if ('data' in result) return result;
  const errors = findVariableErrors(request);
  return errors.length > 0 ? { errors } : result;
}

/** What was thrown, as an entry of `errors` that still knows its cause. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}
