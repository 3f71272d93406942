/**
 * Gathers what the fields of one operation ask for one by one into one query per kind of thing. Loaders read the
 * operation's snapshot and live as long as it does.
 */
import DataLoader from 'dataloader';
import type { Queries } from '../database/index.ts';
import { isUuid } from '../domain/clock.ts';
import { groupBy } from '../domain/group-by.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { PartyId } from '../domain/party-id.ts';
import type { ResourceAction } from '../domain/resource-settings.ts';
import { type EventRow, findEventsAt, listTransferEvents } from '../events/index.ts';
import {
  findPartyNames,
  findResources,
  findServiceOwners,
  type ResourceRow,
  type ServiceOwnerRow,
} from '../resources/index.ts';
import {
  type FileRow,
  findFiles,
  findProperties,
  findRecipients,
  findUploads,
  findViewerParts,
  findVisibleTransfers,
  type RecipientRow,
  type TransferPropertyRow,
  type TransferRow,
  type UploadRow,
} from '../transfers/index.ts';
import {
  type DeliveryAttempt,
  findAttempts,
  findWebhooks,
  type WebhookRow,
} from '../webhooks/index.ts';
import type { Operation } from './operation.ts';

/** As many keys as go into one query: databases bound the parameters of a statement. */
const MAX_BATCH = 1000;

/** The beginning or the end of a transfer's history. */
export interface TransferEventsKey {
  readonly transferId: string;
  readonly page: Pick<PageRequest, 'size' | 'backwards'>;
}

/** What resolvers ask for one by one. An undefined answer means that there is none. */
export interface Loaders {
  readonly partyName: DataLoader<PartyId, string | undefined>;
  /** By the party that is registered. */
  readonly serviceOwner: DataLoader<PartyId, ServiceOwnerRow | undefined>;
  /** Whoever asks: for what the viewer has come to by a thing that it sees. */
  readonly resource: DataLoader<string, ResourceRow | undefined>;
  /** What the viewer may do through a resource. */
  readonly viewerActions: DataLoader<ResourceRow, readonly ResourceAction[], string>;
  /** Where the viewer sees it. */
  readonly transfer: DataLoader<string, TransferRow | undefined>;
  /** The viewer's own rows of a transfer, one per role, by the transfer's id; so are all that follow. */
  readonly viewerParts: DataLoader<string, readonly RecipientRow[]>;
  readonly recipients: DataLoader<string, readonly RecipientRow[]>;
  /** Recipients that were loaded before anybody asks for them, by the transfer's id: an answer without a promise. */
  readonly knownRecipients: ReadonlyMap<string, readonly RecipientRow[]>;
  /** Loads them. */
  loadRecipients(transferIds: readonly string[]): Promise<void>;
  readonly properties: DataLoader<string, readonly TransferPropertyRow[]>;
  readonly file: DataLoader<string, FileRow | undefined>;
  readonly upload: DataLoader<string, UploadRow | undefined>;
  readonly transferEvents: DataLoader<TransferEventsKey, Page<EventRow>, string>;
  /** Whoever asks, by its position: for what the viewer has come to by a delivery of its own. */
  readonly event: DataLoader<number, EventRow | undefined>;
  /** Whoever asks: for what the viewer has come to by a delivery of its own. */
  readonly webhook: DataLoader<string, WebhookRow | undefined>;
  /** By the delivery's id, the oldest first. */
  readonly attempts: DataLoader<string, readonly DeliveryAttempt[]>;
}

interface OfTransfer {
  readonly transfer_id: string;
}
type FindOf<Row> = (db: Queries, ids: readonly string[]) => Promise<readonly Row[]>;

