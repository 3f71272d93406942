/** Results on their way to a client: pushed as they come, and held back at their source where the client reads too slowly. */
import type { StreamedResult } from './streamed-result.ts';

/** Where results go: a transport. */
export interface ResultSink {
  /** Takes a result; false where it wants no more until the flow is resumed. */
  write(result: StreamedResult): boolean;
  /** There will be no more. */
  end(): void;
  /** The flow has failed in a way that is no result. */
  fail(error: unknown): void;
}

/** Results that flow into a sink. */
export interface ResultFlow {
  /** Goes on after a `write` that said no. */
  resume(): void;
  /** Ends the flow at once; the sink is told nothing. */
  stop(): void;
}

/** A source that has a better way of its own than being pulled. */
export interface Flowing {
  flowInto(sink: ResultSink): ResultFlow;
}

/** Begins to move results of any source into a sink. */
export function startFlow(source: AsyncIterable<StreamedResult>, sink: ResultSink): ResultFlow {
  return isFlowing(source) ? source.flowInto(sink) : pump(source, sink);
}

function isFlowing(source: object): source is Flowing {
  return 'flowInto' in source && typeof source.flowInto === 'function';
}

/** Takes one result after the other, as the sink wants them. */
export function pump(source: AsyncIterable<StreamedResult>, sink: ResultSink): ResultFlow {
  const results = source[Symbol.asyncIterator]();
  let isOver = false;
  let wake = () => {};

  async function move(): Promise<void> {
    while (!isOver) {
      const { done, value } = await results.next();
      if (isOver) return;
      if (done === true) {
        isOver = true;
        return sink.end();
      }
      if (sink.write(value)) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  move().catch((error: unknown) => {
    isOver = true;
    sink.fail(error);
  });
  return {
    resume: () => wake(),
    stop() {
      isOver = true;
      wake();
      results.return?.().catch(sink.fail);
    },
  };
}
