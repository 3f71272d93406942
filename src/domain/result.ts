/** Expected failures are values: a command answers a `Result`, and only the unexpected throws. */
import type { ErrorCode } from './error-code.ts';

/** One thing that is wrong with an input. `field` is its path, such as `recipients.0`. */
export interface InputProblem {
  readonly field: string | null;
  readonly code: ErrorCode;
  readonly message: string;
}

/** An expected failure. Its message is one sentence for a person that names the value at fault. */
export interface BrokerError {
  readonly code: ErrorCode;
  readonly message: string;
  /** The path of the first input field at fault; only of validation errors. */
  readonly field?: string | null;
  /** Everything at fault, at most 100; only of validation errors. */
  readonly problems?: readonly InputProblem[];
  /** When trying again may help. */
  readonly retryAfterSeconds?: number;
  /** What was asked for is gone for good: HTTP says 410. */
  readonly gone?: boolean;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: BrokerError };

export type Failure = Extract<Result<never>, { ok: false }>;

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail(
  code: ErrorCode,
  message: string,
  more?: Omit<BrokerError, 'code' | 'message'>,
): Failure {
  return { ok: false, error: { code, message, ...more } };
}

/** As many problems as one answer carries. */
export const MAX_PROBLEMS = 100;

/** One validation failure of all problems, in input order; the first one gives the code. Undefined where there is none. */
export function failWith(problems: readonly InputProblem[]): Failure | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  return fail(first.code, first.message, {
    field: first.field,
    problems: problems.slice(0, MAX_PROBLEMS),
  });
}

/** Whether a value is a failed `Result`. */
export function isFailure(value: unknown): value is Failure {
  return (
    typeof value === 'object' &&
    value !== null &&
    'ok' in value &&
    value.ok === false &&
    'error' in value
  );
}
