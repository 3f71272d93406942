/** Requests that meet at the very end, or the very beginning, of an upload, in the orders that matter. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseFullError } from '../../src/database/index.ts';
import { holdCall, openUploadRoom, type UploadRoom } from '../support/upload-room.ts';
import { patchHeaders, rawRequest, tus } from '../support/uploads.ts';

const LENGTH = { 'Upload-Length': '10' };
const TYPE = { 'Content-Type': 'application/offset+octet-stream' };

let room: UploadRoom;
beforeEach(async () => {
  room = await openUploadRoom();
});
afterEach(async () => {
  await room[Symbol.asyncDispose]();
});

describe('a last byte that comes while another request is being let in', () => {
  /** An upload of ten bytes, nine of which have come on a connection that waits. */
  async function almostWhole() {
    const { id, url } = await room.initialize();
    await tus('POST', url, LENGTH);
    const patch = await rawRequest('PATCH', url, { ...patchHeaders(0), 'Content-Length': '10' });
    await patch.write(Buffer.from('123456789'));
    await room.untilOffset(id, 9);
    return { id, url, patch };
  }

  it.each([
    ['has been let in', 'afterRead', 2],
    ['is about to cancel', 'beforeWrite', 1],
  ] as const)(
    'wins over a DELETE that %s: the file is published and stays',
    async (_title, hook, call) => {
      const { id, url, patch } = await almostWhole();
      using _ = patch;
      const held = holdCall(call);
      room.hooks[hook] = held.hook;
      const deletion = tus('DELETE', url, {});
      await held.arrived;
      await patch.write(Buffer.from('0'));
      expect(await patch.answer).toContain('204 No Content');
      held.release();
      expect(await deletion).toMatchObject({ status: 409, code: 'TRANSFER_ALREADY_UPLOADED' });
      expect(await room.stateOf(id)).toMatchObject({ status: 'PUBLISHED' });
    },
  );

  it('is told by a HEAD that saw the upload before it', async () => {
    const { url, patch } = await almostWhole();
    using _ = patch;
    const held = holdCall(2);
    room.hooks.afterRead = held.hook;
    const head = tus('HEAD', url, {});
    await held.arrived;
    await patch.write(Buffer.from('0'));
    expect(await patch.answer).toContain('204 No Content');
    held.release();
    expect(await head).toMatchObject({ status: 200, offset: 10 });
  });
});

describe('a creation that brings bytes', () => {
  it('stores none of them where its transfer is cancelled at that moment', async () => {
    const { id, url } = await room.initialize();
    const began = holdCall(1);
    room.hooks.beforeWrite = began.hook;
    const creation = tus('POST', url, { ...LENGTH, ...TYPE }, '12345');
    await began.arrived;
    // From here on the next read is the one with which the upload is opened.
    const opening = holdCall(1);
    let reads = 0;
    const deletionLooked = new Promise<void>((resolve) => {
      room.hooks.afterRead = () => {
        reads += 1;
        if (reads === 2) resolve();
        return opening.hook();
      };
    });
    began.release();
    await opening.arrived;
    await room.scene.cancel(id);
    const deletion = room.deleteFile(id);
    // From here on the deletion waits for the opening, as the creation does.
    await deletionLooked;
    await new Promise(setImmediate);
    opening.release();
    await deletion;
    expect(await creation).toMatchObject({ status: 410, code: 'UPLOAD_ENDED' });
    const { key } = await room.scene.database.read((db) =>
      db
        .selectFrom('file')
        .select('id as key')
        .where('transfer_id', '=', id)
        .executeTakeFirstOrThrow(),
    );
    expect(await room.storage.size(key)).toBeUndefined();
    const { events } = await room.stateOf(id);
    expect(events).not.toContain('FILE_DELETED');
  });
});

describe('a file whose completion fails', () => {
  it('is completed by itself when there is room again, though the client never comes back', async () => {
    const { id, url } = await room.initialize();
    await tus('POST', url, LENGTH);
    room.hooks.beforeWrite = async () => {
      throw new DatabaseFullError('The disk is full.');
    };
    const last = await tus('PATCH', url, patchHeaders(0), '1234567890');
    expect(last).toMatchObject({ status: 507, offset: 10 });
    room.hooks.beforeWrite = undefined;
    await expect
      .poll(() => room.stateOf(id), { timeout: 5000 })
      .toEqual({
        status: 'PUBLISHED',
        events: ['FILE_TRANSFER_INITIALIZED', 'UPLOAD_STARTED', 'UPLOAD_PROCESSING', 'PUBLISHED'],
      });
    expect(room.faults).toEqual([]);
  });
});

describe('a HEAD in the clothes of another method', () => {
  it('is refused with the whole problem, as the answer to the method that was sent', async () => {
    const { url } = await room.initialize();
    const answer = await tus('POST', url, { 'X-HTTP-Method-Override': 'HEAD' });
    expect(answer).toMatchObject({ status: 404, code: 'TRANSFER_NOT_FOUND' });
  });
});
