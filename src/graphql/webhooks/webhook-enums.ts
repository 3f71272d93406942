/** The enums of webhooks and their deliveries. */
import { builder } from '../builder.ts';

/** Whether a webhook is told of events. */
export const WebhookStatusEnum = builder.enumType('WebhookStatus', {
  description: 'Whether a webhook is told of events.',
  values: {
    PENDING_VALIDATION: {
      description: 'The endpoint has not answered the validation request yet.',
    },
    ACTIVE: { description: 'It is told of events as they happen.' },
    DISABLED: { description: 'Switched off by its owner, or after its deliveries kept failing.' },
  } as const,
});

/** How far a delivery is. */
export const DeliveryStatusEnum = builder.enumType('DeliveryStatus', {
  description: 'How far a delivery is.',
  values: {
    PENDING: { description: 'It is going to be tried, for the first time or again.' },
    DELIVERED: { description: 'The endpoint answered with a 2xx.' },
    FAILED: { description: 'Every attempt failed, and no other is planned.' },
  } as const,
});
