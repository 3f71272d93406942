/** What the store promises on every database. */
import { describe, expect, it } from 'vitest';
import type { WriteTransaction } from '../../src/database/index.ts';
import { fail, ok } from '../../src/domain/result.ts';
import { addName, namesOf, readNames } from '../support/named-parties.ts';
import { openTestDatabase } from '../support/test-database.ts';

describe('a write', () => {
  it('is there for readers when it has been answered, and so is what it answered', async () => {
    await using store = await openTestDatabase();
    const answer = await store.database.write(async (tx) => {
      await addName(tx, 'a');
      return ok('made');
    });
    expect(answer).toEqual(ok('made'));
    expect(await namesOf(store.database)).toEqual(['a']);
  });

  it('leaves nothing behind where it answers a failed result', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const refused = fail('TRANSFER_ENDED', 'It has ended.');
    const answers = await Promise.all([
      database.write((tx) => addName(tx, 'before')),
      database.write(async (tx) => {
        await addName(tx, 'refused');
        return refused;
      }),
      database.write((tx) => addName(tx, 'after')),
    ]);
    expect(answers[1]).toEqual(refused);
    expect(await namesOf(database)).toEqual(['after', 'before']);
  });

  it('is told of after its commit, until the listener has gone', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    let told = 0;
    const stop = database.onCommit(() => {
      told += 1;
    });
    await database.write((tx) => addName(tx, 'a'));
    expect(told).toBe(1);
    stop();
    await database.write((tx) => addName(tx, 'b'));
    expect(told).toBe(1);
  });

  it('leaves nothing behind where it throws, and disturbs nobody beside it', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const outcomes = await Promise.allSettled([
      database.write((tx) => addName(tx, 'before')),
      database.write(async (tx) => {
        await addName(tx, 'thrown');
        throw new Error('no');
      }),
      database.write((tx) => addName(tx, 'after')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { message: 'no' } });
    expect(await namesOf(database)).toEqual(['after', 'before']);
  });
});

describe('a read', () => {
  it('does not see a command before its commit', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const seen = await database.write(async (tx) => {
      await addName(tx, 'a');
      return namesOf(database);
    });
    expect(seen).toEqual([]);
    expect(await namesOf(database)).toEqual(['a']);
  });

  it('gives its connection back also when it throws', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    const failing = Array.from({ length: 50 }, () =>
      database.read(async () => {
        throw new Error('no');
      }),
    );
    const outcomes = await Promise.allSettled(failing);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(await namesOf(database)).toEqual([]);
  });

  it('cannot write', async () => {
    await using store = await openTestDatabase();
    const writing = store.database.read((db) => addName(db as WriteTransaction, 'a'));
    await expect(writing).rejects.toThrow(/read-?only/i);
    expect(await namesOf(store.database)).toEqual([]);
  });

  it('has numbers where the database has 64-bit integers, and orders text by its bytes', async () => {
    await using store = await openTestDatabase();
    const names = ['a', 'B', 'å', 'Z', 'ab', 'a-b', '-', '😀', 'z'];
    await store.database.write(async (tx) => {
      for (const name of names) await addName(tx, name);
      await tx.updateTable('party').set({ updated_at: Number.MAX_SAFE_INTEGER }).execute();
    });
    const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    expect(await namesOf(store.database)).toEqual(names.toSorted(byBytes));
    const [row] = await store.database.read((db) => db.selectFrom('party').selectAll().execute());
    expect(row?.updated_at).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('a snapshot', () => {
  it('does not see what is committed while it is held', async () => {
    await using store = await openTestDatabase();
    const { database } = store;
    await database.write((tx) => addName(tx, 'a'));
    const snapshot = await database.snapshot();
    expect(await readNames(snapshot.db)).toEqual(['a']);
    await database.write((tx) => addName(tx, 'b'));
    expect(await readNames(snapshot.db)).toEqual(['a']);
    expect(await namesOf(database)).toEqual(['a', 'b']);
    await snapshot.release();
    expect(await namesOf(database)).toEqual(['a', 'b']);
  });
});
