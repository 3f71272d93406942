/** Which operations tell no more than what the schema is, so that they need no token. */
import { type DocumentNode, getOperationAST, Kind, type SelectionSetNode } from 'graphql';

/**
 * The usual query of tools has fewer than 200 tokens. Aliases make introspection dear: ten thousand tokens hold a
 * processor for seconds, which is not for strangers to do.
 */
const MAX_OPEN_TOKENS = 500;

const OPEN_FIELDS: ReadonlySet<string> = new Set(['__schema', '__type', '__typename']);

/** Whether an operation of a valid document is short and selects nothing but introspection, through fragments too. */
export function needsNoToken(document: DocumentNode, operationName?: string | null): boolean {
  const operation = getOperationAST(document, operationName);
  if (operation == null || (document.tokenCount ?? 0) > MAX_OPEN_TOKENS) return false;

  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition.selectionSet);
  }
  const seen = new Set<string>();

  const isOpen = ({ selections }: SelectionSetNode): boolean =>
    selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return OPEN_FIELDS.has(selection.name.value);
      if (selection.kind === Kind.INLINE_FRAGMENT) return isOpen(selection.selectionSet);
      const name = selection.name.value;
      if (seen.has(name)) return true;
      seen.add(name);
      const fragment = fragments.get(name);
      return fragment !== undefined && isOpen(fragment);
    });

  return isOpen(operation.selectionSet);
}
