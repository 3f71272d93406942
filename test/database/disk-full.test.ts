/** No room for the database itself: what cannot be kept is refused with a clear error, and nothing that was said is lost. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { begin, HALF, patch, WHOLE } from '../contract/progress.ts';
import { cancelling, confirming, look, refused } from '../contract/steps.ts';
import { requestFile } from '../downloads/request-file.ts';
import { initialize, openResource, publish, send } from '../support/api.ts';
import { makeDataDir } from '../support/broker.ts';
import { InitializeTransfer } from '../support/operations.ts';
import { spawnBrokerWithAllOnSmallDisk } from '../support/small-disk.ts';
import { untilStatus } from '../support/streams.ts';
import { tus } from '../support/uploads.ts';

test('on a full disk mutations get a clear error, uploads 507, and all goes on when there is room', async () => {
  const folder = await makeDataDir();
  {
    await using broker = await spawnBrokerWithAllOnSmallDisk(folder);
    const scene = await openResource(broker);
    const { sender, recipient } = scene;
    const published = await publish(scene, WHOLE);
    const half = await begin(scene);
    await patch(half, 0, HALF);
    const withdrawn = await publish(scene, randomBytes(100_000));
    const input = {
      resourceId: scene.resourceId,
      fileName: 'report.pdf',
      sender: sender.party,
      recipients: [recipient.party],
    };
    await broker.fill();

    // What has room in pages that are there may still be kept; soon nothing is.
    const acknowledged: string[] = [];
    for (;;) {
      const { data, errors } = await send(broker, sender.token, InitializeTransfer, { input });
      if (errors !== undefined) {
        expect(errors[0]?.extensions).toMatchObject({ code: 'STORAGE_FULL' });
        break;
      }
      const made = data?.initializeTransfer;
      if (made?.__typename !== 'Transfer') throw new Error('No transfer was made.');
      acknowledged.push(made.id);
    }
    const full = await patch(half, 5, WHOLE.subarray(5));
    expect(full).toMatchObject({ status: 507, code: 'STORAGE_FULL' });
    expect(await refused('GET', published.fileUrl, recipient.authorization)).toMatchObject({
      status: 507,
      code: 'STORAGE_FULL',
    });
    // Reading needs no room.
    expect(await look(recipient, published.id)).toMatchObject({ status: 'PUBLISHED' });

    await broker.makeRoom();
    for (const id of acknowledged) {
      expect(await look(sender, id)).toMatchObject({ status: 'INITIALIZED' });
    }
    const head = await tus('HEAD', half.uploadUrl, half.authorization);
    expect(head.status).toBe(200);
    if (head.offset !== WHOLE.length) {
      expect(head.offset).toBe(full.offset);
      await patch(half, head.offset ?? 0, WHOLE.subarray(head.offset ?? 0));
    }
    await untilStatus(broker, sender, half.id, 'PUBLISHED');
    const file = await requestFile(published.fileUrl, recipient.authorization);
    expect(file.body.equals(WHOLE)).toBe(true);
    expect(await confirming(recipient, published.id)).toMatchObject({
      status: 'ALL_CONFIRMED_DOWNLOADED',
    });
    expect(await cancelling(sender, withdrawn.id)).toMatchObject({ status: 'CANCELLED' });
    await expect.poll(async () => (await look(sender, withdrawn.id)).fileDeletedAt).not.toBeNull();
    expect(await initialize(scene)).toMatchObject({ id: expect.any(String) });
  }
  await rm(folder, { recursive: true, force: true });
});
