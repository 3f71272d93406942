/**
 * Webhook deliveries per second beside a bare loop that builds, signs and posts the same and remembers nothing. The broker's
 * outcomes are durable on a real disk. A round is one replay of the same log.
 */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { organizationNumber, type PartyId } from '../../src/domain/party-id.ts';
import type { TransferRole } from '../../src/domain/transfer-status.ts';
import { toCloudEvent } from '../../src/webhooks/cloud-event.ts';
import { type Client, clientOf } from '../support/api.ts';
import { spawnBroker } from '../support/broker.ts';
import { ReplayWebhook } from '../support/webhook-operations.ts';
import { openWebhook, REACH_LOOPBACK } from '../support/webhook-scene.ts';
import { measureCost } from './process-cost.ts';
import { makeDiskFolder, measureFlush } from './real-disk.ts';
import { interleave, type Row, type RowCosts } from './rounds.ts';
import { formatSpread, formatTable, formatTarget, median } from './table.ts';
import { countCommits } from './webhooks-commits.ts';
import { fillLog, RECIPIENTS, readConcerns, SENDER } from './webhooks-log.ts';
import {
  type BareEndpoint,
  type BareLoop,
  type CountingReceiver,
  startBareLoop,
  startCountingReceiver,
} from './webhooks-programs.ts';

const TRANSFERS = 2500;
const LIMIT = 0.3;
/** As many requests as the broker sends to an endpoint that answers fast, and to all of them. */
const MAX_AT_ONCE = 16;
const MAX_REQUESTS = 512;
const BEFORE_ALL = '2020-01-01T00:00:00Z';
/** What came once too often would come by then. */
const LATE_MS = 200;
/** How often it is looked whether all outcomes are durable. */
const LOOK_MS = 50;
/** What takes longer has stopped. */
const ROUND_MS = 180_000;

interface Broker {
  readonly url: string;
  readonly pid: number;
  readonly databasePath: string;
  readonly receiver: CountingReceiver;
}

/** A webhook, and what the bare loop sends in its place. */
interface Hook {
  readonly id: string;
  readonly client: Client;
  readonly bare: BareEndpoint;
}

export async function benchWebhooks(rounds: number): Promise<string> {
  const { folder, disk } = await makeDiskFolder();
  await using ferje = await spawnBroker(folder, { env: REACH_LOOPBACK });
  using receiver = await startCountingReceiver();
  using bare = await startBareLoop();
  const databasePath = join(folder, 'ferje.sqlite');
  const broker = { url: ferje.url, pid: requirePid(ferje.process), databasePath, receiver };
  fillLog(databasePath, TRANSFERS);
  const open = async (party: PartyId, role: TransferRole) =>
    openHook(broker, await clientOf(ferje, party), party, role);
  const sender = await open(SENDER, 'SENDER');
  const recipients = await Promise.all(RECIPIENTS.map((party) => open(party, 'RECIPIENT')));
  const one = await compare(broker, bare, [sender], rounds);
  const many = await compare(broker, bare, recipients, rounds);
  const flush = measureFlush(folder).toFixed(2);
  return [one, '', many, '', `on ${disk}, where one flush takes ${flush} ms`].join('\n');
}

/** A webhook of a party for what concerns it. */
async function openHook(
  { url: source, databasePath, receiver }: Broker,
  client: Client,
  party: PartyId,
  role: TransferRole,
): Promise<Hook> {
  const url = `${receiver.url}/${organizationNumber(party)}`;
  const { id, secret } = await openWebhook(client, { url }, { audience: 'MINE' });
  const messages = readConcerns(databasePath, party).map((event, index) => ({
    event,
    sequence: index + 1,
    roles: [role],
  }));
  return { id, client, bare: { url, secret, sender: { source, party }, messages } };
}

async function compare(
  { databasePath, pid, receiver }: Broker,
  bare: BareLoop,
  hooks: readonly Hook[],
  rounds: number,
): Promise<string> {
  const endpoints = hooks.map((hook) => hook.bare);
  const bodies = endpoints.flatMap(({ sender, messages }) =>
    messages.map((message) => toCloudEvent(sender, message)),
  );
  const count = bodies.length;
  const bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
  const atOnce = Math.min(MAX_AT_ONCE, Math.floor(MAX_REQUESTS / hooks.length));
  await bare.load(endpoints, atOnce);
  const perCommit: number[] = [];
  const send = async () => {
    const before = countCommits(databasePath);
    await Promise.all(hooks.map(replay));
    await untilDelivered(databasePath);
    perCommit.push(count / (countCommits(databasePath) - before));
  };
  const results = await interleave(
    [
      row('bare undici', { pid: bare.pid, receiver, bytes, send: () => bare.send() }),
      row('Ferje, outcomes durable', { pid, receiver, bytes, send }),
    ],
    { rounds, amount: count, warmUp: count },
  );
  for (const { id, bare } of hooks) {
    expectDeliveredAtOnce(databasePath, id, bare.messages.length * perCommit.length);
  }
  const name = hooks.length === 1 ? 'one webhook' : `${hooks.length} webhooks of as many parties`;
  return format(name, results, count, perCommit.slice(-rounds));
}

