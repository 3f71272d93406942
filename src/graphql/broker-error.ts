/** Broker errors as GraphQL tells them: members of a mutation's union, or entries of `errors`. */
import { GraphQLError } from 'graphql';
import { ERROR_CODES } from '../domain/error-code.ts';
import type { BrokerError, Result } from '../domain/result.ts';

/** An entry of `errors` with `extensions.code`. */
export function toGraphQLError(error: BrokerError): GraphQLError {
  return new GraphQLError(error.message, { extensions: { code: error.code } });
}

/** The value, for fields that have no union: a failure becomes an entry of `errors`. */
export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw toGraphQLError(result.error);
  return result.value;
}

/** What a union's error members are resolved from. */
export interface ErrorMember extends BrokerError {
  readonly __typename: 'ValidationError' | 'AccessDeniedError' | 'NotFoundError' | 'ConflictError';
}

const MEMBERS = {
  validation: 'ValidationError',
  accessDenied: 'AccessDeniedError',
  notFound: 'NotFoundError',
  conflict: 'ConflictError',
} as const;

/** The value or the union member that says why not; failures of the request as a whole become entries of `errors`. */
export function toMember<T>(result: Result<T>): T | ErrorMember {
  if (result.ok) return result.value;
  const { kind } = ERROR_CODES[result.error.code];
  if (kind === 'request' || kind === 'door') throw toGraphQLError(result.error);
  return { ...result.error, __typename: MEMBERS[kind] };
}
