/** The whole schema. The files imported here define its parts when they are loaded. */
import type { GraphQLSchema } from 'graphql';
import './scalars.ts';
import './root-types.ts';
import './node.ts';
import './parties/viewer.ts';
import './parties/party.ts';
import './parties/actor.ts';
import './parties/service-owner.ts';
import './parties/register-service-owner.ts';
import './parties/update-viewer-party.ts';
import './resources/resource.ts';
import './resources/resource-access.ts';
import './resources/list-resources.ts';
import './resources/configure-resource.ts';
import './resources/grant-resource-access.ts';
import './resources/revoke-resource-access.ts';
import './transfers/transfer.ts';
import './transfers/recipient.ts';
import './transfers/upload.ts';
import './transfers/property.ts';
import './transfers/list-transfers.ts';
import './transfers/initialize-transfer.ts';
import './transfers/cancel-transfer.ts';
import './transfers/create-download-link.ts';
import './transfers/confirm-download.ts';
import './transfers/watch-transfer.ts';
import './events/event.ts';
import './events/list-events.ts';
import './events/follow-events.ts';
import './webhooks/webhook.ts';
import './webhooks/delivery.ts';
import './webhooks/create-webhook.ts';
import './webhooks/update-webhook.ts';
import './webhooks/delete-webhook.ts';
import './webhooks/rotate-webhook-secret.ts';
import './webhooks/test-webhook.ts';
import './webhooks/replay-webhook.ts';
import './webhooks/redeliver.ts';
import './statistics/statistics.ts';
import './statistics/export-statistics.ts';
import './statistics/export-events.ts';
import { builder } from './builder.ts';
import { limitAnswer } from './limit-answer.ts';
import { requireScopeOnReading } from './require-scope.ts';

/** What the broker can do, in GraphQL. */
export const schema: GraphQLSchema = buildSchema();

function buildSchema(): GraphQLSchema {
  // In the order of definition, which tells a story to whoever reads the printed schema.
  const built = builder.toSchema({ sortSchema: false });
  limitAnswer(built);
  requireScopeOnReading(built.getQueryType(), built.getSubscriptionType());
  return built;
}
