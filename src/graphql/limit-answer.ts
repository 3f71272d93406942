/** Bounds an answer: entries of lists multiply from level to level, and a short query could ask for more than memory holds. */
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLSchema,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql';
import type { Operation } from './operation.ts';

/** Counts the entries of every list field against what its operation may ask for. */
export function limitAnswer(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    // Introspection has its own bound, and comes without an operation.
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (isListType(getNullableType(field.type))) count(field);
    }
  }
}

function count(field: GraphQLField<unknown, Operation>): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, operation, info) => {
    const list: unknown = resolve(source, args, operation, info);
    return list instanceof Promise
      ? list.then((entries: unknown) => spend(operation, entries))
      : spend(operation, list);
  };
}

function spend(operation: Operation, list: unknown): unknown {
  if (Array.isArray(list)) operation.spend(list.length);
  return list;
}
