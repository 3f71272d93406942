/** A broker whose time a test can let pass, and which has a scanner that cannot be reached. */
import { openResource, type Scene } from '../support/api.ts';
import { startTestBroker, type TestBroker } from '../support/broker.ts';
import { freePort } from '../support/free-port.ts';
import type { ConfigureResourceInput } from '../support/graphql/graphql.ts';
import { configuring } from './steps.ts';

export const HOUR_MS = 60 * 60_000;
export const DAY_MS = 24 * HOUR_MS;

export interface AgingBroker extends AsyncDisposable {
  readonly broker: TestBroker;
  /** A resource of its own, whose files are not scanned unless the settings say so; a transfer lives for 30 days. */
  openScene(settings?: Omit<ConfigureResourceInput, 'id'>): Promise<Scene>;
  /** Lets time pass. What is due then happens soon. */
  pass(scene: Scene, ms: number): Promise<void>;
  now(): number;
}

export async function openAgingBroker(): Promise<AgingBroker> {
  const clock = { shift: 0, now: () => Date.now() + clock.shift };
  const env = { CLAMD_URL: `tcp://127.0.0.1:${await freePort()}` };
  const broker = await startTestBroker({ clock, env });
  // Tokens that outlive whatever time passes.
  const tokens = { lifetimeSeconds: 100 * 365 * 24 * 60 * 60 };
  return {
    broker,
    now: clock.now,
    openScene: (settings = {}) =>
      openResource(broker, { virusScan: 'DISABLED', ...settings }, tokens),
    async pass(scene, ms) {
      clock.shift += ms;
      // The broker looks what is due after each commit, and else once in a while.
      await configuring(scene, { title: 'Later' });
    },
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}
