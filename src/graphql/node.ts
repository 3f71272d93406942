/** Node: anything that has an id of its own and can be fetched again by it. */
import { isUuid } from '../domain/clock.ts';
import { type PartyId, parsePartyId } from '../domain/party-id.ts';
import type { Result } from '../domain/result.ts';
import { type EventRow, findEvent } from '../events/index.ts';
import {
  findServiceOwnerById,
  findVisibleResource,
  type ResourceRow,
  type ServiceOwnerRow,
} from '../resources/index.ts';
import type { TransferRow } from '../transfers/index.ts';
import { type DeliveryRow, seeDelivery, seeWebhook, type WebhookRow } from '../webhooks/index.ts';
import { builder } from './builder.ts';
import type { Operation } from './operation.ts';

type NodeValue =
  | PartyId
  | ServiceOwnerRow
  | ResourceRow
  | TransferRow
  | EventRow
  | WebhookRow
  | DeliveryRow;

/** Implemented by every type that has an id. */
export const NodeInterface = builder.interfaceRef<NodeValue>('Node').implement({
  description: 'Something that can be fetched again by its id.',
  resolveType: nameType,
  fields: (t) => ({
    id: t.id({
      description: 'Unique across types, and never given to two things.',
      resolve: (node) => (typeof node === 'string' ? node : node.id),
    }),
  }),
});

/** Rows carry no name of their type; each kind has a column that no other has. */
function nameType(node: NodeValue): string {
  if (typeof node === 'string') return 'Party';
  if ('webhook_id' in node) return 'Delivery';
  if ('sees_as' in node) return 'Webhook';
  if ('actor_party' in node) return 'Event';
  if ('file_name' in node) return 'Transfer';
  if ('max_transfer_size' in node) return 'Resource';
  return 'ServiceOwner';
}

builder.queryField('node', (t) =>
  t.field({
    type: NodeInterface,
    nullable: true,
    description: 'Any Node, where the viewer may see it; null where there is none.',
    args: {
      id: t.arg.id({ required: true, description: 'The id, as its type gives it.' }),
    },
    resolve: (_, { id }, operation) => findNode(operation, id),
  }),
);

function foundOf<T>(result: Result<T>): T | undefined {
  return result.ok ? result.value : undefined;
}

/** The shape of an id tells parties and resources from the rest. */
async function findNode(operation: Operation, id: string): Promise<NodeValue | null> {
  const party = parsePartyId(id);
  if (party !== undefined) return party === id ? party : null;
  const db = await operation.read();
  if (!isUuid(id)) {
    const { policy } = operation.services;
    return (await findVisibleResource(db, policy, operation.caller, id)) ?? null;
  }
  return (
    (await operation.loaders.transfer.load(id)) ??
    (await findServiceOwnerById(db, id)) ??
    (await findEvent(db, operation.viewer, id)) ??
    foundOf(await seeWebhook(db, operation.caller, id)) ??
    foundOf(await seeDelivery(db, operation.caller, id)) ??
    null
  );
}
