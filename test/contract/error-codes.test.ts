/**
 * Every error code, provoked as a client would meet it, and told as the contract's table says: by a member of a mutation's
 * union, in `errors`, or by the status of a problem document.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildSchema, GraphQLEnumType, getIntrospectionQuery } from 'graphql';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  clientOf,
  type GraphQLAnswer,
  initialize,
  openResource,
  publish,
  send,
} from '../support/api.ts';
import { makeDataDir, PARTIES, startTestBroker, type TestBroker } from '../support/broker.ts';
import { CHECKOUT } from '../support/checkout.ts';
import { EICAR, openClamd, sayLeftOut, whyNoClamd } from '../support/clamd.ts';
import { dropDatabaseOf } from '../support/database-choice.ts';
import type { ErrorCode } from '../support/graphql/graphql.ts';
import {
  ConfigureResource,
  EventLogEnd,
  GrantResourceAccess,
  InitializeTransfer,
  ListEvents,
  RegisterServiceOwner,
} from '../support/operations.ts';
import { spawnBrokerOnSmallDisk } from '../support/small-disk.ts';
import { untilStatus } from '../support/streams.ts';
import { checksumHeader, patchHeaders } from '../support/uploads.ts';
import {
  CreateWebhook,
  DeleteWebhook,
  Redeliver,
  ReplayWebhook,
  RotateWebhookSecret,
  TestWebhook,
  UpdateWebhook,
} from '../support/webhook-operations.ts';
import { startReceiver } from '../support/webhook-receiver.ts';
import {
  createWebhook,
  lookAtDeliveries,
  openWebhook,
  REACH_LOOPBACK,
} from '../support/webhook-scene.ts';
import { DAY_MS, openAgingBroker } from './aging.ts';
import { openProcessingScene } from './processing.ts';
import { begin, WRONG_SHA256 } from './progress.ts';
import {
  cancelling,
  closeResource,
  configuring,
  confirming,
  initializing,
  linking,
  look,
  openRefused,
  refused,
  takeRight,
} from './steps.ts';

const NOBODYS = '01990000-0000-7000-8000-000000000000';
const MAX = 1000;

/** Codes of faults and limits, which no single request is sure to meet. */
const NOT_PROVOKED: readonly ErrorCode[] = ['INTERNAL_ERROR', 'RATE_LIMITED', 'STORAGE_NOT_READY'];

const provoked = new Set<ErrorCode>();

/** A test that brings the code about. */
function provokes(code: ErrorCode, act: (code: ErrorCode) => Promise<void>): void {
  provoked.add(code);
  test(code, () => act(code));
}

let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker({ env: REACH_LOOPBACK });
});
afterAll(() => broker[Symbol.asyncDispose]());

const openScene = () => openResource(broker, { maxTransferSize: MAX });

/** What a mutation's union answers to an input that is wrong at one place. */
const wrongInput = (code: ErrorCode, field: string) => ({
  __typename: 'ValidationError',
  code,
  field,
  problems: [{ field, code, message: expect.stringMatching(/\.$/) }],
});

