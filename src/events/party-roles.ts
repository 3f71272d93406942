/** Who has which roles in a transfer, kept in memory: that never changes, so it is read once for all of its events. */
import type { Queries } from '../database/index.ts';
import type { PartyId } from '../domain/party-id.ts';
import { type RoleBits, toRoleBits } from './event-match.ts';

/** The parties of one transfer. */
export type PartyRoles = ReadonlyMap<PartyId, RoleBits>;

/** The parties of transfers that were asked for before. */
export interface PartyRolesCache {
  /** The parties of each of the transfers. */
  find(db: Queries, transferIds: Iterable<string>): Promise<ReadonlyMap<string, PartyRoles>>;
  clear(): void;
}

/** Keeps the transfers that were asked for last; `maxParties` bounds the parties of all of them together. */
export function createPartyRoles(maxParties: number): PartyRolesCache {
  const known = new Map<string, PartyRoles>();
  let held = 0;

  function keep(transferId: string, roles: PartyRoles): void {
    known.set(transferId, roles);
    held += roles.size;
    for (const [oldest, { size }] of known) {
      if (held <= maxParties) break;
      known.delete(oldest);
      held -= size;
    }
  }

  return {
    async find(db, transferIds) {
      const found = new Map<string, PartyRoles>();
      const unknown: string[] = [];
      for (const id of new Set(transferIds)) {
        const roles = known.get(id);
        if (roles === undefined) {
          unknown.push(id);
          continue;
        }
        found.set(id, roles);
        known.delete(id);
        known.set(id, roles);
      }
      for (const [id, roles] of await read(db, unknown)) {
        found.set(id, roles);
        keep(id, roles);
      }
      return found;
    },
    clear() {
      known.clear();
      held = 0;
    },
  };
}

async function read(
  db: Queries,
  transferIds: readonly string[],
): Promise<ReadonlyMap<string, PartyRoles>> {
  const found = new Map<string, Map<PartyId, RoleBits>>();
  if (transferIds.length === 0) return found;
  const rows = await db
    .selectFrom('transfer_party')
    .select(['transfer_id', 'party_id', 'role'])
    .where('transfer_id', 'in', transferIds)
    .execute();
  for (const { transfer_id, party_id, role } of rows) {
    const roles = found.get(transfer_id) ?? new Map<PartyId, RoleBits>();
    found.set(transfer_id, roles.set(party_id, (roles.get(party_id) ?? 0) | toRoleBits([role])));
  }
  return found;
}
