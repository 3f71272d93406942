/** Brings transfers as far as a test wants them. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { requestFile } from '../downloads/request-file.ts';
import { type Client, initialize, type NewTransfer, publish, type Scene } from '../support/api.ts';
import type { InitializeTransferInput } from '../support/graphql/graphql.ts';
import { untilOffset } from '../support/streams.ts';
import { patchHeaders, type RawRequest, rawRequest, tus } from '../support/uploads.ts';
import { look } from './steps.ts';

/** A file, and the first half of it. */
export const WHOLE = Buffer.from('helloworld');
export const HALF = WHOLE.subarray(0, 5);
export const SHA256 = createHash('sha256').update(WHOLE).digest('hex');
export const WRONG_SHA256 = '0'.repeat(64);

/** The events of a transfer until it is published. */
export const RECEIVED = [
  'FILE_TRANSFER_INITIALIZED',
  'UPLOAD_STARTED',
  'UPLOAD_PROCESSING',
  'PUBLISHED',
];

export interface BegunTransfer extends NewTransfer {
  readonly authorization: Client['authorization'];
}

/** A transfer whose upload has begun; without a length the sender has not said yet how long it will be. */
export async function begin(
  scene: Scene,
  length: number | null = WHOLE.length,
  input: Partial<InitializeTransferInput> = {},
): Promise<BegunTransfer> {
  const transfer = await initialize(scene, input);
  const { authorization } = scene.sender;
  const declared =
    length === null ? { 'Upload-Defer-Length': '1' } : { 'Upload-Length': String(length) };
  const created = await tus('POST', transfer.uploadUrl, { ...authorization, ...declared });
  expect(created.status).toBe(201);
  return { ...transfer, authorization };
}

/** A PATCH at the beginning that brings some bytes and then nothing more, though it has announced all of them. */
export async function hang(
  { broker, sender }: Scene,
  { id, uploadUrl, authorization }: BegunTransfer,
  bytes: Buffer,
): Promise<RawRequest> {
  const patch = await rawRequest('PATCH', uploadUrl, {
    ...authorization,
    ...patchHeaders(0),
    'Content-Length': String(WHOLE.length),
  });
  await patch.write(bytes);
  await untilOffset(broker, sender, id, bytes.length);
  return patch;
}

export async function patch(
  { uploadUrl, authorization }: BegunTransfer,
  offset: number,
  body: string | Buffer,
) {
  return tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(offset) }, body);
}

export async function download({ authorization }: Client, fileUrl: string): Promise<void> {
  const { status, body } = await requestFile(fileUrl, authorization);
  expect([status, body.equals(WHOLE)]).toEqual([200, true]);
}

/** A published transfer that the recipient has downloaded. */
export async function downloaded(scene: Scene, recipients = [scene.recipient]) {
  const parties = recipients.map(({ party }) => party);
  const transfer = await publish(scene, WHOLE, { recipients: parties });
  for (const recipient of recipients) await download(recipient, transfer.fileUrl);
  return transfer;
}

/** Waits until the bytes of an ended transfer are gone, and answers its events. */
export async function untilDeleted(client: Client, id: string): Promise<string[]> {
  await expect.poll(async () => (await look(client, id)).fileDeletedAt).not.toBeNull();
  return (await look(client, id)).events;
}