/** A GraphQL request that may be refused as a whole. */
async function ask(
  query: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; headers: Headers; codes: unknown[]; answer: GraphQLAnswer<unknown> }> {
  const response = await fetch(`${broker.url}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json',
      ...headers,
    },
    body: JSON.stringify({ query }),
  });
  const answer = (await response.json()) as GraphQLAnswer<unknown>;
  const codes = (answer.errors ?? []).map(({ extensions }) => extensions?.code);
  return { status: response.status, headers: response.headers, codes, answer };
}

const STREAM = { Accept: 'text/event-stream' };

describe('codes of tokens and requests', () => {
  provokes('UNAUTHENTICATED', async (code) => {
    const { uploadUrl, fileUrl } = await initialize(await openScene());
    const api = await ask('{ eventLogEnd }', {});
    expect(api).toMatchObject({ status: 401, codes: [code] });
    for (const url of [uploadUrl, fileUrl]) {
      const headers = { Authorization: 'Bearer nonsense' };
      const answer = await refused(url === fileUrl ? 'GET' : 'POST', url, headers);
      expect(answer).toMatchObject({ status: 401, code });
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
  });

  provokes('INSUFFICIENT_SCOPE', async (code) => {
    const scene = await openScene();
    const { id, uploadUrl, fileUrl } = await initialize(scene);
    const reader = await clientOf(broker, PARTIES.sender, { scope: 'altinn:broker.read' });
    const writer = await clientOf(broker, PARTIES.recipient, { scope: 'altinn:broker.write' });
    const nobody = await clientOf(broker, PARTIES.sender, { scope: 'another:scope' });
    const member = { __typename: 'AccessDeniedError', code };
    expect(await cancelling(reader, id)).toMatchObject(member);
    expect(await confirming(writer, id)).toMatchObject(member);
    expect(await ask('{ eventLogEnd }', nobody.authorization)).toMatchObject({ codes: [code] });
    const refusal = { status: 403, code };
    expect(await refused('POST', uploadUrl, reader.authorization)).toMatchObject(refusal);
    expect(await refused('GET', fileUrl, writer.authorization)).toMatchObject(refusal);
  });

  provokes('ISSUER_NOT_AVAILABLE', async (code) => {
    const nobody = createServer().listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address() as AddressInfo;
    nobody.close();
    await once(nobody, 'close');
    const issuer = 'https://maskinporten.example/';
    await using far = await startTestBroker({
      env: { AUTH_ISSUERS: `${issuer}=http://127.0.0.1:${port}/jwks` },
    });
    const { privateKey } = await generateKeyPair('ES256');
    const token = await new SignJWT({ scope: 'altinn:broker.read' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(issuer)
      .setExpirationTime('5m')
      .sign(privateKey);
    const { errors } = await send(far, token, ListEvents, {});
    expect(errors).toMatchObject([{ extensions: { code } }]);
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await refused('GET', `${far.url}/files/${NOBODYS}`, headers);
    expect(answer).toMatchObject({ status: 503, code });
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  provokes('BAD_USER_INPUT', async (code) => {
    const { sender, resourceId } = await openScene();
    for (const query of ['{ nothing }', '{', 'mutation { cancelTransfer { __typename } }']) {
      const answer = await ask(query, sender.authorization);
      expect(answer).toMatchObject({ status: 400, codes: [code] });
    }
    const input = { resourceId, fileName: 'x', sender: sender.party, recipients: ['0192:1'] };
    const { errors } = await send(broker, sender.token, InitializeTransfer, { input });
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('0192:1'),
        extensions: { code, path: ['input', 'recipients', 0] },
      },
    ]);
  });

  provokes('INVALID_INPUT', async (code) => {
    const scene = await openScene();
    expect(await initializing(scene, { fileName: '../x' })).toMatchObject(
      wrongInput(code, 'fileName'),
    );
    const many = await initializing(scene, { recipients: [], sendersReference: '' });
    expect(many).toMatchObject({
      code,
      field: 'recipients',
      problems: [
        { field: 'recipients', code },
        { field: 'sendersReference', code },
      ],
    });
    const { id, uploadUrl } = await initialize(scene);
    expect(await confirming(scene.recipient, id, 'abc')).toMatchObject(wrongInput(code, 'sha256'));
    const list = await ask('{ events(first: 101) { pageInfo { endCursor } } }', {
      ...scene.sender.authorization,
    });
    expect(list.codes).toEqual([code]);
    const headers = { ...scene.sender.authorization, 'Upload-Length': '-1' };
    expect(await refused('POST', uploadUrl, headers)).toMatchObject({ status: 400, code });
  });

  provokes('INVALID_CURSOR', async (code) => {
    const { authorization } = (await openScene()).sender;
    for (const list of ['events', 'transfers', 'resources']) {
      const query = `{ ${list}(after: "nonsense") { pageInfo { endCursor } } }`;
      expect((await ask(query, authorization)).codes).toEqual([code]);
    }
    const query = 'subscription { events(after: "nonsense") { cursor } }';
    const stream = await ask(query, { ...authorization, ...STREAM });
    expect(stream).toMatchObject({ status: 400, codes: [code] });
  });
});

