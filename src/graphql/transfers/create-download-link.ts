/** createDownloadLink: a link that downloads a file without a token, for a short time. */
import { createDownloadLink } from '../../transfers/index.ts';
import { builder } from '../builder.ts';
import { TemporaryLinkRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';
import { runCommand } from '../run-command.ts';

TemporaryLinkRef.implement({
  description: 'A link that carries its own permission, for GET and HEAD. It works at once.',
  fields: (t) => ({
    url: t.expose('url', {
      type: 'URL',
      description: 'The link. Whoever has it may use it, so it is to be kept like a password.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When it ends. A download that has begun goes on.',
    }),
  }),
});

const CreateDownloadLinkResult = createResultUnion(
  'CreateDownloadLinkResult',
  TemporaryLinkRef,
  ['AccessDeniedError', 'NotFoundError', 'ConflictError'],
  'The link, or why there is none.',
);

builder.mutationField('createDownloadLink', (t) =>
  t.field({
    type: CreateDownloadLinkResult,
    description:
      'A link that downloads the file without an Authorization header (ranges and conditional requests included), for 15 minutes, in the name of the viewer, who has to be a recipient. Scope altinn:broker.read.',
    args: { transferId: t.arg.id({ required: true, description: 'The id of the transfer.' }) },
    resolve: (_, { transferId }, operation) => {
      const { transfers, linkKey: key, publicUrl } = operation.services;
      const link = { key, urlOf: (id: string) => `${publicUrl()}/files/${id}` };
      return runCommand(operation, () =>
        createDownloadLink(transfers, link, operation.caller, transferId),
      );
    },
  }),
);
