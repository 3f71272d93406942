import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createHashThread } from '../../../src/transfers/upload/hash-thread.ts';
import { RunningDigest } from '../../../src/transfers/upload/running-digest.ts';

const MIB = 1024 * 1024;
const thread = createHashThread();
afterAll(() => thread.close());

const digestsOf = (...chunks: readonly Buffer[]) => ({
  sha256: createHash('sha256').update(Buffer.concat(chunks)).digest('hex'),
  md5: createHash('md5').update(Buffer.concat(chunks)).digest('hex'),
});

/** Bytes in pieces of many sizes. */
function pieces(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 3) % 300_007) {
    found.push(bytes.subarray(at, at + size));
  }
  return found;
}

describe.each([
  ['with MD5', { withMd5: true, thread }],
  ['without MD5', { withMd5: false, thread }],
  ['of a small file with MD5', { withMd5: true, thread: null }],
  ['of a small file without MD5', { withMd5: false, thread: null }],
])('a running digest %s', (_, options) => {
  const expected = (...chunks: readonly Buffer[]) => ({
    ...digestsOf(...chunks),
    ...(options.withMd5 ? {} : { md5: null }),
  });

  it('is that of the bytes, in whatever pieces they come', async () => {
    const bytes = randomBytes(5 * MIB + 17);
    const digest = new RunningDigest(options);
    const all = pieces(bytes);
    for (let at = 0; at < all.length; at += 5) await digest.update(all.slice(at, at + 5));
    expect(digest.position).toBe(bytes.length);
    expect(await digest.finish()).toEqual(expected(bytes));
    digest.drop();
  });

  it('of nothing is that of nothing', async () => {
    const digest = new RunningDigest(options);
    await digest.update([]);
    await digest.update([Buffer.alloc(0)]);
    expect(digest.position).toBe(0);
    expect(await digest.finish()).toEqual(expected());
    digest.drop();
  });

  it('can be asked for in between, and goes on', async () => {
    const digest = new RunningDigest(options);
    const [first, second] = [randomBytes(1000), randomBytes(2 * MIB)];
    await digest.update([first]);
    expect(await digest.finish()).toEqual(expected(first));
    await digest.update([second]);
    expect(await digest.finish()).toEqual(expected(first, second));
    digest.drop();
  });

  it('forgets what came since its mark, and goes on from there', async () => {
    const digest = new RunningDigest(options);
    const [kept, lost, more] = [randomBytes(3 * MIB + 1), randomBytes(2 * MIB), randomBytes(999)];
    await digest.update([kept]);
    digest.mark();
    await digest.update([lost]);
    digest.rollback();
    expect(digest.position).toBe(kept.length);
    expect(await digest.finish()).toEqual(expected(kept));
    await digest.update([more]);
    expect(await digest.finish()).toEqual(expected(kept, more));
    digest.drop();
  });

  it('keeps what came since a mark that nothing went back to', async () => {
    const digest = new RunningDigest(options);
    const [first, second, lost] = [randomBytes(10), randomBytes(20), randomBytes(30)];
    digest.mark();
    await digest.update([first]);
    digest.mark();
    await digest.update([second]);
    // The second mark stands for the first.
    digest.mark();
    await digest.update([lost]);
    digest.rollback();
    expect(await digest.finish()).toEqual(expected(first, second));
    digest.drop();
  });

  it('without a mark forgets nothing', async () => {
    const digest = new RunningDigest(options);
    const bytes = randomBytes(100);
    await digest.update([bytes]);
    digest.rollback();
    expect(await digest.finish()).toEqual(expected(bytes));
    digest.mark();
    digest.rollback();
    await digest.update([bytes]);
    digest.rollback();
    expect(await digest.finish()).toEqual(expected(bytes, bytes));
    digest.drop();
  });

  it('is right after any order of bytes, marks and ways back', async () => {
    const step = fc.oneof(fc.nat(5000), fc.constant('mark' as const), fc.constant('back' as const));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const digest = new RunningDigest(options);
        let taken: Buffer[] = [];
        let mark: Buffer[] | undefined;
        for (const what of steps) {
          if (what === 'mark') {
            digest.mark();
            mark = [...taken];
          } else if (what === 'back') {
            digest.rollback();
            taken = mark ?? taken;
            mark = undefined;
          } else {
            const bytes = randomBytes(what);
            await digest.update([bytes]);
            taken.push(bytes);
          }
        }
        expect(await digest.finish()).toEqual(expected(...taken));
        digest.drop();
      }),
      { numRuns: 50 },
    );
  });
});

describe('the thread that computes hashes', () => {
  it('keeps many digests apart that grow at once, with more bytes than it has room for', async () => {
    const files = Array.from({ length: 12 }, (_, index) => randomBytes(3 * MIB + index));
    const found = await Promise.all(
      files.map(async (bytes) => {
        const digest = thread.createHash('md5');
        for (let at = 0; at < bytes.length; at += MIB / 2) {
          await digest.update([bytes.subarray(at, at + MIB / 2)]);
        }
        const value = await digest.finish();
        digest.drop();
        return value;
      }),
    );
    expect(found).toEqual(files.map((bytes) => digestsOf(bytes).md5));
  });

  it('takes the bytes over: whoever gave them may overwrite them', async () => {
    const digest = thread.createHash('md5');
    const bytes = Buffer.alloc(MIB, 1);
    await digest.update([bytes]);
    const before = digestsOf(Buffer.alloc(MIB, 1)).md5;
    bytes.fill(2);
    expect(await digest.finish()).toBe(before);
    digest.drop();
  });

  it('ends when it is closed, whether or not it began', async () => {
    await createHashThread().close();
    const other = createHashThread();
    const digest = other.createHash('md5');
    await digest.update([Buffer.from('a')]);
    expect(await digest.finish()).toBe(digestsOf(Buffer.from('a')).md5);
    await other.close();
    await other.close();
  });

  it('leaves nobody waiting when it is closed', async () => {
    const other = createHashThread();
    const digests = Array.from({ length: 12 }, () => other.createHash('md5'));
    const outcomes = Promise.allSettled([
      // More than it has room for: some of these wait for a buffer.
      ...digests.map((digest) => digest.update([Buffer.alloc(MIB)])),
      ...digests.map((digest) => digest.finish()),
    ]);
    await other.close();
    const statuses = new Set((await outcomes).map(({ status }) => status));
    expect(statuses).toContain('rejected');
    await expect(digests[0]?.update([Buffer.from('more')])).rejects.toThrow('has ended');
  });
});
