/** WebhookWithSecret: a webhook and the secret that signs what is sent to it. */
import type { WebhookRow } from '../../webhooks/index.ts';
import { builder } from '../builder.ts';
import { WebhookRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';

const WebhookWithSecretType = builder.objectRef<WebhookRow>('WebhookWithSecret').implement({
  description: 'A webhook and its secret. The secret is shown this once.',
  fields: (t) => ({
    webhook: t.field({
      type: WebhookRef,
      description: 'The webhook.',
      resolve: (webhook) => webhook,
    }),
    secret: t.exposeString('secret', {
      description:
        'With which the receiver checks signatures: `whsec_` and base64, as Standard Webhooks has it.',
    }),
  }),
});

/** What the mutations answer that make a secret. */
export const CreateWebhookResult = createResultUnion(
  'CreateWebhookResult',
  WebhookWithSecretType,
  ['ValidationError', 'AccessDeniedError', 'NotFoundError', 'ConflictError'],
  'The webhook with its secret, or why there is none.',
);
