/** What the commands of this room need, handed in as one object. */
import type { Database } from '../database/index.ts';
import type { Clock, IdSource } from '../domain/clock.ts';
import type { AccessPolicy } from '../resources/index.ts';

export interface TransferContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly policy: AccessPolicy;
  /** Whether files can be scanned. */
  readonly hasScanner: boolean;
}
