/** The unions that mutations answer: what was made, or the one error that says why not. */
import type { ObjectRef } from '@pothos/core';
import type { ErrorMember } from './broker-error.ts';
import {
  AccessDeniedErrorType,
  ConflictErrorType,
  NotFoundErrorType,
  ValidationErrorType,
} from './broker-error-types.ts';
import { builder, type SchemaTypes } from './builder.ts';

const ERROR_MEMBERS = {
  ValidationError: ValidationErrorType,
  AccessDeniedError: AccessDeniedErrorType,
  NotFoundError: NotFoundErrorType,
  ConflictError: ConflictErrorType,
} as const;

/** A union of the type that is made and the errors. What does not say that it is an error is what was made. */
export function createResultUnion<T>(
  name: string,
  made: ObjectRef<SchemaTypes, T>,
  errors: readonly ErrorMember['__typename'][],
  description: string,
) {
  return builder.unionType(name, {
    description,
    types: [made, ...errors.map((error) => ERROR_MEMBERS[error])],
    resolveType: (value) => (isErrorMember(value) ? value.__typename : made),
  });
}

function isErrorMember(value: unknown): value is ErrorMember {
  return typeof value === 'object' && value !== null && '__typename' in value;
}
