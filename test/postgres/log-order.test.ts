/** The log on PostgreSQL, where commands commit beside each other: a reader never sees a position before those before it. */
import { expect, test } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import { createEventLog, findLogEnd, readEvents } from '../../src/events/index.ts';
import { createIdSource } from '../../src/id-source.ts';
import { cancelTransfer, type TransferContext } from '../../src/transfers/index.ts';
import { openDatabaseOf } from '../support/database-choice.ts';
import {
  ANNA,
  BO,
  callerOf,
  initializeIn,
  openTransferScene,
  SENDER,
  type TransferScene,
} from '../support/transfer-scene.ts';

const WRITERS = 8;
const TRANSFERS_EACH = 25;

/** What a broker of its own would write with. */
async function openWriter(scene: TransferScene): Promise<TransferContext> {
  const { clock } = scene.context;
  const database = await openDatabaseOf(scene.folder);
  return { ...scene.context, database, ids: createIdSource(clock) };
}

/** Transfers that are made and cancelled, with commands between them that come to nothing. */
async function writeMany(context: TransferContext): Promise<void> {
  for (let count = 0; count < TRANSFERS_EACH; count += 1) {
    const id = await initializeIn(context, [ANNA, BO]);
    await context.database
      .write(async () => {
        throw new Error('comes to nothing');
      })
      .catch(() => undefined);
    await cancelTransfer(context, callerOf(SENDER), id);
  }
}

/** Reads on from where it stands, again and again, until it has seen so many; throws where a position is passed over. */
async function readWithoutGap(database: Database, total: number): Promise<number> {
  let position = 0;
  while (position < total) {
    const { rows, end } = await database.read(async (db) => ({
      rows: await readEvents(db, null, {}, { after: position, limit: 7 }),
      end: await findLogEnd(db),
    }));
    for (const row of rows) {
      if (row.position !== position + 1) {
        throw new Error(`After ${position} came ${row.position}.`);
      }
      position = row.position;
    }
    // The end that a snapshot tells is the last one that it holds.
    if (rows.length < 7 && position !== end) throw new Error(`At ${position} the end was ${end}.`);
  }
  return position;
}

test('eight writers at once, and no reader ever passes a position over', async () => {
  await using scene = await openTransferScene();
  const total = WRITERS * TRANSFERS_EACH * 2;
  const reader = await openDatabaseOf(scene.folder);
  const follower = await createEventLog(reader);
  const followed: number[] = [];
  const following = (async () => {
    for await (const { position } of follower.followAll({}, 0)) {
      followed.push(position);
      if (position === total) break;
    }
  })();
  const writers = await Promise.all(Array.from({ length: WRITERS }, () => openWriter(scene)));
  const reading = [readWithoutGap(reader, total), readWithoutGap(scene.database, total)];
  await Promise.all(writers.map(writeMany));
  expect(await Promise.all(reading)).toEqual([total, total]);
  await following;
  expect(followed).toEqual(Array.from({ length: total }, (_, index) => index + 1));
  follower.close();
  for (const { database } of writers) await database.close();
  await reader.close();
});
