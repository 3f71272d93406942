/** An audience of WebSocket clients in processes of their own, so that they don't run where the benchmark does. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type Order =
  | {
      readonly type: 'open';
      readonly url: string;
      readonly protocol: string | null;
      /** What each client sends first; each but the last one is answered. */
      readonly greetings: readonly string[];
      readonly count: number;
    }
  | { readonly type: 'expect'; readonly count: number; readonly withDelays: boolean }
  | { readonly type: 'close' };

export type Report =
  | { readonly type: 'done' }
  /** `at` is of the clock that all processes of a machine share, in nanoseconds. */
  | { readonly type: 'received'; readonly at: string; readonly delays: number[] | undefined };

/** What came to the whole audience. */
export interface Reception {
  /** When the last one had it, in milliseconds of `process.hrtime`. */
  readonly at: number;
  /** How old each event was when it came, in milliseconds. */
  readonly delays: readonly number[];
}

export interface Audience extends AsyncDisposable {
  /** Opens so many clients, shared out to the processes. */
  open(
    count: number,
    connection: Pick<Extract<Order, { type: 'open' }>, 'url' | 'protocol' | 'greetings'>,
  ): Promise<void>;
  /** Settles when everybody is ready to count; what it answers settles when each client got so many messages. */
  expect(
    messages: number,
    withDelays?: boolean,
  ): Promise<{ readonly received: Promise<Reception> }>;
}

const PROCESSES = 2;

/** One program beside this file, with a channel to it. It ends with us. */
export function startProgram(name: 'fan-out-bare' | 'fan-out-clients'): ChildProcess {
  return fork(join(import.meta.dirname, `${name}.ts`), { execArgv: ['--import', 'tsx'] });
}

export async function gatherAudience(): Promise<Audience> {
  const members = Array.from({ length: PROCESSES }, () => ({
    child: startProgram('fan-out-clients'),
    clients: 0,
  }));

  return {
    async open(count, connection) {
      await Promise.all(
        members.map(async (member, index) => {
          const share = Math.floor(count / PROCESSES) + (index < count % PROCESSES ? 1 : 0);
          member.clients = share;
          await command(member.child, { type: 'open', ...connection, count: share });
        }),
      );
    },
    async expect(messages, withDelays = false) {
      const busy = members.filter(({ clients }) => clients > 0);
      const received = Promise.all(busy.map(({ child }) => nextReport(child, 'received')));
      await Promise.all(
        busy.map(({ child, clients }) =>
          command(child, { type: 'expect', count: clients * messages, withDelays }),
        ),
      );
      return {
        received: received.then((reports) => ({
          at: Math.max(...reports.map(({ at }) => Number(BigInt(at) / 1000n) / 1000)),
          delays: reports.flatMap(({ delays = [] }) => delays),
        })),
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(
        members.map(async ({ child }) => {
          await command(child, { type: 'close' });
          child.disconnect();
          await once(child, 'exit');
        }),
      );
    },
  };
}

/** The time now, as `Reception.at` tells it. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

async function command(child: ChildProcess, order: Order): Promise<void> {
  const done = nextReport(child, 'done');
  child.send(order);
  await done;
}

/** The next report of a kind; an error where the process ends before. */
function nextReport<Type extends Report['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<Report, { type: Type }>> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      child.off('message', take);
      child.off('exit', fail);
    };
    const take = (report: Report) => {
      if (report.type !== type) return;
      stop();
      resolve(report as Extract<Report, { type: Type }>);
    };
    const fail = () => {
      stop();
      reject(new Error('A program of the benchmark has ended.'));
    };
    child.on('message', take);
    child.on('exit', fail);
  });
}
