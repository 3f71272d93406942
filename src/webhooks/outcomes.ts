/**
 * What came of attempts, made durable. Many outcomes share a commit.
 * Until it is written an outcome is kept here, so that a database that is away for a while loses none.
 */
import type { Database, WriteTransaction } from '../database/index.ts';
import { type Outcome, writeOutcomes } from './write-outcomes.ts';

/** So many in one commit. */
const MAX_BATCH = 200;
/** How long the first of a batch waits for others, since a commit costs more than all that is in it. */
const GATHER_MS = 50;
/** How long after a write that failed the next one is tried. */
const RETRY_MS = 1000;

export interface Outcomes {
  /** Settles with true when it is durable, with false when it has been given up. */
  record(outcome: Outcome): Promise<boolean>;
  /** Writes what waits without waiting for more. */
  flush(): void;
  /** From now on what cannot be written is given up after one more try; or, with false, no more. */
  giveUp(isGivingUp: boolean): void;
  /** Settles when nothing waits to be written. */
  settled(): Promise<void>;
}

interface Waiting {
  readonly outcome: Outcome;
  readonly done: (isDurable: boolean) => void;
}

export function createOutcomes(database: Database, onError: (error: unknown) => void): Outcomes {
  const queue: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let isGivingUp = false;
  let isGathering = false;
  /** What waits is not to wait for more. */
  let isUrgent = false;
  /** Ends the pause that there is. */
  let hurry: (() => void) | undefined;

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      await gather();
      const batch = queue.splice(0, MAX_BATCH);
      const left = await write(batch);
      if (left.length > 0 && !isGivingUp) {
        queue.unshift(...left);
        await pause(RETRY_MS);
      } else for (const { done } of left) done(false);
    }
    writing = undefined;
  }

  async function gather(): Promise<void> {
    if (queue.length < MAX_BATCH && !isUrgent && !isGivingUp) {
      isGathering = true;
      await pause(GATHER_MS);
      isGathering = false;
    }
    isUrgent = false;
  }

  /** Answers what could not be written. */
  async function write(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    try {
      await database.write((tx) => writeAll(tx, batch));
      for (const { done } of batch) done(true);
      return [];
    } catch (error) {
      onError(error);
      return batch.length === 1 ? batch : writeOneByOne(batch);
    }
  }

  /** One that the database refuses for what it is holds up no others, and is given up where others can be written. */
  async function writeOneByOne(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    const refused: Waiting[] = [];
    for (const [index, waiting] of batch.entries()) {
      if ((await write([waiting])).length > 0) refused.push(waiting);
      // Two of two: most likely it is the database.
      if (index === 1 && refused.length === 2) return batch;
    }
    for (const { done } of refused) done(false);
    return [];
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function flush(): void {
    isUrgent = queue.length > 0;
    if (isGathering) hurry?.();
  }

  return {
    record: (outcome) =>
      new Promise((done) => {
        queue.push({ outcome, done });
        if (queue.length >= MAX_BATCH) flush();
        writing ??= drain();
      }),
    flush,
    giveUp(isSo) {
      isGivingUp = isSo;
      if (isSo) hurry?.();
    },
    async settled() {
      await writing;
    },
  };
}

function writeAll(tx: WriteTransaction, batch: readonly Waiting[]): Promise<void> {
  return writeOutcomes(
    tx,
    batch.map(({ outcome }) => outcome),
  );
}
