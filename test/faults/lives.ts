/** The lives of the broker, one after the other, as its clients see them. */

export interface Life {
  /** Counts from 1. */
  readonly number: number;
  readonly url: string;
  readonly begunAt: number;
  /** Set before the broker is killed, so that a broken connection can be told from a lost one. */
  readonly isOver: boolean;
}

export interface Lives {
  begin(url: string): Life;
  end(): void;
  /** The life that runs, or the next one; undefined once there is nothing more to do. */
  running(): Promise<Life | undefined>;
  /** Whoever asks for a life is told from now on that there is nothing more to do. */
  stop(): void;
  readonly isStopped: boolean;
  /** Whether the broker ran all of this time. */
  covers(from: number, to: number): boolean;
}

export function createLives(): Lives {
  const past: { readonly from: number; readonly to: number }[] = [];
  let current: (Life & { isOver: boolean }) | undefined;
  let isStopped = false;
  let waiting: ((life: Life | undefined) => void)[] = [];

  function tell(life: Life | undefined): void {
    for (const resolve of waiting) resolve(life);
    waiting = [];
  }
  return {
    begin(url) {
      current = {
        number: past.length + 1,
        url,
        begunAt: Date.now(),
        isOver: false,
      };
      tell(current);
      return current;
    },
    end() {
      if (current === undefined) return;
      current.isOver = true;
      past.push({ from: current.begunAt, to: Date.now() });
      current = undefined;
    },
    running() {
      if (isStopped) return Promise.resolve(undefined);
      if (current !== undefined) return Promise.resolve(current);
      return new Promise((resolve) => waiting.push(resolve));
    },
    stop() {
      isStopped = true;
      tell(undefined);
    },
    get isStopped() {
      return isStopped;
    },
    covers(from, to) {
      const all =
        current === undefined ? past : [...past, { from: current.begunAt, to: Date.now() }];
      return all.some((life) => life.from <= from && to <= life.to);
    },
  };
}
