/** A source of a subscription that a test drives: what is pushed is handed out in order, one at a time as it is asked for. */

export interface Feed<T> {
  push(...values: readonly T[]): void;
  end(): void;
  /** Follows the feed; one that follows at a time. */
  follow(): AsyncIterableIterator<T>;
  /** Settles when somebody follows. */
  readonly followed: Promise<void>;
  /** Settles when the one that followed has left. */
  readonly left: Promise<void>;
}

export function createFeed<T>(): Feed<T> {
  const values: T[] = [];
  let isEnded = false;
  let wake = () => {};
  const followed = deferred();
  const left = deferred();

  return {
    push(...more) {
      values.push(...more);
      wake();
    },
    end() {
      isEnded = true;
      wake();
    },
    followed: followed.promise,
    left: left.promise,
    follow() {
      followed.resolve();
      return {
        async next() {
          while (values.length === 0 && !isEnded) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          const value = values.shift();
          return value === undefined ? { done: true, value } : { done: false, value };
        },
        async return() {
          isEnded = true;
          values.length = 0;
          wake();
          left.resolve();
          return { done: true, value: undefined };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}

/** A promise that is settled from outside. */
export function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
