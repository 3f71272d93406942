/** One result of a subscription, and its text: a result that goes to many is written as JSON once. */
import type { ExecutionResult } from 'graphql';
import { type ErrorReport, presentResult } from './present-errors.ts';

/** Under this key a result of `Subscription.events` carries the cursor of its event. */
export const CURSOR = Symbol('cursor');

/** As it was executed. */
export interface StreamedResult extends ExecutionResult {
  readonly [CURSOR]?: string;
}

const texts = new WeakMap<StreamedResult, string>();

/** The result as it is sent. What is unexpected in it is logged when it is written. */
export function textOf(result: StreamedResult, report: ErrorReport): string {
  const known = texts.get(result);
  if (known !== undefined) return known;
  const text = JSON.stringify(presentResult(result, report));
  texts.set(result, text);
  return text;
}
