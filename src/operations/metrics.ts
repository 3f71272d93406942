/** What is measured, in Prometheus' text format. Asked for when it is scraped; nothing is counted in between. */
import { Gauge, Registry } from 'prom-client';
import type { Answer } from '../http/index.ts';
import { countUncounted } from '../statistics/index.ts';
import { countWebhooks, WEBHOOK_STATUSES } from '../webhooks/index.ts';
import { findStuckWork, type HealthChecks } from './health.ts';

export interface Metrics {
  /** `GET /metrics`. */
  answer(): Promise<Answer>;
}

/** The kinds of work are named, so that each has a value also while nothing of it is stuck. */
export function createMetrics(
  { database, clock, scanner }: Pick<HealthChecks, 'database' | 'clock' | 'scanner'>,
  kinds: readonly string[],
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const stuck = new Gauge({
    name: 'ferje_stuck_work',
    help: 'Work that has been due for more than 15 minutes, such as files in processing.',
    labelNames: ['work'],
    registers,
  });
  const oldest = new Gauge({
    name: 'ferje_stuck_work_oldest_seconds',
    help: 'How long the oldest of the stuck work has been due.',
    labelNames: ['work'],
    registers,
  });
  const webhooks = new Gauge({
    name: 'ferje_webhooks',
    help: 'How many webhooks there are, by status.',
    labelNames: ['status'],
    registers,
  });
  const pending = new Gauge({
    name: 'ferje_webhook_deliveries_pending',
    help: 'Deliveries that are going to be tried, for the first time or again.',
    registers,
  });
  const uncounted = new Gauge({
    name: 'ferje_statistics_uncounted_events',
    help: 'Events in the log that statistics do not count yet.',
    registers,
  });
  const scannerUp =
    scanner === null
      ? null
      : new Gauge({
          name: 'ferje_scanner_up',
          help: '1 where the virus scanner can be asked, 0 where it cannot.',
          registers,
        });
  return {
    async answer() {
      const found = await findStuckWork(database, clock);
      for (const work of kinds) {
        const of = found.find(({ kind }) => kind === work);
        stuck.set({ work }, of?.count ?? 0);
        oldest.set({ work }, of === undefined ? 0 : (clock.now() - of.oldest.wantedAt) / 1000);
      }
      const { byStatus, pendingDeliveries } = await database.read(countWebhooks);
      for (const status of WEBHOOK_STATUSES) webhooks.set({ status }, byStatus.get(status) ?? 0);
      pending.set(pendingDeliveries);
      uncounted.set(await database.read(countUncounted));
      if (scanner !== null) scannerUp?.set((await scanner.check()) === null ? 1 : 0);
      return {
        status: 200,
        headers: { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' },
        body: await registry.metrics(),
      };
    },
  };
}
