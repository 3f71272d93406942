/**
 * Executes a subscription for one payload of its source, with an `Operation` of its own, so that it sees the store as it is
 * then and holds no snapshot in between.
 */
import type { Caller } from '../domain/caller.ts';
import { executeAs, type OperationRequest } from './execute-operation.ts';
import { createOperation, type Services } from './operation.ts';
import { causeOf } from './payload-cause.ts';
import { createSharedOperation } from './shared-operation.ts';
import type { Execution } from './shared-results.ts';
import { CURSOR, type StreamedResult } from './streamed-result.ts';

/** The result for one client alone. */
export async function executePayload(
  request: OperationRequest,
  services: Services,
  caller: Caller,
  payload: unknown,
): Promise<StreamedResult> {
  const result = await executeAs(request, createOperation(services, caller), payload);
  return withCursor(result, payload);
}

/** The result of a payload with a cause, and for whom else it holds. */
export async function executeShared(
  request: OperationRequest,
  services: Services,
  caller: Caller,
  payload: unknown,
): Promise<Execution> {
  const cause = causeOf(payload);
  if (cause === undefined) throw new Error('What has no cause cannot be shared.');
  const shared = createSharedOperation(services, caller, cause.transferId);
  const result = await executeAs(request, shared.operation, payload);
  return { result: withCursor(result, payload), validity: shared.validity };
}

/** Of an edge its cursor; other payloads have no place to resume after. */
function withCursor(result: StreamedResult, payload: unknown): StreamedResult {
  if (typeof payload !== 'object' || payload === null || !('cursor' in payload)) return result;
  return typeof payload.cursor === 'string' ? { ...result, [CURSOR]: payload.cursor } : result;
}
