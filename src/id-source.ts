/** Ids of one broker: UUIDs of version 7 that increase, also within a millisecond and when the clock goes back. */
import { V7Generator } from 'uuidv7';
import type { Clock, IdSource } from './domain/clock.ts';

/** Going back further than this starts a new sequence rather than running far ahead of the clock. */
const ROLLBACK_ALLOWANCE_MS = 10_000;

export function createIdSource(clock: Clock): IdSource {
  const generator = new V7Generator();
  return {
    next: () => generator.generateOrResetCore(clock.now(), ROLLBACK_ALLOWANCE_MS).toString(),
  };
}
