/** A webhook of a party, and an endpoint that is told. */
import type { Clock } from '../../src/domain/clock.ts';
import { type Client, openResource, type Scene } from './api.ts';
import { startTestBroker } from './broker.ts';
import type { CreateWebhookInput, WebhookStatus } from './graphql/graphql.ts';
import { ConfigureResource, RegisterServiceOwner } from './operations.ts';
import { CreateWebhook, GetWebhook } from './webhook-operations.ts';
import { type Receiver, startReceiver } from './webhook-receiver.ts';

/** What a broker in a test has to be told, so that its webhooks reach the tests' endpoints. */
export const REACH_LOOPBACK = { WEBHOOK_ALLOW: '127.0.0.0/8' } as const;

/** A broker with a resource, its parties, and somebody's endpoint. */
export interface WebhookScene extends Scene, AsyncDisposable {
  readonly receiver: Receiver;
}

/** Tokens outlive whatever time a test lets pass by its clock. */
export async function openWebhookScene({
  clock,
}: {
  readonly clock?: Clock;
} = {}): Promise<WebhookScene> {
  const broker = await startTestBroker({
    env: REACH_LOOPBACK,
    ...(clock === undefined ? {} : { clock }),
  });
  const receiver = await startReceiver();
  const scene = await openResource(broker, {}, { lifetimeSeconds: 400 * 86_400 });
  return {
    ...scene,
    receiver,
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

/** A resource of somebody else, through which the scene's parties send and receive too. */
export async function openResourceOf(owner: Client, scene: Scene): Promise<Scene> {
  await owner.run(RegisterServiceOwner, { name: 'Another owner' });
  const resourceId = `other-${scene.resourceId}`;
  const input = { id: resourceId, openTo: ['SEND' as const, 'RECEIVE' as const] };
  const { configureResource } = await owner.run(ConfigureResource, { input });
  if (configureResource.__typename !== 'Resource') throw new Error(configureResource.message);
  return { ...scene, owner, resourceId };
}

export interface TestWebhook {
  readonly id: string;
  readonly secret: string;
}

/** A webhook of the client; it need not be ACTIVE yet. */
export async function createWebhook(
  client: Client,
  receiver: Pick<Receiver, 'url'>,
  input: Partial<CreateWebhookInput> = {},
): Promise<TestWebhook> {
  const { createWebhook: made } = await client.run(CreateWebhook, {
    input: { url: receiver.url, audience: 'MINE', ...input },
  });
  if (made.__typename !== 'WebhookWithSecret') throw new Error(made.message);
  return { id: made.webhook.id, secret: made.secret };
}

/** A webhook of the client that is ACTIVE. */
export async function openWebhook(
  client: Client,
  receiver: Pick<Receiver, 'url'>,
  input: Partial<CreateWebhookInput> = {},
): Promise<TestWebhook> {
  const webhook = await createWebhook(client, receiver, input);
  await untilWebhook(client, webhook.id, ({ status }) => status === 'ACTIVE');
  return webhook;
}

export async function lookAtWebhook(client: Client, id: string) {
  const { webhook } = await client.run(GetWebhook, { id, first: 100 });
  if (webhook === null) throw new Error(`There is no webhook ${id}.`);
  return webhook;
}

/** Its deliveries, the oldest first. */
export async function lookAtDeliveries(client: Client, id: string) {
  const { deliveries } = await lookAtWebhook(client, id);
  return (deliveries?.edges ?? []).map(({ node }) => node).toReversed();
}

type Webhook = Awaited<ReturnType<typeof lookAtWebhook>>;

/** Looks again and again until it is so: nothing else tells of it. */
export async function untilWebhook(
  client: Client,
  id: string,
  isSo: (webhook: Webhook & { readonly status: WebhookStatus }) => boolean,
): Promise<Webhook> {
  for (;;) {
    const webhook = await lookAtWebhook(client, id);
    if (isSo(webhook)) return webhook;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
