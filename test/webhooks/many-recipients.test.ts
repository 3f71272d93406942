/** A transfer with a thousand recipients, each of whom has a webhook: each is told of what concerns it, and of nothing else. */
import { expect, it } from 'vitest';
import { clientOf, openResource, publish } from '../support/api.ts';
import { startTestBroker } from '../support/broker.ts';
import { ConfirmDownload } from '../support/operations.ts';
import { startReceiver, VALIDATION } from '../support/webhook-receiver.ts';
import {
  createWebhook,
  lookAtDeliveries,
  REACH_LOOPBACK,
  untilWebhook,
} from '../support/webhook-scene.ts';

const RECIPIENTS = 1000;
const CONFIRMING = 20;
/** So many are asked at once. */
const AT_ONCE = 25;

it('costs a thousand deliveries of what concerns a thousand, and one of what concerns one', async () => {
  await using broker = await startTestBroker({ env: REACH_LOOPBACK });
  await using receiver = await startReceiver();
  const scene = await openResource(broker);
  const parties = Array.from(
    { length: RECIPIENTS },
    (_, index) => `0192:${String(100_000_000 + index)}`,
  );
  const clients = await Promise.all(parties.map((party) => clientOf(broker, party)));
  const hooks: string[] = [];
  for (let from = 0; from < RECIPIENTS; from += AT_ONCE) {
    const some = clients.slice(from, from + AT_ONCE);
    const made = await Promise.all(
      some.map((client) => createWebhook(client, { url: `${receiver.url}/${client.party}` })),
    );
    hooks.push(...made.map(({ id }) => id));
  }
  await receiver.until(({ requests }) => requests.length === RECIPIENTS);
  expect(new Set(receiver.requests.map(({ event }) => event.type))).toEqual(new Set([VALIDATION]));
  for (const [index, client] of clients.entries()) {
    await untilWebhook(client, hooks[index] ?? '', ({ status }) => status === 'ACTIVE');
  }
  const transfer = await publish(scene, undefined, { recipients: [...parties] });
  await receiver.until(({ accepted }) => accepted.length >= RECIPIENTS);

  const confirming = clients.slice(0, CONFIRMING);
  for (const client of confirming) {
    const download = await fetch(transfer.fileUrl, { headers: client.authorization });
    await download.arrayBuffer();
    await client.run(ConfirmDownload, { id: transfer.id });
  }
  await receiver.until(({ accepted }) => accepted.length >= RECIPIENTS + 2 * CONFIRMING);

  const told = new Map<string, string[]>();
  for (const { event, path } of receiver.requests) {
    if (event.type === VALIDATION) continue;
    const party = path.slice('/hook/'.length);
    told.set(party, [...(told.get(party) ?? []), event.type.replace('no.altinn.broker.', '')]);
  }
  const all = ['published', 'downloadstarted', 'downloadconfirmed'];
  for (const [index, party] of parties.entries()) {
    expect(told.get(party), party).toEqual(index < CONFIRMING ? all : ['published']);
  }
  const [first, last] = [clients[0], clients.at(-1)];
  if (first === undefined || last === undefined) throw new Error('Nobody was asked.');
  expect(await lookAtDeliveries(first, hooks[0] ?? '')).toHaveLength(3);
  expect(await lookAtDeliveries(last, hooks.at(-1) ?? '')).toHaveLength(1);
});
