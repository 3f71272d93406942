import { describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../src/database/index.ts';
import { createLeadership } from '../../src/jobs/index.ts';
import { openTestDatabase } from '../support/test-database.ts';

const PACE = { lookMs: 20, deadAfterMs: 300, leadsForMs: 200 };

/** Brokers that would all lead the same work, on a database that they share. */
async function openScene() {
  const { database: real, ...store } = await openTestDatabase();
  const leading: string[] = [];
  const waiting = new Set<() => void>();
  const tell = () => {
    for (const look of waiting) look();
  };

  function createBroker(name: string) {
    const fault = { write: undefined as (() => Promise<never>) | undefined };
    const database: Database = {
      ...real,
      isShared: true,
      write: (command) => fault.write?.() ?? real.write(command),
    };
    const leadership = createLeadership({
      database,
      task: 'work',
      pace: PACE,
      onGain() {
        leading.push(name);
        tell();
      },
      async onLoss() {
        leading.splice(leading.indexOf(name), 1);
        tell();
      },
      onError: () => undefined,
    });
    return { fault, ...leadership };
  }

  onTestFinished(async () => {
    await real.close();
    await store[Symbol.asyncDispose]();
  });
  return {
    createBroker,
    leading,
    until: (isSo: (leading: readonly string[]) => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!isSo(leading)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

describe('of several processes', () => {
  it('one leads, and another as soon as it has stopped', async () => {
    const { createBroker, leading, until } = await openScene();
    const [first, second] = [createBroker('first'), createBroker('second')];
    await first.start();
    await second.start();
    expect(leading).toEqual(['first']);
    await first.stop();
    await until((now) => now.includes('second'));
    expect(leading).toEqual(['second']);
    await second.stop();
    expect(leading).toEqual([]);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('The connection was lost.'))],
    ['never answers', () => new Promise<never>(() => {})],
  ])(
    'another leads where the database of the one %s, which leads no more by then',
    async (_, fault) => {
      const { createBroker, leading, until } = await openScene();
      const [first, second] = [createBroker('first'), createBroker('second')];
      await first.start();
      await second.start();
      first.fault.write = fault;
      await until((now) => now.length === 0);
      await until((now) => now.length === 1);
      expect(leading).toEqual(['second']);
      await second.stop();
    },
  );

  it('one that lives is not taken over from', async () => {
    const { createBroker, leading } = await openScene();
    const [first, second] = [createBroker('first'), createBroker('second')];
    await first.start();
    await second.start();
    const gained = [...leading];
    // Often enough for a dead one to be noticed.
    await new Promise((resolve) => setTimeout(resolve, 3 * PACE.deadAfterMs));
    expect([gained, leading]).toEqual([['first'], ['first']]);
    await second.stop();
    await first.stop();
  });
});
