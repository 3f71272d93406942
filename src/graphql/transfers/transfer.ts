/** Transfer: one file on its way from a sender to its recipients. */
import { checkFilter } from '../../domain/check-filter.ts';
import { type Page, type PageArguments, parsePageRequest } from '../../domain/page.ts';
import {
  type RecipientStatus,
  TRANSFER_ROLES,
  transferStatusText,
  WAITS_FOR_SCANNER,
} from '../../domain/transfer-status.ts';
import { type EventRow, listEvents } from '../../events/index.ts';
import { isUploadOpen, type RecipientRow, type TransferRow } from '../../transfers/index.ts';
import { unwrap } from '../broker-error.ts';
import { builder, dependsOnViewer } from '../builder.ts';
import { ErrorCodeEnum } from '../error-code.ts';
import { EventConnection } from '../events/event-connection.ts';
import { NodeInterface } from '../node.ts';
import {
  PartyRef,
  PropertyRef,
  RecipientRef,
  ResourceRef,
  TransferRef,
  UploadRef,
} from '../object-refs.ts';
import type { Operation, Services } from '../operation.ts';
import { pageArguments } from '../page-arguments.ts';
import { DigestsType, ExpectedDigestType, VirusScanResultType } from './file-content.ts';
import { RecipientCountsRef } from './recipient.ts';
import { RecipientStatusEnum, TransferRoleEnum, TransferStatusEnum } from './transfer-enums.ts';

TransferRef.implement({
  description:
    'One file on its way from a sender to its recipients, through a resource. Its sender, its recipients and the owner of its resource see it.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the transfer, a UUID.' }),
    resource: t.field({
      type: ResourceRef,
      description:
        'The resource that it goes through. Always readable through the transfer, whatever the viewer may do with the resource itself.',
      resolve: async ({ resource_id }, _, { loaders }) => {
        const resource = await loaders.resource.load(resource_id);
        if (resource === undefined) throw new Error(`The resource ${resource_id} is gone.`);
        return resource;
      },
    }),
    sender: t.expose('sender_id', { type: PartyRef, description: 'The party that sends.' }),
    recipients: t.field({
      type: [RecipientRef],
      description: 'In the order that the sender gave; at most 1000.',
      args: {
        statuses: t.arg({
          type: [RecipientStatusEnum],
          description:
            'Only recipients in one of these statuses; left out or null means all, and an empty list is INVALID_INPUT.',
        }),
      },
      resolve: listRecipients,
    }),
    recipientCounts: t.field({
      type: RecipientCountsRef,
      description: 'How many recipients are in each status.',
      resolve: (transfer) => transfer,
    }),
    viewerRecipient: t.field({
      type: RecipientRef,
      nullable: true,
      ...dependsOnViewer,
      description:
        "The viewer's own part as a recipient; null where it is none. Depends on the viewer.",
      resolve: async ({ id }, _, { loaders }) => {
        const parts = await loaders.viewerParts.load(id);
        return parts.find(({ role }) => role === 'RECIPIENT') ?? null;
      },
    }),
    fileName: t.exposeString('file_name', {
      description: 'The name of the file, as its sender gave it, in NFC.',
    }),
    sendersReference: t.exposeString('senders_reference', {
      nullable: true,
      description: 'What the sender knows the transfer by; null where it gave none.',
    }),
    properties: t.field({
      type: [PropertyRef],
      description: 'In the order that the sender gave; at most 10.',
      resolve: ({ id }, _, { loaders }) => loaders.properties.load(id),
    }),
    status: t.expose('status', { type: TransferStatusEnum, description: 'How it stands.' }),
    statusText: t.string({
      description:
        'One sentence for a person; where the transfer failed, why, and where its file waits for a scanner that is not available, that.',
      resolve: (transfer, _, { services }) =>
        waitsForScanner(transfer, services)
          ? WAITS_FOR_SCANNER
          : transferStatusText(transfer.status, {
              failure: transfer.failure,
              finding: transfer.scan_finding,
            }),
    }),
    failure: t.expose('failure', {
      type: ErrorCodeEnum,
      nullable: true,
      description: 'Why it failed; null unless the status is FAILED.',
    }),
    statusChangedAt: t.expose('status_changed_at', {
      type: 'DateTime',
      description: 'When the status last changed.',
    }),
    createdAt: t.expose('created_at', {
      type: 'DateTime',
      description: 'When it was initialized.',
    }),
    publishedAt: t.expose('published_at', {
      type: 'DateTime',
      nullable: true,
      description: 'Null until published; it stays when the file is gone.',
    }),
    expiresAt: t.expose('expires_at', {
      type: 'DateTime',
      description: 'When the file is purged whether it was fetched or not.',
    }),
    fileDeletedAt: t.expose('file_deleted_at', {
      type: 'DateTime',
      nullable: true,
      description: "When the file's bytes were deleted; null while there are some, or never were.",
    }),
    size: t.field({
      type: 'ByteSize',
      nullable: true,
      description: 'The size of the file. Null until the whole file has been received.',
      resolve: async ({ id }, _, { loaders }) => (await loaders.file.load(id))?.size ?? null,
    }),
    digests: t.field({
      type: DigestsType,
      nullable: true,
      description: 'The digests of the file. Null until the whole file has been received.',
      resolve: async ({ id }, _, { loaders }) => {
        const { sha256 = null, md5 = null } = (await loaders.file.load(id)) ?? {};
        return sha256 === null ? null : { sha256, md5 };
      },
    }),
    expectedDigest: t.field({
      type: ExpectedDigestType,
      nullable: true,
      description: "What the sender said the file's digest has to be; null where it said nothing.",
      resolve: ({ expected_algorithm: algorithm, expected_value: value }) =>
        algorithm === null || value === null ? null : { algorithm, value },
    }),
    virusScan: t.field({
      type: VirusScanResultType,
      description: 'Whether the file is scanned for malware, and what the scanner said.',
      resolve: (transfer) => transfer,
    }),
    upload: t.field({
      type: UploadRef,
      nullable: true,
      ...dependsOnViewer,
      description:
        'Where its file is to be uploaded, and how far it is. Null for everybody but the sender, and once the whole file was received or the transfer has ended. Depends on the viewer.',
      resolve: findUpload,
    }),
    viewerRoles: t.field({
      type: [TransferRoleEnum],
      ...dependsOnViewer,
      description:
        'What the viewer is to the transfer, as far as its scopes let it see. Depends on the viewer.',
      resolve: async ({ id }, _, { loaders }) => {
        const parts = await loaders.viewerParts.load(id);
        return TRANSFER_ROLES.filter((role) => parts.some((part) => part.role === role));
      },
    }),
    events: t.field({
      type: EventConnection,
      nullable: true,
      description: "The transfer's history, oldest first.",
      args: pageArguments,
      resolve: listHistory,
    }),
  }),
});

