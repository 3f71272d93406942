/**
 * Who may do what through a resource. Every act asks here, each time, so that a right taken back works at once. The
 * interface is what an external decision point would stand behind later.
 */
import type { Queries } from '../database/index.ts';
import type { PartyId } from '../domain/party-id.ts';
import type { ResourceAction } from '../domain/resource-settings.ts';
import type { ResourceRow } from './resource.ts';

export interface AccessPolicy {
  /** What a party may do through each of the resources. */
  findActions(
    db: Queries,
    party: PartyId,
    resources: readonly ResourceRow[],
  ): Promise<Map<string, readonly ResourceAction[]>>;
  /** Those of the parties that may not do it. */
  findDenied(
    db: Queries,
    resource: ResourceRow,
    parties: readonly PartyId[],
    action: ResourceAction,
  ): Promise<PartyId[]>;
}

/** The policy of the broker itself: owner, `openTo`, and the access list. */
export const accessListPolicy: AccessPolicy = {
  async findActions(db, party, resources) {
    if (resources.length === 0) return new Map();
    const listed = await db
      .selectFrom('resource_access')
      .select(['resource_id', 'may_send', 'may_receive'])
      .where('party_id', '=', party)
      .where(
        'resource_id',
        'in',
        resources.map(({ id }) => id),
      )
      .execute();
    const byResource = new Map(listed.map((row) => [row.resource_id, row]));
    return new Map(
      resources.map((resource) => {
        const access = byResource.get(resource.id);
        const owns = resource.owner_id === party;
        const actions: ResourceAction[] = [];
        if (owns || resource.open_to_send === 1 || access?.may_send === 1) actions.push('SEND');
        if (owns || resource.open_to_receive === 1 || access?.may_receive === 1) {
          actions.push('RECEIVE');
        }
        return [resource.id, actions];
      }),
    );
  },

  async findDenied(db, resource, parties, action) {
    const isOpen = action === 'SEND' ? resource.open_to_send : resource.open_to_receive;
    const asked = parties.filter((party) => party !== resource.owner_id);
    if (isOpen === 1 || asked.length === 0) return [];
    const allowed = await db
      .selectFrom('resource_access')
      .select('party_id')
      .where('resource_id', '=', resource.id)
      .where('party_id', 'in', asked)
      .where(action === 'SEND' ? 'may_send' : 'may_receive', '=', 1)
      .execute();
    const names = new Set(allowed.map(({ party_id }) => party_id));
    return asked.filter((party) => !names.has(party));
  },
};
