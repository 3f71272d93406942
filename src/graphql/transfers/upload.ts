/** Upload: where and how far the upload of a transfer's file is. Only its sender sees it. */

import { uploadExpiresAt } from '../../transfers/index.ts';
import { UploadRef } from '../object-refs.ts';

UploadRef.implement({
  description: "Where and how far the upload of a transfer's file is. Only its sender sees it.",
  fields: (t) => ({
    id: t.id({
      description: "The id of the upload, a UUID other than the transfer's. It is not a Node.",
      resolve: ({ upload }) => upload.id,
    }),
    url: t.field({
      type: 'URL',
      description: `The transfer's tus 1.0 resource. POST creates the upload (Upload-Length or Upload-Defer-Length) and answers this same
URL as Location; HEAD, PATCH and DELETE go to it too. PUT of the whole file as a raw body works on it as well.
It stays valid for HEAD until the file is purged.`,
      resolve: ({ transfer }, _, { services }) => `${services.publicUrl()}/uploads/${transfer.id}`,
    }),
    offset: t.field({
      type: 'ByteSize',
      description:
        'Bytes received, as HEAD would say; through a power cut up to the last acknowledged offset.',
      resolve: ({ transfer, upload }, _, { services }) =>
        services.progress.currentOffset(transfer.id) ?? upload.offset_flushed,
    }),
    length: t.field({
      type: 'ByteSize',
      nullable: true,
      description: 'The declared length; null until it is known.',
      resolve: ({ upload }) => upload.length,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When an unfinished upload is given up; null before it began.',
      resolve: ({ transfer, upload }) => uploadExpiresAt(transfer, upload),
    }),
  }),
});
