import { describe, expect, it } from 'vitest';
import { encodeCursor } from '../../src/domain/keyset-cursor.ts';
import { ok } from '../../src/domain/result.ts';
import { createEventLog, type EventLog, findLogEnd } from '../../src/events/index.ts';
import { openDatabaseOf } from '../support/database-choice.ts';
import { ANNA, openTransferScene, type TransferScene } from '../support/transfer-scene.ts';

const read = ({ database, events }: TransferScene, cursor: string) =>
  database.read((db) => events.fromCursor(db, cursor));

describe('a cursor of the log', () => {
  it('is a place in it, from its beginning to its end', async () => {
    await using scene = await openTransferScene();
    await scene.publish(ANNA);
    const end = await scene.database.read(findLogEnd);
    expect(end).toBe(4);
    for (const position of [0, 1, end]) {
      expect(await read(scene, scene.events.toCursor(position))).toEqual(ok(position));
    }
  });

  it('beyond the end is of another history, for this one has not got there', async () => {
    await using scene = await openTransferScene();
    await scene.initialize(ANNA);
    for (const position of [2, 1000]) {
      expect(await read(scene, scene.events.toCursor(position))).toMatchObject({
        error: { code: 'INVALID_CURSOR', message: expect.stringContaining('from another history') },
      });
    }
  });

  it('of another database is of another history, though that one is as long', async () => {
    await using scene = await openTransferScene();
    await using other = await openTransferScene();
    await scene.initialize(ANNA);
    await other.initialize(ANNA);
    expect(other.events.epoch).not.toBe(scene.events.epoch);
    expect(await read(scene, other.events.toCursor(1))).toMatchObject({
      error: { code: 'INVALID_CURSOR', message: expect.stringContaining('from another history') },
    });
  });

  it('outlasts a restart', async () => {
    await using scene = await openTransferScene();
    await scene.initialize(ANNA);
    const cursor = scene.events.toCursor(1);
    const reopened = await openDatabaseOf(scene.folder);
    const events: EventLog = await createEventLog(reopened);
    expect(await reopened.read((db) => events.fromCursor(db, cursor))).toEqual(ok(1));
    events.close();
    await reopened.close();
  });

  it('that is garbage is refused', async () => {
    await using scene = await openTransferScene();
    await scene.initialize(ANNA);
    const { epoch } = scene.events;
    for (const garbage of [
      '',
      'garbage',
      encodeCursor('transfers:CREATED_AT:DESC', [epoch, 1]),
      encodeCursor('log', [epoch]),
      encodeCursor('log', [epoch, '1']),
      encodeCursor('log', [epoch, 0.5]),
      encodeCursor('log', [epoch, -1]),
      encodeCursor('log', [epoch, 1, 1]),
    ]) {
      expect(await read(scene, garbage)).toMatchObject({ error: { code: 'INVALID_CURSOR' } });
    }
  });
});
