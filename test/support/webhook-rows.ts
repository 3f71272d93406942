/** Webhooks and deliveries in a room where nothing is delivered: their rows, as if it had been. */
import type { Asker, Room, Variables } from './graphql-room.ts';
import { pick, pickText } from './graphql-room.ts';

const CREATE = `mutation ($input: CreateWebhookInput!) {
  createWebhook(input: $input) {
    ... on WebhookWithSecret { webhook { id } }
    ... on BrokerError { message }
  }
}`;

/** A webhook that nobody answers; its id. */
export async function makeWebhook(asker: Asker, settings: Variables = {}): Promise<string> {
  const made = await asker.ask(CREATE, { input: { url: 'http://127.0.0.1:9/hook', ...settings } });
  if (pick(made, 'createWebhook.message') !== undefined) {
    throw new Error(pickText(made, 'createWebhook.message'));
  }
  return pickText(made, 'createWebhook.webhook.id');
}

/** A delivery of each event of the log, the oldest first, each with two attempts; their ids. */
export async function makeDeliveries(room: Room, webhookId: string): Promise<string[]> {
  const { database, ids } = room.services;
  return database.write(async (tx) => {
    const events = await tx.selectFrom('event').select('position').orderBy('position').execute();
    const deliveries = events.map(({ position }, index) => ({
      id: ids.next(),
      webhook_id: webhookId,
      position,
      sequence: index + 1,
      status: 'DELIVERED' as const,
      tries: 0,
      attempts: 2,
      next_attempt_at: null,
      generation: 0,
    }));
    const attempts = deliveries.flatMap(({ id }) =>
      [503, 200].map((status, index) => ({
        delivery_id: id,
        number: index + 1,
        at: room.clock.time + index * 10_000,
        duration_ms: 5,
        response_status: status,
        response_excerpt: null,
        error: null,
      })),
    );
    const AT_ONCE = 100;
    for (let from = 0; from < deliveries.length; from += AT_ONCE) {
      const some = deliveries.slice(from, from + AT_ONCE);
      await tx.insertInto('delivery').values(some).execute();
    }
    for (let from = 0; from < attempts.length; from += AT_ONCE) {
      const some = attempts.slice(from, from + AT_ONCE);
      await tx.insertInto('delivery_attempt').values(some).execute();
    }
    return deliveries.map(({ id }) => id);
  });
}
