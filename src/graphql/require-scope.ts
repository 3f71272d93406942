/** Reading is for callers with any of the broker's scopes: asked once, of every field of the two roots that read. */
import type { GraphQLFieldResolver, GraphQLObjectType } from 'graphql';
import { requireAnyScope } from '../domain/caller.ts';
import { unwrap } from './broker-error.ts';
import type { Operation } from './operation.ts';

type RootType = GraphQLObjectType<unknown, Operation> | null | undefined;

/** INSUFFICIENT_SCOPE in `errors` where the caller's token has none of the scopes. */
export function requireScopeOnReading(query: RootType, subscription: RootType): void {
  for (const field of Object.values(query?.getFields() ?? {})) {
    if (field.resolve !== undefined) field.resolve = guarded(field.resolve);
  }
  // A stream is refused as a whole, before it starts.
  for (const field of Object.values(subscription?.getFields() ?? {})) {
    if (field.subscribe !== undefined) field.subscribe = guarded(field.subscribe);
  }
}

function guarded(
  resolve: GraphQLFieldResolver<unknown, Operation>,
): GraphQLFieldResolver<unknown, Operation> {
  return (source, args, operation, info) => {
    unwrap(requireAnyScope(operation.caller));
    return resolve(source, args, operation, info);
  };
}
