/** What the commands of this room need, handed in as one object. */
import type { Database } from '../database/index.ts';
import type { Clock, IdSource } from '../domain/clock.ts';
import type { AccessPolicy } from '../resources/index.ts';
import type { Scanner } from '../scanning/index.ts';

export interface TransferContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly policy: AccessPolicy;
  /** What scans files for malware; null where the broker has none. */
  readonly scanner: Scanner | null;
}
