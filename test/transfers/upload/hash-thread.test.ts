/** Hashes of many uploads in one thread: what becomes of one is nothing to the others. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createHashThread } from '../../../src/transfers/upload/hash-thread.ts';

it('a hash that is dropped while bytes for it are on their way harms no other', async () => {
  const thread = createHashThread();
  const [dropped, other] = [thread.createHash('sha256'), thread.createHash('sha256')];
  const bytes = Buffer.alloc(9 * 1024 * 1024, 'ferje');
  const updating = dropped.update([bytes]);
  dropped.drop();
  await updating;
  await expect(dropped.finish()).rejects.toThrow('dropped');
  dropped.mark();
  dropped.rollback();
  await other.update([bytes]);
  expect(await other.finish()).toBe(createHash('sha256').update(bytes).digest('hex'));
  await thread.close();
});
