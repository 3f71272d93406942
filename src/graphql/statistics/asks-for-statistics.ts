/** Whether an operation asks for statistics: its queries are long, and what they read has to be counted first. */
import { type ExecutionArgs, getOperationAST, Kind } from 'graphql';
import { findMentionedFields } from '../mentioned-fields.ts';

/** By the field's name: who asks for another field of that name is only served a little slower. */
export function asksForStatistics({
  document,
  operationName,
}: Pick<ExecutionArgs, 'document' | 'operationName'>): boolean {
  const operation = getOperationAST(document, operationName);
  if (operation == null) return false;
  const fragments = Object.fromEntries(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  return findMentionedFields({ operation, fragments }).has('statistics');
}
