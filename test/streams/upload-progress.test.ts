/** An upload as those see it who follow its transfer: its sender how far it is, the others only what becomes of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialize, openResource, type Scene } from '../support/api.ts';
import { startTestBroker, type TestBroker } from '../support/broker.ts';
import { FollowUpload } from '../support/operations.ts';
import { follow, TRANSPORTS } from './followers.ts';
import { createUpload, sendChunk } from './tus-steps.ts';

const CHUNKS = 150;
const PER_SECOND = 5;
/** What an upload tells everybody: as it is at first, UPLOAD_STARTED, UPLOAD_PROCESSING and PUBLISHED. */
const EVENTS = 4;

let broker: TestBroker;
let scene: Scene;
beforeAll(async () => {
  broker = await startTestBroker();
  scene = await openResource(broker);
});
afterAll(() => broker[Symbol.asyncDispose]());

describe.each(TRANSPORTS)('over %s', (transport) => {
  test('the sender is told of progress, at most five times a second, and nobody else', async () => {
    const transfer = await initialize(scene);
    const variables = { id: transfer.id };
    const open = ({ token }: { readonly token: string }) =>
      follow(transport, broker, { token }, FollowUpload, variables);
    const sender = open(scene.sender);
    const others = [open(scene.recipient), open(scene.owner)];
    for (const follower of [sender, ...others]) {
      await follower.until(({ length }) => length > 0);
    }

    const length = 2 * CHUNKS;
    await createUpload(scene.sender, transfer, length);
    const started = performance.now();
    for (let offset = 0; offset < CHUNKS; offset += 1) {
      await sendChunk(scene.sender, transfer, offset, 'x');
    }
    // However many were merged, the latest is told.
    await sender.until((results) => results.at(-1)?.transfer.upload?.offset === CHUNKS);
    const seconds = (performance.now() - started) / 1000;
    const told = sender.results.filter(({ transfer: { upload } }) => (upload?.offset ?? 0) > 0);
    // One may have come at once, and one with the event that it began.
    expect(told.length).toBeLessThanOrEqual(seconds * PER_SECOND + 2);
    const offsets = told.map(({ transfer: { upload } }) => upload?.offset ?? 0);
    expect(offsets).toEqual([...offsets].sort((one, other) => one - other));
    for (const { transfer: seen } of told) expect(seen.upload?.length).toBe(length);

    await sendChunk(scene.sender, transfer, CHUNKS, 'x'.repeat(CHUNKS));
    for (const follower of [sender, ...others]) {
      await follower.until((results) => results.at(-1)?.transfer.status === 'PUBLISHED');
      follower.leave();
    }
    for (const { results } of others) {
      expect(results.map((result) => result.transfer.upload)).toEqual(results.map(() => null));
      expect(results.length).toBeLessThanOrEqual(EVENTS);
    }
    // Once the whole file is there, there is no upload for the sender either.
    expect(sender.results.at(-1)?.transfer.upload).toBeNull();
  });
});
