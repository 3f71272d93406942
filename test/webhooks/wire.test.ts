/** What a webhook's endpoint is sent, and when. */
import { describe, expect, it } from 'vitest';
import { initialize, openResource, publish } from '../support/api.ts';
import { PARTIES, startTestBroker } from '../support/broker.ts';
import { CancelTransfer, ConfirmDownload, ListEvents } from '../support/operations.ts';
import {
  startReceiver,
  typesOf,
  VALIDATION,
  validateCloudEvent,
  verifySignature,
} from '../support/webhook-receiver.ts';
import { createWebhook, openWebhook, REACH_LOOPBACK } from '../support/webhook-scene.ts';

async function openScene() {
  const broker = await startTestBroker({ env: REACH_LOOPBACK });
  const receiver = await startReceiver();
  const scene = await openResource(broker);
  return {
    ...scene,
    receiver,
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

describe('the endpoint of a webhook', () => {
  it('is asked first, once, by a signed CloudEvent', async () => {
    await using scene = await openScene();
    const { receiver, recipient } = scene;
    const { secret } = await openWebhook(recipient, receiver);
    expect(receiver.requests).toHaveLength(1);
    const [asked] = receiver.requests;
    if (asked === undefined) throw new Error('Nothing came.');
    validateCloudEvent(asked);
    verifySignature(secret, asked);
    expect(asked).toMatchObject({
      headers: { 'content-type': 'application/cloudevents+json', 'webhook-id': asked.event.id },
      event: {
        specversion: '1.0',
        type: VALIDATION,
        source: scene.broker.url,
        subject: `urn:altinn:organization:identifier-no:${PARTIES.recipient.slice(5)}`,
      },
    });
  });

  it('is sent each event that concerns its party, in log order, signed, as a CloudEvent', async () => {
    await using scene = await openScene();
    const { receiver, sender, recipient } = scene;
    const { secret } = await openWebhook(sender, receiver);
    const transfer = await publish(scene);
    const download = await fetch(transfer.fileUrl, { headers: recipient.authorization });
    await download.arrayBuffer();
    await recipient.run(ConfirmDownload, { id: transfer.id });
    const { events } = await sender.run(ListEvents, { first: 100 });
    const log = (events?.edges ?? []).map(({ node }) => node);
    await receiver.until(({ accepted }) => accepted.length >= log.length);

    expect(receiver.accepted.map(({ id }) => id)).toEqual(log.map(({ id }) => id));
    expect(typesOf(receiver.accepted)).toEqual([
      'filetransferinitialized',
      'uploadstarted',
      'uploadprocessing',
      'published',
      'downloadstarted',
      'downloadconfirmed',
      'allconfirmeddownloaded',
    ]);
    const [, ...requests] = receiver.requests;
    for (const request of requests) {
      validateCloudEvent(request);
      verifySignature(secret, request);
      expect(request.headers['webhook-id']).toBe(request.event.id);
    }
    expect(receiver.accepted.map(({ sequence }) => sequence)).toEqual(
      log.map((_, index) => String(index + 1).padStart(16, '0')),
    );
    expect(JSON.parse(requests[5]?.text ?? '')).toEqual({
      specversion: '1.0',
      id: log[5]?.id,
      type: 'no.altinn.broker.downloadconfirmed',
      source: scene.broker.url,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      subject: `urn:altinn:organization:identifier-no:${PARTIES.sender.slice(5)}`,
      resource: `urn:altinn:resource:${scene.resourceId}`,
      resourceinstance: transfer.id,
      sequence: '0000000000000006',
      datacontenttype: 'application/json',
      data: {
        transferId: transfer.id,
        resourceId: scene.resourceId,
        transferStatus: 'PUBLISHED',
        recipientStatus: 'DOWNLOAD_CONFIRMED',
        subject: PARTIES.recipient,
        roles: ['SENDER'],
      },
    });
  });

  it('is told by a recipient’s webhook of what concerns the recipient, with audience ALL of everything', async () => {
    await using scene = await openScene();
    await using everything = await startReceiver();
    const { receiver, recipient } = scene;
    await openWebhook(recipient, receiver);
    await openWebhook(recipient, everything, { audience: 'ALL' });
    const first = await publish(scene);
    const second = await publish(scene);
    const { sender } = scene;
    await sender.run(CancelTransfer, { id: first.id });
    await everything.until(({ accepted }) => accepted.length >= 10);
    await receiver.until(({ accepted }) => accepted.length >= 4);
    expect(receiver.accepted.map(({ type, resourceinstance }) => [type, resourceinstance])).toEqual(
      [
        ['no.altinn.broker.published', first.id],
        ['no.altinn.broker.published', second.id],
        ['no.altinn.broker.filetransfercancelled', first.id],
        ['no.altinn.broker.filedeleted', first.id],
      ],
    );
    expect(typesOf(everything.accepted).toSorted()).toEqual(
      [
        ...['filetransferinitialized', 'uploadstarted', 'uploadprocessing', 'published'],
        ...['filetransferinitialized', 'uploadstarted', 'uploadprocessing', 'published'],
        ...['filetransfercancelled', 'filedeleted'],
      ].toSorted(),
    );
    expect(receiver.accepted.map(({ data }) => data.roles)).toEqual(
      Array.from({ length: 4 }, () => ['RECIPIENT']),
    );
  });

  it('is told of what happens from the moment it is ACTIVE, and of nothing before', async () => {
    await using scene = await openScene();
    const { receiver, sender } = scene;
    await initialize(scene);
    await openWebhook(sender, receiver);
    const { id } = await initialize(scene);
    await receiver.until(({ accepted }) => accepted.length >= 1);
    expect(receiver.accepted.map(({ resourceinstance }) => resourceinstance)).toEqual([id]);
  });

  it('is told only of what the filter lets through', async () => {
    await using scene = await openScene();
    await using byType = await startReceiver();
    await using byRole = await startReceiver();
    const { receiver, sender, recipient } = scene;
    const other = await openResource(scene.broker);
    await openWebhook(sender, receiver, { resourceIds: [other.resourceId] });
    await openWebhook(sender, byType, { types: ['UPLOAD_STARTED', 'PUBLISHED'] });
    await openWebhook(recipient, byRole, { role: 'RECIPIENT', types: ['PUBLISHED'] });
    const here = await publish(scene);
    const there = await publish(other);
    await receiver.until(({ accepted }) => accepted.length >= 4);
    await byType.until(({ accepted }) => accepted.length >= 4);
    await byRole.until(({ accepted }) => accepted.length >= 2);
    expect(new Set(receiver.accepted.map(({ data }) => data.transferId))).toEqual(
      new Set([there.id]),
    );
    expect(typesOf(byType.accepted)).toEqual([
      ...['uploadstarted', 'published'],
      ...['uploadstarted', 'published'],
    ]);
    expect(byRole.accepted.map(({ data }) => data.transferId)).toEqual([here.id, there.id]);
  });

  it('is asked again where it does not answer the validation, and told of nothing until it does', async () => {
    const clock = { offset: 0, now: () => Date.now() + clock.offset };
    await using broker = await startTestBroker({ env: REACH_LOOPBACK, clock });
    await using receiver = await startReceiver();
    const scene = await openResource(broker);
    receiver.answer = () => ({ status: 503 });
    const { secret } = await createWebhook(scene.sender, receiver);
    await receiver.until(({ requests }) => requests.length === 1);
    await initialize(scene);
    receiver.answer = () => ({ status: 204 });
    clock.offset = 12_000;
    await receiver.until(({ requests }) => requests.length === 2);
    const [, again] = receiver.requests;
    if (again === undefined) throw new Error('It was not asked again.');
    expect(again.event.type).toBe(VALIDATION);
    verifySignature(secret, again);
  });
});
