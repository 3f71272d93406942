export { countWebhooks, WEBHOOK_STATUSES } from './count-webhooks.ts';
export { createWebhook } from './create-webhook.ts';
export { deleteWebhook, FORGET_DELIVERIES, forgetDeliveries } from './delete-webhook.ts';
export {
  type DeliveryAttempt,
  type DeliveryRow,
  findAttempts,
  listDeliveries,
  seeDelivery,
} from './deliveries.ts';
export { createWebhookDispatcher } from './dispatcher.ts';
export { createPoster } from './post.ts';
export { createReach } from './reach.ts';
export { redeliver } from './redeliver.ts';
export { replayWebhook } from './replay-webhook.ts';
export { rotateWebhookSecret } from './rotate-webhook-secret.ts';
export type { Attempt } from './send.ts';
export { createSlots, MAX_TESTS } from './slots.ts';
export { testWebhook } from './test-webhook.ts';
export { updateWebhook } from './update-webhook.ts';
export {
  findWebhooks,
  listWebhooks,
  resourceIdsOf,
  seeWebhook,
  typesOf,
  type WebhookRow,
} from './webhook.ts';
export { parseWebhookAllow, type WebhookAllow } from './webhook-allow.ts';
export type { WebhookContext } from './webhook-context.ts';
