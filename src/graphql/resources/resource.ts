/** Resource: a channel for transfers, with its settings and who may use it. */
import { checkFilter } from '../../domain/check-filter.ts';
import { type PageArguments, parsePageRequest } from '../../domain/page.ts';
import type { PartyId } from '../../domain/party-id.ts';
import {
  countResourceAccess,
  findVisibleResource,
  listResourceAccess,
  type ResourceAccessRow,
  type ResourceRow,
  toOpenTo,
} from '../../resources/index.ts';
import { unwrap } from '../broker-error.ts';
import { builder, dependsOnViewer } from '../builder.ts';
import type { CountedPage } from '../connection.ts';
import { NodeInterface } from '../node.ts';
import { PartyRef, ResourceRef, ServiceOwnerRef } from '../object-refs.ts';
import type { Operation } from '../operation.ts';
import { forwardArguments } from '../page-arguments.ts';
import { ResourceAccessConnection } from './resource-access.ts';
import { ResourceActionEnum, VirusScanPolicyEnum } from './resource-enums.ts';

ResourceRef.implement({
  description: 'A configured channel for transfers, owned by a service owner.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('id', {
      description: "The service owner's own identifier: 4 to 255 of a-z, 0-9, - and _.",
    }),
    title: t.exposeString('title', {
      nullable: true,
      description: 'What the service owner calls it; null where it gave no title.',
    }),
    serviceOwner: t.field({
      type: ServiceOwnerRef,
      description: 'Who owns it, decides its settings and who may use it.',
      resolve: async ({ id, owner_id }, _, { loaders }) => {
        const owner = await loaders.serviceOwner.load(owner_id);
        if (owner === undefined) throw new Error(`The owner of the resource ${id} is gone.`);
        return owner;
      },
    }),
    maxTransferSize: t.expose('max_transfer_size', {
      type: 'ByteSize',
      description: 'The largest file that a transfer may have.',
    }),
    transferTimeToLive: t.expose('time_to_live_ms', {
      type: 'Duration',
      description: 'How long after its initialization a transfer expires.',
    }),
    purgeAfterAllConfirmed: t.boolean({
      description: 'Whether a file is purged once every recipient has confirmed.',
      resolve: (resource) => resource.purge_after_all_confirmed === 1,
    }),
    purgeGracePeriod: t.expose('purge_grace_ms', {
      type: 'Duration',
      description: 'How long after the last confirmation that purge comes.',
    }),
    expiryReminder: t.expose('expiry_reminder_ms', {
      type: 'Duration',
      nullable: true,
      description:
        'How long before expiry recipients that have not confirmed are reminded; null for never.',
    }),
    virusScan: t.expose('virus_scan', {
      type: VirusScanPolicyEnum,
      description: 'Whether files are scanned for malware before they are published.',
    }),
    computeMd5: t.boolean({
      description:
        'Whether an MD5 digest is computed for every file, beside SHA-256. It about doubles the cost of an upload.',
      resolve: (resource) => resource.compute_md5 === 1,
    }),
    requiredParty: t.expose('required_party', {
      type: PartyRef,
      nullable: true,
      description:
        'Where set, this party has to be the sender or the only recipient of every transfer.',
    }),
    openTo: t.field({
      type: [ResourceActionEnum],
      description:
        'What every party may do through this resource without being on its access list.',
      resolve: toOpenTo,
    }),
    accessList: t.field({
      type: ResourceAccessConnection,
      nullable: true,
      ...dependsOnViewer,
      description:
        'Who may use the resource, by party. Null unless the viewer owns it. Depends on the viewer.',
      args: {
        parties: t.arg({
          type: ['PartyId'],
          description:
            'Only these parties, 1 to 1000; left out or null lists everybody, and an empty list is INVALID_INPUT.',
        }),
        ...forwardArguments,
      },
      resolve: listAccess,
    }),
    viewerActions: t.field({
      type: [ResourceActionEnum],
      ...dependsOnViewer,
      description: 'What the viewer may do through this resource. Depends on the viewer.',
      resolve: (resource, _, { loaders }) => loaders.viewerActions.load(resource),
    }),
    createdAt: t.expose('created_at', {
      type: 'DateTime',
      description: 'When the resource was first configured.',
    }),
  }),
});

async function listAccess(
  { id, owner_id }: ResourceRow,
  {
    parties,
    ...paging
  }: PageArguments & { readonly parties?: readonly PartyId[] | null | undefined },
  operation: Operation,
): Promise<CountedPage<ResourceAccessRow, number> | null> {
  if (owner_id !== operation.caller.party) return null;
  unwrap(checkFilter(null, { parties }));
  const page = unwrap(parsePageRequest(paging));
  const db = await operation.read();
  return {
    ...unwrap(await listResourceAccess(db, id, parties, page)),
    count: () => countResourceAccess(db, id, parties),
  };
}

builder.queryField('resource', (t) =>
  t.field({
    type: ResourceRef,
    nullable: true,
    ...dependsOnViewer,
    description:
      'A resource that the viewer owns or may use. Null where there is none, or none that the viewer may see.',
    args: {
      id: t.arg.id({ required: true, description: "The service owner's identifier." }),
    },
    resolve: async (_, { id }, operation) => {
      const db = await operation.read();
      const { policy } = operation.services;
      return (await findVisibleResource(db, policy, operation.caller, id)) ?? null;
    },
  }),
);
