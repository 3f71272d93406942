/** The rule of `readEvents` for events in memory: which of them a reader gets, given its roles in their transfers. */
import type { Viewer } from '../domain/caller.ts';
import type { PartyId } from '../domain/party-id.ts';
import { TRANSFER_ROLES, type TransferRole } from '../domain/transfer-status.ts';
import { FOR_ALL_RECIPIENTS } from './append-events.ts';
import type { EventFilter, EventRow } from './read-events.ts';

/** A set of roles, a bit for each. */
export type RoleBits = number;

/** Which events a reader gets. */
export interface EventMatch {
  /** Only events of this party's transfers can match; null is the broker itself, which sees everything. */
  readonly party: PartyId | null;
  /** `roles` are the party's own in the event's transfer. */
  matches(event: EventRow, roles: RoleBits): boolean;
}

const RECIPIENT = toRoleBits(['RECIPIENT']);

/** The set of these roles. */
export function toRoleBits(roles: readonly TransferRole[]): RoleBits {
  return roles.reduce((bits, role) => bits | (1 << TRANSFER_ROLES.indexOf(role)), 0);
}

/** For a viewer as far as it may see them; null is the broker itself. */
export function createEventMatch(viewer: Viewer | null, filter: EventFilter): EventMatch {
  const types = filter.types == null ? undefined : new Set(filter.types);
  const resourceIds = filter.resourceIds == null ? undefined : new Set(filter.resourceIds);
  const { transferId, role } = filter;
  const isLetThrough = (event: EventRow) =>
    (types === undefined || types.has(event.type)) &&
    (resourceIds === undefined || resourceIds.has(event.resource_id)) &&
    (transferId == null || transferId === event.transfer_id);
  if (viewer === null) return { party: null, matches: isLetThrough };

  const { party } = viewer;
  const asked = toRoleBits(viewer.roles.filter((has) => role == null || role === has));
  const isMine = filter.audience === 'MINE';
  return {
    party,
    matches(event, roles) {
      const counting = isMine ? roles & concernedRoles(event, party) : roles;
      return (counting & asked) !== 0 && isLetThrough(event);
    },
  };
}

/** In which roles an event concerns a party that has them: those that `appendEvents` notes. */
function concernedRoles({ type, subject_id }: EventRow, party: PartyId): RoleBits {
  const concernsAsRecipient = FOR_ALL_RECIPIENTS.includes(type) || subject_id === party;
  return concernsAsRecipient ? ~0 : ~RECIPIENT;
}
