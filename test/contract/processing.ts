/**
 * Transfers that stay in UPLOAD_PROCESSING for as long as a test wants. Their broker was restarted in the middle of the
 * uploads: their digests are still catching up when they are complete, so that the verdict is left to a job. And while the
 * clock runs backwards, no such job is ever due.
 */
import { rm } from 'node:fs/promises';
import { expect } from 'vitest';
import {
  clientOf,
  initialize,
  type NewTransfer,
  openResource,
  type Scene,
} from '../support/api.ts';
import { makeDataDir, startTestBroker } from '../support/broker.ts';
import type { InitializeTransferInput } from '../support/graphql/graphql.ts';
import { patchHeaders, tus } from '../support/uploads.ts';
import { look } from './steps.ts';

/** Computing the digests of this much takes many times as long as the answer to a request. */
const CONTENT = Buffer.alloc(192 * 1024 * 1024, 'ferje');

export interface ProcessingScene extends Scene, AsyncDisposable {
  /** Says that all bytes of a transfer are there: it is in UPLOAD_PROCESSING from now on, until `goOn` is called. */
  complete(transfer: number): Promise<NewTransfer>;
  /** Lets the broker come to its verdicts. */
  goOn(): void;
}

/** A transfer for each input, of whose file nothing is missing but its length. */
export async function openProcessingScene(
  ...inputs: readonly Partial<InitializeTransferInput>[]
): Promise<ProcessingScene> {
  const dataDir = await makeDataDir();
  const { scene, ids } = await uploadContents(dataDir, inputs);
  /** What the clock said last; undefined while it goes as it should. */
  let held: number | undefined;
  const clock = {
    now() {
      if (held === undefined) return Date.now();
      held -= 1;
      return held;
    },
  };
  const broker = await startTestBroker({ dataDir, clock });
  const [owner, sender, recipient] = await Promise.all([
    clientOf(broker, scene.owner.party),
    clientOf(broker, scene.sender.party),
    clientOf(broker, scene.recipient.party),
  ]);
  return {
    resourceId: scene.resourceId,
    broker,
    owner,
    sender,
    recipient,
    async complete(transfer) {
      held = Date.now();
      const id = ids[transfer] ?? '';
      const uploadUrl = `${broker.url}/uploads/${id}`;
      const headers = {
        ...sender.authorization,
        ...patchHeaders(CONTENT.length),
        'Upload-Length': String(CONTENT.length),
      };
      const last = await tus('PATCH', uploadUrl, headers, '');
      expect(last).toMatchObject({ status: 204, offset: CONTENT.length });
      expect(await look(sender, id)).toMatchObject({ status: 'UPLOAD_PROCESSING' });
      return { id, uploadUrl, fileUrl: `${broker.url}/files/${id}` };
    },
    goOn() {
      held = undefined;
    },
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function uploadContents(
  dataDir: string,
  inputs: readonly Partial<InitializeTransferInput>[],
) {
  await using broker = await startTestBroker({ dataDir });
  const scene = await openResource(broker, { computeMd5: true });
  const { authorization } = scene.sender;
  const ids: string[] = [];
  for (const input of inputs) {
    const { id, uploadUrl } = await initialize(scene, input);
    await tus('POST', uploadUrl, { ...authorization, 'Upload-Defer-Length': '1' });
    const headers = { ...authorization, ...patchHeaders(0) };
    expect(await tus('PATCH', uploadUrl, headers, CONTENT)).toMatchObject({ status: 204 });
    ids.push(id);
  }
  return { scene, ids };
}