describe('codes of service owners and resources', () => {
  provokes('SERVICE_OWNER_NOT_REGISTERED', async (code) => {
    const stranger = await clientOf(broker, PARTIES.stranger);
    const input = { id: 'a-resource' };
    const { configureResource } = await stranger.run(ConfigureResource, { input });
    expect(configureResource).toMatchObject({ __typename: 'NotFoundError', code });
  });

  provokes('SERVICE_OWNER_ALREADY_REGISTERED', async (code) => {
    const { owner } = await openScene();
    const { registerServiceOwner } = await owner.run(RegisterServiceOwner, { name: 'Again' });
    expect(registerServiceOwner).toMatchObject({ __typename: 'ConflictError', code });
  });

  provokes('RESOURCE_NOT_FOUND', async (code) => {
    const scene = await openScene();
    const member = { __typename: 'NotFoundError', code };
    const resourceId = 'no-such-resource';
    expect(await initializing(scene, { resourceId })).toMatchObject(member);
    const input = { resourceId, parties: [PARTIES.sender], actions: ['SEND' as const] };
    const { grantResourceAccess } = await scene.owner.run(GrantResourceAccess, { input });
    expect(grantResourceAccess).toMatchObject(member);
  });

  provokes('NOT_RESOURCE_OWNER', async (code) => {
    const { resourceId } = await openScene();
    const other = await clientOf(broker, PARTIES.otherRecipient);
    await other.run(RegisterServiceOwner, { name: 'Another owner' });
    const { configureResource } = await other.run(ConfigureResource, { input: { id: resourceId } });
    expect(configureResource).toMatchObject({ __typename: 'AccessDeniedError', code });
    const input = { resourceId, parties: [PARTIES.sender], actions: ['SEND' as const] };
    const { grantResourceAccess } = await other.run(GrantResourceAccess, { input });
    expect(grantResourceAccess).toMatchObject({ __typename: 'AccessDeniedError', code });
  });

  provokes('INVALID_MAX_TRANSFER_SIZE', async (code) => {
    const scene = await openScene();
    for (const maxTransferSize of [0, 1_677_721_600_001]) {
      const answer = await configuring(scene, { maxTransferSize });
      expect(answer).toMatchObject(wrongInput(code, 'maxTransferSize'));
    }
  });

  provokes('INVALID_TIME_TO_LIVE', async (code) => {
    const scene = await openScene();
    for (const transferTimeToLive of ['PT0S', 'P366D']) {
      // Without a reminder that would have to be shorter than half of it.
      const answer = await configuring(scene, { transferTimeToLive, expiryReminder: null });
      expect(answer).toMatchObject(wrongInput(code, 'transferTimeToLive'));
    }
  });

  provokes('INVALID_GRACE_PERIOD', async (code) => {
    const answer = await configuring(await openScene(), { purgeGracePeriod: 'PT24H1S' });
    expect(answer).toMatchObject(wrongInput(code, 'purgeGracePeriod'));
  });

  provokes('INVALID_EXPIRY_REMINDER', async (code) => {
    const scene = await openScene();
    for (const settings of [
      { expiryReminder: 'P16D' },
      { transferTimeToLive: 'P2D', expiryReminder: 'P1DT1S' },
      { expiryReminder: 'PT0S' },
    ]) {
      const answer = await configuring(scene, settings);
      expect(answer).toMatchObject(wrongInput(code, 'expiryReminder'));
    }
  });
});

