/**
 * What callers see of an error: every entry of `errors` has a code of `ErrorCode`, and of the unexpected they see no more
 * than an id to find it in the log by. Every transport presents what it sends here.
 */
import {
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  Kind,
} from 'graphql';
import { DatabaseFullError } from '../database/index.ts';
import { ERROR_CODES, type ErrorCode } from '../domain/error-code.ts';
import type { Logger } from './logger.ts';

/** Where the unexpected is written, and under which id. */
export interface ErrorReport {
  readonly logger: Logger;
  readonly requestId: string;
}

/** A result as graphql-js and as graphql-ws declare it. */
export interface PresentableResult {
  readonly errors?: readonly GraphQLError[] | undefined;
  readonly data?: Record<string, unknown> | null | undefined;
  readonly extensions?: Record<string, unknown> | undefined;
}

/** A result as it is sent, its errors presented. */
export function presentResult(
  { errors, data, extensions }: PresentableResult,
  report: ErrorReport,
): FormattedExecutionResult {
  return {
    ...(errors !== undefined && { errors: presentErrors(errors, report) }),
    ...(data !== undefined && { data }),
    ...(extensions !== undefined && { extensions }),
  };
}

/** The errors as they are sent. */
export function presentErrors(
  errors: readonly GraphQLError[],
  report: ErrorReport,
): GraphQLFormattedError[] {
  return errors.map((error) => presentError(error, report));
}

function presentError(error: GraphQLError, report: ErrorReport): GraphQLFormattedError {
  const code = codeOf(error);
  const { message, locations, path, extensions = {} } = error.toJSON();
  const { code: _, http, originalError, unexpected, ...told } = extensions;
  return {
    message: code === 'INTERNAL_ERROR' ? hide(error, report) : messageOf(error, message),
    ...(locations !== undefined && { locations }),
    ...(path !== undefined && { path }),
    extensions: { code, ...(code === 'INTERNAL_ERROR' ? {} : told) },
  };
}

/** The code under which an error is sent. */
export function codeOf(error: GraphQLError): ErrorCode {
  const cause = findCause(error);
  if (cause instanceof DatabaseFullError) return 'STORAGE_FULL';
  if (cause !== undefined) return 'INTERNAL_ERROR';
  const { code, http } = error.extensions;
  if (typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)) return code as ErrorCode;
  if (http?.status === 405) return 'METHOD_NOT_ALLOWED';
  return isFaultOfServer(error) ? 'INTERNAL_ERROR' : 'BAD_USER_INPUT';
}

/** What was thrown, where it was not meant for callers: anything but a GraphQLError. */
function findCause(error: GraphQLError): Error | undefined {
  const { originalError } = error;
  return originalError instanceof GraphQLError ? findCause(originalError) : originalError;
}

/**
 * graphql-js gives no code. Of its errors those with a path come from execution; there the caller's fault is only what an
 * argument's or a directive's node is named for. The others say that a resolver gave what its field can't serialize.
 */
function isFaultOfServer({ path, nodes }: GraphQLError): boolean {
  return path !== undefined && (nodes ?? []).every(({ kind }) => kind === Kind.FIELD);
}

function messageOf(error: GraphQLError, message: string): string {
  return findCause(error) === undefined
    ? message
    : 'The broker has no room for what this would write; nothing of it was kept.';
}

function hide(error: GraphQLError, { logger, requestId }: ErrorReport): string {
  const err = findCause(error) ?? error;
  logger.error({ err, requestId, path: error.path }, 'an operation failed unexpectedly');
  return `Something went wrong in the broker; its log has it under the id ${requestId}.`;
}
