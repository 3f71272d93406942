/** What the commands of this room need, handed in as one object. */
import type { Database } from '../database/index.ts';
import type { Clock, IdSource } from '../domain/clock.ts';
import type { AccessPolicy } from '../resources/index.ts';
import type { Poster } from './post.ts';
import type { Reach } from './reach.ts';
import type { Slots } from './slots.ts';

export interface WebhookContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly policy: AccessPolicy;
  readonly reach: Reach;
  readonly poster: Poster;
  /** Where clients reach the broker: the source of its events. */
  readonly publicUrl: () => string;
  /** How many test requests run at once. */
  readonly tests: Slots;
  /** To be called after each commit that changed a webhook; settles when what is sent goes by it. */
  readonly changed: () => Promise<void>;
}