describe('codes of rights', () => {
  provokes('TRANSFER_NOT_FOUND', async (code) => {
    const scene = await openScene();
    const { id, uploadUrl, fileUrl } = await initialize(scene);
    const stranger = await clientOf(broker, PARTIES.stranger);
    const member = { __typename: 'NotFoundError', code };
    for (const unseen of [id, NOBODYS, 'nonsense']) {
      expect(await cancelling(stranger, unseen)).toMatchObject(member);
      expect(await confirming(stranger, unseen)).toMatchObject(member);
      expect(await linking(stranger, unseen)).toMatchObject(member);
      const query = `subscription { transfer(id: "${unseen}") { id } }`;
      const stream = await ask(query, { ...stranger.authorization, ...STREAM });
      expect(stream).toMatchObject({ status: 404, codes: [code] });
      for (const [method, url] of [
        ['POST', uploadUrl],
        ['GET', fileUrl],
      ] as const) {
        const answer = await refused(method, url.replace(id, unseen), stranger.authorization);
        expect(answer).toMatchObject({ status: 404, code });
      }
    }
    // To HEAD, PATCH and DELETE an upload that has not been created is not there either.
    const missing = await refused('DELETE', uploadUrl, scene.sender.authorization);
    expect(missing).toMatchObject({ status: 404, code });
  });

  provokes('NO_ACCESS_TO_RESOURCE', async (code) => {
    const scene = await openScene();
    const { sender, recipient } = scene;
    await closeResource(scene);
    const { id, uploadUrl, fileUrl } = await initialize(scene);
    await takeRight(scene, sender, 'SEND');
    await takeRight(scene, recipient, 'RECEIVE');
    const member = { __typename: 'AccessDeniedError', code };
    expect(await initializing(scene)).toMatchObject(member);
    expect(await linking(recipient, id)).toMatchObject(member);
    expect(await confirming(recipient, id)).toMatchObject(member);
    const refusal = { status: 403, code };
    const headers = { ...sender.authorization, 'Upload-Length': '1' };
    expect(await refused('POST', uploadUrl, headers)).toMatchObject(refusal);
    expect(await refused('PUT', uploadUrl, sender.authorization, 'x')).toMatchObject(refusal);
    expect(await refused('GET', fileUrl, recipient.authorization)).toMatchObject(refusal);
  });

  provokes('NOT_THE_SENDER', async (code) => {
    const scene = await openScene();
    const { recipient, owner } = scene;
    const { id, uploadUrl } = await initialize(scene);
    const member = { __typename: 'AccessDeniedError', code };
    expect(await initializing(scene, { sender: PARTIES.stranger })).toMatchObject(member);
    for (const client of [recipient, owner]) {
      expect(await cancelling(client, id)).toMatchObject(member);
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const answer = await refused(method, uploadUrl, client.authorization);
        expect(answer).toMatchObject({ status: 403, code });
      }
    }
  });

  provokes('NOT_A_RECIPIENT', async (code) => {
    const scene = await openScene();
    const { id, fileUrl } = await publish(scene, randomBytes(10));
    const member = { __typename: 'AccessDeniedError', code };
    for (const client of [scene.sender, scene.owner]) {
      expect(await confirming(client, id)).toMatchObject(member);
      expect(await linking(client, id)).toMatchObject(member);
      const answer = await refused('GET', fileUrl, client.authorization);
      expect(answer).toMatchObject({ status: 403, code });
    }
  });

  provokes('RECIPIENT_NOT_IN_ACCESS_LIST', async (code) => {
    const scene = await openScene();
    await closeResource(scene);
    const { otherRecipient, recipient, stranger } = PARTIES;
    const answer = await initializing(scene, {
      recipients: [otherRecipient, recipient, stranger],
    });
    expect(answer).toMatchObject({
      __typename: 'ValidationError',
      code,
      field: 'recipients.0',
      problems: [
        { field: 'recipients.0', code },
        { field: 'recipients.2', code },
      ],
    });
  });

  provokes('REQUIRED_PARTY_MISSING', async (code) => {
    const scene = await openScene();
    await configuring(scene, { requiredParty: PARTIES.otherRecipient });
    expect(await initializing(scene)).toMatchObject(wrongInput(code, 'recipients.0'));
  });

  provokes('REQUIRED_PARTY_TOO_MANY_RECIPIENTS', async (code) => {
    const scene = await openScene();
    await configuring(scene, { requiredParty: PARTIES.otherRecipient });
    const recipients = [PARTIES.recipient, PARTIES.otherRecipient];
    expect(await initializing(scene, { recipients })).toMatchObject(wrongInput(code, 'recipients'));
  });
});

const whyNoScan = whyNoClamd();
sayLeftOut('that a file with a virus fails was not tested', whyNoScan);