export function createLoaders(operation: Operation): Loaders {
  const { viewer, caller, services } = operation;
  const knownRecipients = new Map<string, readonly RecipientRow[]>();

  /** One row per key. */
  function one<K, Row>(
    find: (db: Queries, keys: readonly K[]) => Promise<readonly Row[]>,
    keyOf: (row: Row) => K,
  ): DataLoader<K, Row | undefined> {
    return batched(async (keys) => {
      const rows = await find(await operation.read(), keys);
      const byKey = new Map(rows.map((row) => [keyOf(row), row]));
      return keys.map((key) => byKey.get(key));
    });
  }

  /** The rows of each transfer that has some. */
  async function findOf<Row extends OfTransfer>(
    find: FindOf<Row>,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Row[]>> {
    return groupBy(await find(await operation.read(), ids), (row) => row.transfer_id);
  }

  function ofTransfer<Row extends OfTransfer>(
    find: FindOf<Row>,
  ): DataLoader<string, readonly Row[]> {
    return batched(async (ids) => {
      const rows = await findOf(find, ids);
      return ids.map((id) => rows.get(id) ?? []);
    });
  }

  return {
    partyName: batched(async (parties) => {
      const names = await findPartyNames(await operation.read(), parties);
      return parties.map((party) => names.get(party));
    }),
    serviceOwner: one(findServiceOwners, (owner) => owner.party_id),
    resource: one(findResources, ({ id }) => id),
    viewerActions: new DataLoader(
      async (resources) => {
        const db = await operation.read();
        const actions = await services.policy.findActions(db, caller.party, resources);
        return resources.map(({ id }) => actions.get(id) ?? []);
      },
      { maxBatchSize: MAX_BATCH, cacheKeyFn: ({ id }) => id },
    ),
    transfer: one(
      // Whatever else somebody asks for is no id of a transfer, and may be nothing that a database takes.
      (db, ids) => findVisibleTransfers(db, viewer, ids.filter(isUuid)),
      ({ id }) => id,
    ),
    viewerParts: ofTransfer((db, ids) => findViewerParts(db, viewer, ids)),
    recipients: ofTransfer(findRecipients),
    knownRecipients,
    async loadRecipients(ids) {
      const rows = await findOf(findRecipients, ids);
      for (const id of ids) knownRecipients.set(id, rows.get(id) ?? []);
    },
    properties: ofTransfer(findProperties),
    file: one(findFiles, (file) => file.transfer_id),
    upload: one(findUploads, (upload) => upload.transfer_id),
    transferEvents: new DataLoader((keys) => loadTransferEvents(operation, keys), {
      maxBatchSize: MAX_BATCH,
      cacheKeyFn: ({ transferId, page }) => `${transferId} ${pageKey(page)}`,
    }),
    event: one(findEventsAt, ({ position }) => position),
    webhook: one(findWebhooks, ({ id }) => id),
    attempts: batched(async (ids) => {
      const attempts = groupBy(
        await findAttempts(await operation.read(), ids),
        ({ deliveryId }) => deliveryId,
      );
      return ids.map((id) => attempts.get(id) ?? []);
    }),
  };
}

function batched<K, V>(load: (keys: readonly K[]) => Promise<readonly V[]>): DataLoader<K, V> {
  return new DataLoader(load, { maxBatchSize: MAX_BATCH });
}

function pageKey({ size, backwards }: TransferEventsKey['page']): string {
  return `${backwards ? 'last' : 'first'} ${size}`;
}

/** One query for each kind of page; a document rarely asks for more than one. */
async function loadTransferEvents(
  operation: Operation,
  keys: readonly TransferEventsKey[],
): Promise<Page<EventRow>[]> {
  const db = await operation.read();
  const pages = new Map<string, Map<string, Page<EventRow>>>();
  for (const [kind, alike] of groupBy(keys, ({ page }) => pageKey(page))) {
    const [first] = alike;
    if (first === undefined) continue;
    const ids = alike.map(({ transferId }) => transferId);
    pages.set(kind, await listTransferEvents(db, operation.services.events, ids, first.page));
  }
  return keys.map(({ transferId, page }) => {
    const found = pages.get(pageKey(page))?.get(transferId);
    return found ?? { edges: [], hasNextPage: false, hasPreviousPage: false };
  });
}
