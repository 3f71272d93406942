/** StatisticsRow: one group of transfers and what became of them. */
import { PartyRef, ResourceRef, ServiceOwnerRef, StatisticsRowRef } from '../object-refs.ts';

StatisticsRowRef.implement({
  description:
    'One group of transfers that the viewer may see: as service owner, sender or recipient. Measures of transfers are of the whole transfer, also in the row of one of its recipients; measures of recipients are of the recipients in the row.',
  fields: (t) => ({
    period: t.exposeString('period', {
      nullable: true,
      description: 'YYYY-MM-DD or YYYY-MM in UTC; null unless grouped by DAY or MONTH.',
    }),
    resource: t.field({
      type: ResourceRef,
      nullable: true,
      description: 'Null unless grouped by RESOURCE.',
      resolve: async ({ resourceId }, _, { loaders }) =>
        resourceId === null ? null : ((await loaders.resource.load(resourceId)) ?? null),
    }),
    serviceOwner: t.field({
      type: ServiceOwnerRef,
      nullable: true,
      description: 'Null unless grouped by SERVICE_OWNER.',
      resolve: async ({ ownerId }, _, { loaders }) =>
        ownerId === null ? null : ((await loaders.serviceOwner.load(ownerId)) ?? null),
    }),
    sender: t.expose('senderId', {
      type: PartyRef,
      nullable: true,
      description: 'Null unless grouped by SENDER.',
    }),
    recipient: t.expose('recipientId', {
      type: PartyRef,
      nullable: true,
      description: 'Null unless grouped by RECIPIENT.',
    }),
    senderVendor: t.expose('senderVendor', {
      type: PartyRef,
      nullable: true,
      description:
        'Null unless grouped by SENDER_VENDOR, and in the row of transfers that the viewer sees as a recipient alone.',
    }),
    recipientVendor: t.expose('recipientVendor', {
      type: PartyRef,
      nullable: true,
      description:
        'Null unless grouped by RECIPIENT_VENDOR, and in the row of recipients that have not downloaded or whose vendor the viewer may not know.',
    }),
    transfers: t.exposeInt('transfers', {
      description:
        'Transfers initialized. Of a past period it never changes, except grouped by RECIPIENT_VENDOR; the outcomes below settle when its last transfer has ended.',
    }),
    uploaded: t.exposeInt('uploaded', { description: 'Those whose whole file was received.' }),
    published: t.exposeInt('published', { description: 'Those that were published.' }),
    failed: t.exposeInt('failed', { description: 'Those that failed.' }),
    cancelled: t.exposeInt('cancelled', { description: 'Those that the sender withdrew.' }),
    allConfirmed: t.exposeInt('allConfirmed', {
      description: 'Those that every recipient confirmed.',
    }),
    neverConfirmed: t.exposeInt('neverConfirmed', {
      description:
        'Those that were published and expired with at least one recipient that never confirmed, whichever it was.',
    }),
    open: t.exposeInt('open', {
      description: 'Those that have neither ended nor been confirmed by all yet.',
    }),
    anyConfirmed: t.exposeInt('anyConfirmed', {
      description: 'Those that at least one of the recipients in the row confirmed.',
    }),
    bytesUploaded: t.expose('bytesUploaded', {
      type: 'ByteSize',
      description: 'Bytes of the files received.',
    }),
    downloadAttempts: t.exposeInt('downloadAttempts', {
      description: 'DOWNLOAD_STARTED events.',
    }),
    downloadsStarted: t.exposeInt('downloadsStarted', {
      description: 'Recipients that started a download; one counts once for each transfer.',
    }),
    downloadsConfirmed: t.exposeInt('downloadsConfirmed', {
      description: 'Recipients that confirmed; one counts once for each transfer.',
    }),
    recipientsNeverConfirmed: t.exposeInt('recipientsNeverConfirmed', {
      description: 'FILE_NEVER_CONFIRMED_DOWNLOADED events: recipients that never confirmed.',
    }),
    medianSecondsToConfirm: t.exposeFloat('medianSecondsToConfirm', {
      nullable: true,
      description:
        'Seconds from PUBLISHED to a recipient’s confirmation, to the millisecond; null where nobody confirmed. Exact: it is the median of all confirmations, so it costs more than everything else.',
    }),
  }),
});