describe('codes for which a transfer failed', () => {
  provokes('UPLOAD_ABANDONED', async (code) => {
    await using aging = await openAgingBroker();
    const scene = await aging.openScene();
    const { id } = await begin(scene);
    await aging.pass(scene, DAY_MS);
    await untilStatus(aging.broker, scene.sender, id, 'FAILED');
    expect(await look(scene.sender, id)).toMatchObject({ failure: code });
  });

  provokes('UPLOAD_FAILED', async (code) => {
    const dataDir = await makeDataDir();
    const { sender, id } = await (async () => {
      await using first = await startTestBroker({ dataDir });
      const scene = await openResource(first);
      return { sender: scene.sender.party, ...(await publish(scene)) };
    })();
    const files = join(dataDir, 'files');
    for (const name of await readdir(files)) {
      if (/^[0-9a-f]{2}$/.test(name)) await rm(join(files, name), { recursive: true });
    }
    {
      await using next = await startTestBroker({ dataDir });
      expect(await look(await clientOf(next, sender), id)).toMatchObject({ failure: code });
    }
    await dropDatabaseOf(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });

  describe.skipIf(whyNoScan !== undefined)('in the eyes of a scanner', () => {
    provokes('VIRUS_FOUND', async (code) => {
      await using clamd = await openClamd();
      await using scanning = await startTestBroker({ env: { CLAMD_URL: clamd.url } });
      const scene = await openResource(scanning);
      const { id } = await publish(scene, Buffer.from(EICAR));
      await untilStatus(scanning, scene.sender, id, 'FAILED');
      expect(await look(scene.sender, id)).toMatchObject({ failure: code });
    });
  });
});

describe('codes of a new transfer', () => {
  provokes('IDEMPOTENCY_KEY_REUSED', async (code) => {
    const scene = await openScene();
    await initialize(scene, { idempotencyKey: 'monday' });
    const other = await initializing(scene, { idempotencyKey: 'monday', fileName: 'other.pdf' });
    expect(other).toMatchObject({ __typename: 'ConflictError', code });
  });

  provokes('VIRUS_SCAN_REQUIRED', async (code) => {
    const scene = await openScene();
    await configuring(scene, { virusScan: 'REQUIRED' });
    const answer = await initializing(scene, { skipVirusScan: true });
    expect(answer).toMatchObject(wrongInput(code, 'skipVirusScan'));
  });

  provokes('SCANNER_NOT_AVAILABLE', async (code) => {
    const scene = await openScene();
    await configuring(scene, { virusScan: 'REQUIRED' });
    expect(await initializing(scene)).toMatchObject({ __typename: 'ConflictError', code });
  });
});

describe('codes of an upload', () => {
  provokes('TRANSFER_ALREADY_UPLOADED', async (code) => {
    const scene = await openScene();
    const { uploadUrl } = await publish(scene, randomBytes(10));
    const { authorization } = scene.sender;
    for (const [method, headers, body] of [
      ['POST', { 'Upload-Length': '10' }, undefined],
      ['PATCH', patchHeaders(10), ''],
      ['PUT', {}, 'again'],
      ['DELETE', {}, undefined],
    ] as const) {
      const answer = await refused(method, uploadUrl, { ...authorization, ...headers }, body);
      expect(answer).toMatchObject({ status: 409, code });
      expect(answer.headers.get('upload-offset')).toBe('10');
    }
  });

  provokes('DIGEST_MISMATCH', async (code) => {
    const scene = await openScene();
    const { sender, recipient } = scene;
    const failed = await initialize(scene, {
      expectedDigest: { algorithm: 'SHA256', value: WRONG_SHA256 },
    });
    const answer = await refused('PUT', failed.uploadUrl, sender.authorization, 'hello');
    expect(answer).toMatchObject({ status: 400, code });
    expect(await look(sender, failed.id)).toMatchObject({ status: 'FAILED', failure: code });

    const { id, fileUrl } = await publish(scene, randomBytes(10));
    await (await fetch(fileUrl, { headers: recipient.authorization })).arrayBuffer();
    const other = await confirming(recipient, id, WRONG_SHA256);
    expect(other).toMatchObject(wrongInput(code, 'sha256'));
  });

  provokes('FILE_TOO_LARGE', async (code) => {
    const scene = await openScene();
    const { id, uploadUrl } = await initialize(scene);
    const { authorization } = scene.sender;
    const refusal = { status: 413, code };
    const headers = { ...authorization, 'Upload-Length': String(MAX + 1) };
    expect(await refused('POST', uploadUrl, headers)).toMatchObject(refusal);
    const whole = randomBytes(MAX + 1);
    expect(await refused('PUT', uploadUrl, authorization, whole)).toMatchObject(refusal);
    expect(await look(scene.sender, id)).toMatchObject({ status: 'INITIALIZED', failure: null });

    const begun = await begin(scene);
    const patch = { ...authorization, ...patchHeaders(0) };
    expect(await refused('PATCH', begun.uploadUrl, patch, whole)).toMatchObject(refusal);
    expect(await look(scene.sender, begun.id)).toMatchObject({ status: 'FAILED', failure: code });
  });

  provokes('STORAGE_FULL', async (code) => {
    const dataDir = await makeDataDir();
    {
      await using small = await spawnBrokerOnSmallDisk(dataDir);
      const scene = await openResource(small);
      const { uploadUrl } = await initialize(scene);
      const content = randomBytes(9 * 1024 * 1024);
      const answer = await refused('PUT', uploadUrl, scene.sender.authorization, content);
      expect(answer).toMatchObject({ status: 507, code });
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  provokes('OFFSET_MISMATCH', async (code) => {
    const { uploadUrl, authorization } = await begin(await openScene());
    const headers = { ...authorization, ...patchHeaders(3) };
    const answer = await refused('PATCH', uploadUrl, headers, 'hello');
    expect(answer).toMatchObject({ status: 409, code });
    expect(answer.headers.get('upload-offset')).toBe('0');
  });

  provokes('UPLOAD_ENDED', async (code) => {
    const scene = await openScene();
    const { id, uploadUrl, authorization } = await begin(scene);
    await cancelling(scene.sender, id);
    for (const [method, headers] of [
      ['POST', { 'Upload-Length': '10' }],
      ['PATCH', patchHeaders(0)],
      ['PUT', {}],
      ['DELETE', {}],
    ] as const) {
      const body = method === 'DELETE' ? undefined : '';
      const answer = await refused(method, uploadUrl, { ...authorization, ...headers }, body);
      expect(answer).toMatchObject({ status: 410, code });
    }
  });

  provokes('UPLOAD_BUSY', async (code) => {
    const scene = await openScene();
    const { id, uploadUrl } = await initialize(scene);
    const { authorization } = scene.sender;
    const put = openRefused('PUT', uploadUrl, { ...authorization, 'Content-Length': '10' });
    await untilStatus(broker, scene.sender, id, 'UPLOAD_STARTED');
    // Taken over before it has brought a byte.
    const head = await fetch(uploadUrl, {
      method: 'HEAD',
      headers: { ...authorization, 'Tus-Resumable': '1.0.0' },
    });
    expect(head.status).toBe(200);
    expect(await put.refusal).toEqual({ status: 423, code });
  });

  provokes('CHECKSUM_MISMATCH', async (code) => {
    const { uploadUrl, authorization } = await begin(await openScene());
    const headers = { ...authorization, ...patchHeaders(0), ...checksumHeader('other') };
    const answer = await refused('PATCH', uploadUrl, headers, 'hello');
    expect(answer).toMatchObject({ status: 460, code });
    expect(answer.headers.get('upload-offset')).toBe('0');
  });

  provokes('LENGTH_REQUIRED', async (code) => {
    const scene = await openScene();
    const { uploadUrl } = await initialize(scene);
    const chunked = { ...scene.sender.authorization, 'Transfer-Encoding': 'chunked' };
    const put = openRefused('PUT', uploadUrl, chunked);
    expect(await put.refusal).toEqual({ status: 411, code });
  });

  provokes('NOT_IMPLEMENTED', async (code) => {
    const scene = await openScene();
    const { uploadUrl } = await initialize(scene);
    const partial = { 'Upload-Length': '5', 'Upload-Concat': 'partial' };
    const headers = { ...scene.sender.authorization, ...partial };
    expect(await refused('POST', uploadUrl, headers)).toMatchObject({ status: 501, code });
  });
});

describe('codes of a file', () => {
  provokes('NO_FILE_UPLOADED', async (code) => {
    const scene = await openScene();
    const { recipient } = scene;
    const member = { __typename: 'ConflictError', code };
    expect(await confirming(recipient, (await initialize(scene)).id)).toMatchObject(member);
    expect(await confirming(recipient, (await begin(scene)).id)).toMatchObject(member);
  });

  provokes('TRANSFER_NOT_PUBLISHED', async (code) => {
    await using scene = await openProcessingScene({});
    const { id } = await scene.complete(0);
    expect(await confirming(scene.recipient, id)).toMatchObject({
      __typename: 'ConflictError',
      code,
    });
  });

  provokes('FILE_NOT_AVAILABLE', async (code) => {
    const scene = await openScene();
    const { recipient, sender } = scene;
    const { id, fileUrl } = await initialize(scene);
    for (const status of [409, 410]) {
      const link = await linking(recipient, id);
      expect(link).toMatchObject({ __typename: 'ConflictError', code });
      const answer = await refused('GET', fileUrl, recipient.authorization);
      expect(answer).toMatchObject({ status, code });
      await cancelling(sender, id);
    }
  });

  provokes('DOWNLOAD_NOT_STARTED', async (code) => {
    const scene = await openScene();
    const { id } = await publish(scene, randomBytes(10));
    expect(await confirming(scene.recipient, id)).toMatchObject({
      __typename: 'ConflictError',
      code,
    });
  });

  provokes('TRANSFER_ENDED', async (code) => {
    const scene = await openScene();
    const { recipient, sender } = scene;
    const member = { __typename: 'ConflictError', code };
    const failed = await begin(scene);
    const headers = { ...failed.authorization, ...patchHeaders(0) };
    await refused('PATCH', failed.uploadUrl, headers, randomBytes(11));
    expect(await cancelling(sender, failed.id)).toMatchObject(member);
    const { id } = await publish(scene, randomBytes(10));
    await cancelling(sender, id);
    expect(await confirming(recipient, id)).toMatchObject(member);
  });

  provokes('RANGE_NOT_SATISFIABLE', async (code) => {
    const scene = await openScene();
    const { fileUrl } = await publish(scene, randomBytes(10));
    const headers = { ...scene.recipient.authorization, Range: 'bytes=10-' };
    const answer = await refused('GET', fileUrl, headers);
    expect(answer).toMatchObject({ status: 416, code });
    expect(answer.headers.get('content-range')).toBe('bytes */10');
  });

  provokes('LINK_INVALID', async (code) => {
    const { fileUrl } = await publish(await openScene(), randomBytes(10));
    const answer = await refused('GET', `${fileUrl}?link=forged`);
    expect(answer).toMatchObject({ status: 403, code });
  });
});

describe('codes of webhooks', () => {
  const since = '2026-01-01T00:00:00Z';

  provokes('WEBHOOK_NOT_FOUND', async (code) => {
    await using receiver = await startReceiver();
    const { sender, recipient } = await openScene();
    const { id: unseen } = await createWebhook(recipient, receiver);
    const member = { __typename: 'NotFoundError', code };
    for (const id of [unseen, NOBODYS, 'nonsense']) {
      const { updateWebhook } = await sender.run(UpdateWebhook, { input: { id } });
      expect(updateWebhook).toMatchObject(member);
      const { deleteWebhook } = await sender.run(DeleteWebhook, { id });
      expect(deleteWebhook).toMatchObject(member);
      const { rotateWebhookSecret } = await sender.run(RotateWebhookSecret, { id });
      expect(rotateWebhookSecret).toMatchObject(member);
      const { testWebhook } = await sender.run(TestWebhook, { id });
      expect(testWebhook).toMatchObject(member);
      const { replayWebhook } = await sender.run(ReplayWebhook, { id, since });
      expect(replayWebhook).toMatchObject(member);
    }
  });

  provokes('WEBHOOK_NOT_ACTIVE', async (code) => {
    await using receiver = await startReceiver();
    const scene = await openScene();
    const { sender } = scene;
    const { id } = await openWebhook(sender, receiver);
    await initialize(scene);
    await receiver.until(({ accepted }) => accepted.length === 1);
    const [delivery] = await lookAtDeliveries(sender, id);
    await sender.run(UpdateWebhook, { input: { id, enabled: false } });
    const member = { __typename: 'ConflictError', code };
    const { testWebhook } = await sender.run(TestWebhook, { id });
    expect(testWebhook).toMatchObject(member);
    const { replayWebhook } = await sender.run(ReplayWebhook, { id, since });
    expect(replayWebhook).toMatchObject(member);
    const { redeliver } = await sender.run(Redeliver, { deliveryId: delivery?.id ?? '' });
    expect(redeliver).toMatchObject(member);
  });

  provokes('WEBHOOK_URL_NOT_ALLOWED', async (code) => {
    await using receiver = await startReceiver();
    const { sender } = await openScene();
    const url = 'http://169.254.169.254/';
    const { createWebhook: made } = await sender.run(CreateWebhook, { input: { url } });
    expect(made).toMatchObject(wrongInput(code, 'url'));
    const { id } = await createWebhook(sender, receiver);
    const { updateWebhook } = await sender.run(UpdateWebhook, { input: { id, url } });
    expect(updateWebhook).toMatchObject(wrongInput(code, 'url'));
  });

  provokes('TOO_MANY_WEBHOOKS', async (code) => {
    await using receiver = await startReceiver();
    const client = await clientOf(broker, PARTIES.stranger);
    for (let count = 0; count < 50; count += 1) await createWebhook(client, receiver);
    const { createWebhook: made } = await client.run(CreateWebhook, {
      input: { url: receiver.url },
    });
    expect(made).toMatchObject({ __typename: 'ConflictError', code });
  });

  provokes('DELIVERY_NOT_FOUND', async (code) => {
    await using receiver = await startReceiver();
    const scene = await openScene();
    const { id } = await openWebhook(scene.sender, receiver);
    await initialize(scene);
    await receiver.until(({ accepted }) => accepted.length === 1);
    const [delivery] = await lookAtDeliveries(scene.sender, id);
    for (const deliveryId of [delivery?.id ?? '', NOBODYS, 'nonsense']) {
      const { redeliver } = await scene.recipient.run(Redeliver, { deliveryId });
      expect(redeliver).toMatchObject({ __typename: 'NotFoundError', code });
    }
  });
});

describe('codes of every door', () => {
  provokes('PATH_NOT_FOUND', async (code) => {
    for (const path of ['/nothing', '/uploads', '/files/'])
      expect(await refused('GET', `${broker.url}${path}`)).toMatchObject({ status: 404, code });
  });

  provokes('METHOD_NOT_ALLOWED', async (code) => {
    for (const [method, path, allowed] of [
      ['GET', `/uploads/${NOBODYS}`, 'PATCH'],
      ['POST', `/files/${NOBODYS}`, 'HEAD'],
      ['DELETE', '/health/live', 'GET'],
    ] as const) {
      const answer = await refused(method, `${broker.url}${path}`);
      expect(answer).toMatchObject({ status: 405, code });
      expect(answer.headers.get('allow')).toContain(allowed);
    }
  });

  provokes('EXPORT_NOT_FOUND', async (code) => {
    const answer = await refused('GET', `${broker.url}/exports/${NOBODYS}`);
    expect(answer).toMatchObject({ status: 404, code });
  });

  provokes('PRECONDITION_FAILED', async (code) => {
    const scene = await openScene();
    const { uploadUrl, fileUrl } = await publish(scene, randomBytes(10));
    const file = { ...scene.recipient.authorization, 'If-Match': '"another"' };
    expect(await refused('GET', fileUrl, file)).toMatchObject({ status: 412, code });
    const upload = { ...scene.sender.authorization, 'Tus-Resumable': '0.2.2' };
    const answer = await refused('DELETE', uploadUrl, upload);
    expect(answer).toMatchObject({ status: 412, code });
    expect(answer.headers.get('tus-version')).toBe('1.0.0');
  });

  provokes('UNSUPPORTED_MEDIA_TYPE', async (code) => {
    const { uploadUrl, authorization } = await begin(await openScene());
    const text = { ...authorization, 'Upload-Offset': '0', 'Content-Type': 'text/plain' };
    expect(await refused('PATCH', uploadUrl, text, 'hello')).toMatchObject({ status: 415, code });
    for (const type of ['text/plain', 'multipart/form-data; boundary=x']) {
      const api = await ask('{ eventLogEnd }', { ...authorization, 'Content-Type': type });
      expect(api).toMatchObject({ status: 415, codes: [code] });
    }
  });
});

describe('codes that end streams', () => {
  provokes('SHUTTING_DOWN', async (code) => {
    await using stopping = await startTestBroker();
    const { owner } = await openResource(stopping);
    const headers = { ...owner.authorization, 'Content-Type': 'application/json', ...STREAM };
    const body = JSON.stringify({ query: 'subscription { events { cursor } }' });
    const stream = await fetch(`${stopping.url}/graphql`, { method: 'POST', headers, body });
    expect(stream.status).toBe(200);
    const text = stream.text();
    await stopping[Symbol.asyncDispose]();
    const [last, complete] = (await text).split('\n\n').slice(-3);
    expect(last).toContain(`"extensions":{"code":"${code}"}`);
    expect(complete).toBe('event: complete\ndata:');
  });

  provokes('STREAM_TOO_SLOW', async (code) => {
    const { owner } = await openScene();
    const url = `${broker.url.replace('http', 'ws')}/graphql`;
    const socket = new WebSocket(url, 'graphql-transport-ws');
    await once(socket, 'open');
    const say = (message: object) => socket.send(JSON.stringify(message));
    const { Authorization: authorization } = owner.authorization;
    say({ type: 'connection_init', payload: { authorization } });
    await once(socket, 'message');
    // Asks and asks, and reads nothing.
    const closed = once(socket, 'close');
    socket.pause();
    const payload = { query: getIntrospectionQuery() };
    for (let id = 0; id < 90; id += 1) say({ id: String(id), type: 'subscribe', payload });
    await expect.poll(() => socket.bufferedAmount).toBe(0);
    // Other requests are served meanwhile; by their end the broker has answered everything.
    for (let round = 0; round < 20; round += 1) await owner.run(EventLogEnd, {});
    socket.resume();
    const [status, reason] = await closed;
    expect([status, String(reason)]).toEqual([1013, code]);
  });
});

test('every code is provoked', () => {
  const schema = buildSchema(readFileSync(join(CHECKOUT, 'schema', 'schema.graphql'), 'utf8'));
  const type = schema.getType('ErrorCode');
  if (!(type instanceof GraphQLEnumType)) throw new Error('The schema has no ErrorCode.');
  const codes = type.getValues().map(({ name }) => name);
  expect([...provoked, ...NOT_PROVOKED].sort()).toEqual(codes.sort());
});
