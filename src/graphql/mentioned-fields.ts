/** Which fields an operation mentions anywhere: for what is worth loading for a whole list before its entries ask. */
import {
  type GraphQLResolveInfo,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** Documents are parsed once and kept, so they are looked through once. */
const known = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

/** The names of all fields of the operation and of the fragments that it spreads, whatever type they belong to. */
export function findMentionedFields({
  operation,
  fragments,
}: Pick<GraphQLResolveInfo, 'operation' | 'fragments'>): ReadonlySet<string> {
  const found = known.get(operation);
  if (found !== undefined) return found;
  const names = new Set<string>();
  const spread = new Set<string>();
  const look = (selections: SelectionSetNode | undefined): void => {
    for (const selection of selections?.selections ?? []) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      if (selection.kind !== Kind.FRAGMENT_SPREAD) {
        look(selection.selectionSet);
        continue;
      }
      const { value } = selection.name;
      if (spread.has(value)) continue;
      spread.add(value);
      look(fragments[value]?.selectionSet);
    }
  };
  look(operation.selectionSet);
  known.set(operation, names);
  return names;
}
