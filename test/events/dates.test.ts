/** The times that events bear. */
import { expect, test } from 'vitest';
import { appendEvents, MAX_BACKDATING_MS } from '../../src/events/index.ts';
import { createIdSource } from '../../src/id-source.ts';
import { ANNA, OWNER, openTransferScene, RESOURCE, SENDER } from '../support/transfer-scene.ts';

test('an event of a command that had to wait is dated hardly before it could be seen', async () => {
  await using scene = await openTransferScene();
  const transferId = await scene.initialize(ANNA);
  const began = scene.clock.time;
  for (const [waited, dated] of [
    [MAX_BACKDATING_MS, began],
    [60_000, began + 60_000 - MAX_BACKDATING_MS],
  ] as const) {
    const ids = createIdSource({ now: () => began + waited });
    await scene.database.write((tx) =>
      appendEvents(
        tx,
        ids,
        {
          transferId,
          resourceId: RESOURCE,
          sender: SENDER,
          owner: OWNER,
          details: { failure: null, finding: null },
          actor: null,
          time: began,
        },
        [
          {
            type: 'UPLOAD_STARTED',
            transferStatus: 'UPLOAD_STARTED',
            subject: SENDER,
            recipientStatus: null,
          },
        ],
      ),
    );
    const last = await scene.database.read((db) =>
      db.selectFrom('event').select('time').orderBy('position', 'desc').executeTakeFirst(),
    );
    expect(last?.time).toBe(dated);
  }
});