/** The bare loop comes first. */
function format(
  name: string,
  results: readonly RowCosts[],
  count: number,
  perCommit: readonly number[],
): string {
  const figures = results.map(({ costs }) => ({
    rates: costs.map(({ seconds }) => count / seconds),
    cpu: costs.map(({ cpuSeconds }) => (cpuSeconds * 1e6) / count),
  }));
  const [bare] = figures;
  const ratios = figures.map(({ rates, cpu }) => ({
    rate: median(rates) / median(bare?.rates ?? []),
    cpu: median(cpu) / median(bare?.cpu ?? []),
  }));
  const table = formatTable(
    [`${count} to ${name}`, 'deliveries/s', '× bare', 'CPU µs each', '× bare', 'each commit'],
    figures.map(({ rates, cpu }, index) => [
      results[index]?.name ?? '',
      formatSpread(rates, 0),
      (ratios[index]?.rate ?? Number.NaN).toFixed(2),
      formatSpread(cpu, 0),
      (ratios[index]?.cpu ?? Number.NaN).toFixed(2),
      index === 0 ? '' : formatSpread(perCommit, 0),
    ]),
  );
  const target = formatTarget({
    name: `deliveries per second to ${name}, of a bare loop`,
    actual: ratios.at(-1)?.rate ?? Number.NaN,
    limit: LIMIT,
    is: 'atLeast',
  });
  return [table, '', target].join('\n');
}

interface Contestant {
  readonly pid: number;
  readonly receiver: CountingReceiver;
  /** Of all bodies together. */
  readonly bytes: number;
  /** Settles when all is over, whatever comes after the last delivery included. */
  readonly send: () => Promise<void>;
}

/** The time is from the first delivery to the last, as the receiver sees them; the CPU time is of all that belongs to them. */
function row(name: string, { pid, receiver, bytes, send }: Contestant): Row {
  return {
    name,
    async run(count) {
      const { complete } = await receiver.expect(count);
      const { cpuSeconds } = await measureCost(pid, () =>
        within(ROUND_MS, name, Promise.all([send(), complete])),
      );
      await new Promise((resolve) => setTimeout(resolve, LATE_MS));
      const came = await receiver.tell();
      if (came.count !== count || came.ids !== count || came.bytes !== bytes) {
        const should = `${count} with as many ids and ${bytes} bytes`;
        throw new Error(`${name} sent ${JSON.stringify(came)} instead of ${should}.`);
      }
      return { seconds: came.seconds, cpuSeconds };
    },
  };
}

async function replay({ client, id }: Hook): Promise<void> {
  const { replayWebhook } = await client.run(ReplayWebhook, { id, since: BEFORE_ALL });
  if (replayWebhook.__typename !== 'Webhook') throw new Error(replayWebhook.message);
}

/** Settles when every webhook is at the end of the log and nothing waits for an outcome. */
async function untilDelivered(path: string): Promise<void> {
  const database = new BetterSqlite3(path, { readonly: true });
  const isLeft = database
    .prepare<[], number>(
      `select exists (select 1 from webhook where position < (select log_end from history))
        or exists (select 1 from delivery where status <> 'DELIVERED')`,
    )
    .pluck();
  while (isLeft.get() === 1) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  database.close();
}

/** Every one was delivered by its first attempt. */
function expectDeliveredAtOnce(path: string, webhookId: string, count: number): void {
  const database = new BetterSqlite3(path, { readonly: true });
  const found = database
    .prepare<[string], { deliveries: number; sequences: number; attempts: number }>(
      `select count(*) as deliveries, count(distinct sequence) as sequences,
        (select count(*) from delivery_attempt a join delivery d on d.id = a.delivery_id
          where d.webhook_id = delivery.webhook_id and number = 1 and response_status = 200) as attempts
        from delivery where webhook_id = ? and status = 'DELIVERED' and attempts = 1`,
    )
    .get(webhookId);
  const all = database
    .prepare<[string], number>('select count(*) from delivery where webhook_id = ?')
    .pluck()
    .get(webhookId);
  database.close();
  const counts = [all, found?.deliveries, found?.sequences, found?.attempts];
  if (counts.some((value) => value !== count)) {
    throw new Error(`Of ${count} deliveries there are ${counts.join(', ')}.`);
  }
}

/** Throws where it takes too long. */
async function within(ms: number, name: string, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} does not come to its end.`)), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function requirePid({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The broker could not be started.');
  return pid;
}