/** A list has loaded the recipients of all its transfers already: fifty promises less are worth a tenth of an answer. */
function listRecipients(
  { id }: TransferRow,
  { statuses }: { readonly statuses?: readonly RecipientStatus[] | null | undefined },
  { loaders }: Operation,
): readonly RecipientRow[] | Promise<readonly RecipientRow[]> {
  unwrap(checkFilter(null, { statuses }));
  const pick = (recipients: readonly RecipientRow[]) =>
    statuses == null ? recipients : recipients.filter((r) => statuses.includes(r.status));
  const known = loaders.knownRecipients.get(id);
  return known === undefined ? loaders.recipients.load(id).then(pick) : pick(known);
}

/** Whether its file was received and cannot be scanned now. */
function waitsForScanner({ status, scan_status }: TransferRow, { transfers }: Services): boolean {
  if (status !== 'UPLOAD_PROCESSING' || scan_status !== 'PENDING') return false;
  return transfers.scanner === null || transfers.scanner.problem !== null;
}

async function findUpload(transfer: TransferRow, _: object, { loaders }: Operation) {
  if (!isUploadOpen(transfer.status)) return null;
  const parts = await loaders.viewerParts.load(transfer.id);
  if (!parts.some(({ role }) => role === 'SENDER')) return null;
  const upload = await loaders.upload.load(transfer.id);
  return upload === undefined ? null : { transfer, upload };
}

/** The beginnings and the ends of many transfers' histories are one query; a page by cursor is one of its own. */
async function listHistory(
  { id }: TransferRow,
  args: PageArguments,
  operation: Operation,
): Promise<Page<EventRow>> {
  const page = unwrap(parsePageRequest(args));
  if (page.after === null && page.before === null) {
    return operation.loaders.transferEvents.load({ transferId: id, page });
  }
  const { services, viewer } = operation;
  const db = await operation.read();
  return unwrap(await listEvents(db, services.events, viewer, { transferId: id }, {}, page));
}

builder.queryField('transfer', (t) =>
  t.field({
    type: TransferRef,
    nullable: true,
    ...dependsOnViewer,
    description: 'A transfer. Null where there is none, or none that the viewer may see.',
    args: { id: t.arg.id({ required: true, description: 'The id of the transfer.' }) },
    resolve: async (_, { id }, { loaders }) => (await loaders.transfer.load(id)) ?? null,
  }),
);
