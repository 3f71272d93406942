/** The programs beside a broker that sends to webhooks: an endpoint, and a bare loop that posts to it. They end with us. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { EventMessage, Sender } from '../../src/webhooks/cloud-event.ts';

export type ReceiverOrder =
  /** Counts from now on, and reports when so many have come. */
  { readonly type: 'expect'; readonly count: number } | { readonly type: 'tell' };

/** What has come since it began to count. */
export interface Reception {
  readonly count: number;
  /** Different ones, each endpoint's for itself. */
  readonly ids: number;
  readonly bytes: number;
  /** From the first request to the last. */
  readonly seconds: number;
}

export type ReceiverReport =
  | { readonly type: 'ready'; readonly url: string }
  | { readonly type: 'expecting' }
  | { readonly type: 'complete' }
  | { readonly type: 'told'; readonly reception: Reception };

/** An endpoint, and all that it is sent. */
export interface BareEndpoint {
  readonly url: string;
  readonly secret: string;
  readonly sender: Sender;
  readonly messages: readonly EventMessage[];
}

export type BareOrder =
  /** What is sent from now on, with so many requests to each endpoint at once. */
  | {
      readonly type: 'load';
      readonly endpoints: readonly BareEndpoint[];
      readonly atOnce: number;
    }
  | { readonly type: 'send' };

export type BareReport = { readonly type: 'ready' } | { readonly type: 'done' };

/** An endpoint that answers 200 at once, whatever the path. */
export interface CountingReceiver extends Disposable {
  readonly url: string;
  /** Settles when it counts; what it answers settles when so many have come. */
  expect(count: number): Promise<{ readonly complete: Promise<unknown> }>;
  tell(): Promise<Reception>;
}

export interface BareLoop extends Disposable {
  readonly pid: number;
  load(endpoints: readonly BareEndpoint[], atOnce: number): Promise<void>;
  send(): Promise<void>;
}

export async function startCountingReceiver(): Promise<CountingReceiver> {
  const child = startProgram('webhooks-receiver');
  const order = (message: ReceiverOrder) => child.send(message);
  const { url } = await nextReport<ReceiverReport, 'ready'>(child, 'ready');
  return {
    url,
    async expect(count) {
      const expecting = nextReport<ReceiverReport, 'expecting'>(child, 'expecting');
      const complete = nextReport<ReceiverReport, 'complete'>(child, 'complete');
      order({ type: 'expect', count });
      await expecting;
      return { complete };
    },
    async tell() {
      const told = nextReport<ReceiverReport, 'told'>(child, 'told');
      order({ type: 'tell' });
      return (await told).reception;
    },
    [Symbol.dispose]: () => child.disconnect(),
  };
}

export async function startBareLoop(): Promise<BareLoop> {
  const child = startProgram('bare-webhooks');
  await nextReport<BareReport, 'ready'>(child, 'ready');
  if (child.pid === undefined) throw new Error('The bare loop could not be started.');
  const command = async (order: BareOrder) => {
    const done = nextReport<BareReport, 'done'>(child, 'done');
    child.send(order);
    await done;
  };
  return {
    pid: child.pid,
    load: (endpoints, atOnce) => command({ type: 'load', endpoints, atOnce }),
    send: () => command({ type: 'send' }),
    [Symbol.dispose]: () => child.disconnect(),
  };
}

function startProgram(name: 'webhooks-receiver' | 'bare-webhooks'): ChildProcess {
  return fork(join(import.meta.dirname, `${name}.ts`), { execArgv: ['--import', 'tsx'] });
}

/** The next report of a type; an error where the program ends before. */
function nextReport<Report extends { readonly type: string }, Type extends Report['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<Report, { readonly type: Type }>> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      child.off('message', take);
      child.off('exit', fail);
    };
    const take = (report: Report) => {
      if (report.type !== type) return;
      stop();
      resolve(report as Extract<Report, { readonly type: Type }>);
    };
    const fail = () => {
      stop();
      reject(new Error('A program of the benchmark has ended.'));
    };
    child.on('message', take);
    child.on('exit', fail);
  });
}
