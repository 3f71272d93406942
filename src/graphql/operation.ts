/**
 * What one GraphQL operation has at hand: who calls, one snapshot of the store for everything it reads but for long queries,
 * and loaders that gather what a list asks for. A mutation's fields read a snapshot that was opened after its command was
 * committed.
 */
import { GraphQLError } from 'graphql';
import type { Database, Queries, Snapshot } from '../database/index.ts';
import { type Caller, toViewer, type Viewer } from '../domain/caller.ts';
import type { Clock, IdSource } from '../domain/clock.ts';
import type { EventLog } from '../events/index.ts';
import type { AccessPolicy } from '../resources/index.ts';
import type { ExportContext, StatisticsReader } from '../statistics/index.ts';
import type { TransferContext, UploadProgress } from '../transfers/index.ts';
import type { WebhookContext } from '../webhooks/index.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What the GraphQL room needs from the rooms below, handed in once. */
export interface Services {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly policy: AccessPolicy;
  readonly transfers: TransferContext;
  readonly webhooks: WebhookContext;
  readonly statistics: StatisticsReader;
  readonly exports: ExportContext;
  readonly progress: UploadProgress;
  /** The key that signs download links. */
  readonly linkKey: Uint8Array;
  /** Where clients reach the broker, without a slash at the end. */
  readonly publicUrl: () => string;
}

export interface Operation {
  readonly services: Services;
  readonly caller: Caller;
  readonly viewer: Viewer;
  /** The cursor that a stream of events resumes after; it beats the argument `after`. */
  readonly resumeAfter?: string;
  /** The operation's snapshot, opened when it is first asked for. */
  read(): Promise<Queries>;
  /**
   * The operation's snapshot for long queries; only where `readsAside` has been called. It is of another moment than the
   * other one.
   */
  readAside(): Promise<Queries>;
  /**
   * Says that there will be long queries, before anything is read. Such an operation has its snapshot for them before the
   * other one: who waited for them the other way round would hold up others who wait for each other.
   */
  readsAside(): void;
  readonly loaders: Loaders;
  /** Lets go of the snapshot and of what was loaded, so that what follows reads what a command has just committed. */
  refresh(): Promise<void>;
  /** Counts entries of lists in the answer; throws `excess` where it grows beyond what one operation may ask for. */
  spend(entries: number): void;
  /** Counts a long query against what one operation may ask for; throws `excess` beyond that. */
  spendLongQuery(): void;
  /** There once the answer has become too large. */
  readonly excess: GraphQLError | undefined;
  /** Has to be called when the operation has been answered. What is still on its way then reads nothing any more. */
  release(): Promise<void>;
}

/** As many entries as the lists of one answer have in all; more would keep everybody else waiting. */
const MAX_ENTRIES = 25_000;
/** As many long queries as one operation asks: others wait for its place meanwhile. */
const MAX_LONG_QUERIES = 20;

export function createOperation(
  services: Services,
  caller: Caller,
  resumeAfter?: string,
): Operation {
  let snapshot: Promise<Snapshot> | undefined;
  let aside: Promise<Snapshot> | undefined;
  let isAside = false;
  let loaders: Loaders | undefined;
  let isReleased = false;
  let entriesLeft = MAX_ENTRIES;
  let longQueriesLeft = MAX_LONG_QUERIES;
  let excess: GraphQLError | undefined;
  const viewer = toViewer(caller);

  async function letGo(): Promise<void> {
    const held = [snapshot, aside];
    snapshot = undefined;
    aside = undefined;
    loaders = undefined;
    await Promise.all(held.map(async (one) => (await one)?.release()));
  }

  async function openAside(): Promise<Queries> {
    aside ??= services.database.snapshotAside();
    return (await aside).db;
  }

  async function open(): Promise<Snapshot> {
    if (isAside) await openAside();
    return services.database.snapshot();
  }

  // A field that failed ends the answer before its neighbours have: what they open now, nobody would close.
  function expectUnanswered(): void {
    if (isReleased) throw new Error('The operation has been answered already.');
  }

  const operation: Operation = {
    services,
    caller,
    viewer,
    ...(resumeAfter !== undefined && { resumeAfter }),
    async read() {
      expectUnanswered();
      snapshot ??= open();
      return (await snapshot).db;
    },
    async readAside() {
      expectUnanswered();
      if (!isAside) throw new Error('The operation has not said that it would read aside.');
      return openAside();
    },
    readsAside() {
      isAside = true;
    },
    get loaders() {
      loaders ??= createLoaders(operation);
      return loaders;
    },
    get excess() {
      return excess;
    },
    spend(entries) {
      entriesLeft -= entries;
      if (entriesLeft >= 0) return;
      excess ??= tooMuch(`The answer has more than ${MAX_ENTRIES} entries in its lists`);
      throw excess;
    },
    spendLongQuery() {
      longQueriesLeft -= 1;
      if (longQueriesLeft >= 0) return;
      excess ??= tooMuch(
        `The operation asks for more than ${MAX_LONG_QUERIES} fields of statistics`,
      );
      throw excess;
    },
    refresh: letGo,
    async release() {
      isReleased = true;
      await letGo();
    },
  };
  return operation;
}

function tooMuch(what: string): GraphQLError {
  // Its place is the whole answer, however many fields meet it.
  return new GraphQLError(`${what}; ask for less at once.`, {
    path: [],
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
