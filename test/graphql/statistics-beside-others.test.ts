/** Statistics asked for by many at once, beside other things. */
import { expect, test } from 'vitest';
import { makeResource, makeTransfer, openRoom, party } from '../support/graphql-room.ts';

const [OWNER, SENDER, ANNA] = [party(1), party(2), party(3)];

/** Many more than there are snapshots of any kind. */
const AT_ONCE = 30;
const TRANSFERS = 'transfers(first: 1) { edges { node { resource { id } } } }';
const STATISTICS = 'statistics(groupBy: [RESOURCE]) { rows { resource { id } transfers } }';

test('nobody who asks for statistics and for other things holds up others for ever', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  await makeResource(owner);
  const resource = { id: 'the-resource' };
  for (let count = 1; count <= 3; count += 1) {
    // Something is to be counted whenever they come.
    await makeTransfer(room.as(SENDER), [ANNA]);
    const transfers = { edges: [{ node: { resource } }] };
    const statistics = { rows: [{ resource, transfers: count }] };
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index) => {
        switch (index % 3) {
          case 0:
            return owner.ask(`{ ${TRANSFERS} }`);
          case 1:
            return owner.ask(`{ ${STATISTICS} }`);
          default:
            return owner.ask(`{ ${TRANSFERS} ${STATISTICS} }`);
        }
      }),
    );
    expect(answers).toEqual(
      answers.map(
        (_, index) => [{ transfers }, { statistics }, { transfers, statistics }][index % 3],
      ),
    );
  }
});
