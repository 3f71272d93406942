/** How every mutation runs its command. */
import type { Result } from '../domain/result.ts';
import { type ErrorMember, toMember } from './broker-error.ts';
import type { Operation } from './operation.ts';

/**
 * The command's value, or the member of the union that says why not. No snapshot is held while the command runs, and the
 * fields of its answer read one that was opened after its commit.
 */
export async function runCommand<T>(
  operation: Operation,
  command: () => Promise<Result<T>>,
): Promise<T | ErrorMember> {
  await operation.refresh();
  const result = await command();
  await operation.refresh();
  return toMember(result);
}
