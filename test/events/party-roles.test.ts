import { expect, it } from 'vitest';
import { toRoleBits } from '../../src/events/event-match.ts';
import { createPartyRoles } from '../../src/events/party-roles.ts';
import { ANNA, BO, OWNER, openTransferScene, SENDER } from '../support/transfer-scene.ts';

it('reads a transfer once, and forgets those that were asked for least lately', async () => {
  await using scene = await openTransferScene();
  const [first = '', second = '', third = ''] = [
    await scene.initialize(ANNA, BO),
    await scene.initialize(ANNA, BO),
    await scene.initialize(ANNA, BO),
  ];
  // A transfer has four parties here.
  const partyRoles = createPartyRoles(8);
  const find = (...ids: readonly string[]) => scene.database.read((db) => partyRoles.find(db, ids));
  expect((await find(first)).get(first)).toEqual(
    new Map([
      [SENDER, toRoleBits(['SENDER'])],
      [OWNER, toRoleBits(['SERVICE_OWNER'])],
      [ANNA, toRoleBits(['RECIPIENT'])],
      [BO, toRoleBits(['RECIPIENT'])],
    ]),
  );
  await find(second);
  await find(first);
  await find(third);
  // What is known from here on is known by heart.
  await scene.database.write((tx) => tx.deleteFrom('transfer_party').execute());
  expect([...(await find(first, second, third)).keys()].sort()).toEqual([first, third].sort());
  partyRoles.clear();
  expect((await find(first, third)).size).toBe(0);
});
