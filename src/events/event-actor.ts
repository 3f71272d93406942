/** Who of the readers of an event gets to know who did it. */
import type { Actor, Viewer } from '../domain/caller.ts';
import type { EventRow } from './read-events.ts';

/**
 * The actor, for the sender and the resource's owner; null for everybody else, and for the broker's own acts. A viewer
 * counts as either only where its token lets it see transfers in that role.
 */
export function findVisibleActor(event: EventRow, viewer: Viewer): Actor | null {
  if (event.actor_party === null) return null;
  const isSender = event.sender_id === viewer.party && viewer.roles.includes('SENDER');
  const isOwner = event.owner_id === viewer.party && viewer.roles.includes('SERVICE_OWNER');
  if (!isSender && !isOwner) return null;
  return {
    party: event.actor_party,
    vendor: event.actor_vendor,
    clientId: event.actor_client_id,
    systemUserId: event.actor_system_user_id,
  };
}
