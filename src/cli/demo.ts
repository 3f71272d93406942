/**
 * `npm run demo`: the main job, told step by step. A real broker in this process, a real file, and two lines that really
 * break. Ends with code 0 where what arrived is what was sent, else with one line and code 1.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { loadDevelopmentKey } from '../auth/index.ts';
import { startBroker } from '../broker.ts';
import { readConfig } from '../config.ts';
import { SCOPES } from '../domain/caller.ts';
import { type PartyId, parsePartyId } from '../domain/party-id.ts';
import { type Client, createClient, expectResult } from './demo/client.ts';
import { downloadFile } from './demo/download-file.ts';
import { digestFile, makeRandomFile } from './demo/file-bytes.ts';
import { type EventFollower, followEvents } from './demo/follow-events.ts';
import { createNarrator, type Narrator } from './demo/narrator.ts';
import {
  ConfigureResource,
  ConfirmDownload,
  CreateWebhook,
  GrantResourceAccess,
  InitializeTransfer,
  ReadEventLog,
  ReadOwnEvents,
  ReadWebhook,
  RegisterServiceOwner,
} from './demo/operations.ts';
import { MIB, showBytes, showPercent, showSize, showSpeed } from './demo/quantities.ts';
import { receiveWebhooks, VALIDATION, type WebhookReceiver } from './demo/receive-webhooks.ts';
import { makeTemporaryFolder } from './demo/temporary-folder.ts';
import { uploadFile } from './demo/upload-file.ts';

const HELP = `Moves a file from one organisation to another, step by step, over connections that break.

  npm run demo [-- --size-mib SIZE]

  --size-mib  how large the file is; 256 where not given
  --help      shows this

It needs three times that size free in the temporary folder, and removes all of it at its end.
`;

const MAX_SIZE_MIB = 1_000_000;
const RESOURCE = 'harbour-charts';
const FILE_NAME = 'harbour.bin';
/** How often it is looked whether a webhook is active: nothing tells of it. */
const LOOK_PAUSE_MS = 20;
/** It takes milliseconds. */
const ACTIVATION_MS = 10_000;

/** The organisations of the story. */
const PARTIES = {
  owner: toParty('0192:991825827'),
  sender: toParty('0192:910753614'),
  recipient: toParty('0192:974760673'),
};

/** The command was called wrongly, which the exit code tells apart from a failure. */
class UsageError extends Error {}

function toParty(text: string): PartyId {
  const party = parsePartyId(text);
  if (party === undefined) throw new Error(`${text} is no party.`);
  return party;
}

function showParty(party: string): string {
  const role = Object.entries(PARTIES).find(([, id]) => id === party)?.[0];
  return role === undefined ? party : `the ${role}`;
}

/** The size in MiB, or undefined where help is asked for. */
function readOptions(args: readonly string[]): number | undefined {
  const { 'size-mib': size, help } = parseOptions(args);
  if (help) return undefined;
  if (!/^[1-9]\d{0,6}$/.test(size) || Number(size) > MAX_SIZE_MIB) {
    throw new UsageError(
      `--size-mib holds "${size}"; it may hold whole MiB from 1 to ${MAX_SIZE_MIB}.`,
    );
  }
  return Number(size);
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'size-mib': { type: 'string', default: '256' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function startDemoBroker(dataDir: string) {
  const environment = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    // The endpoint of the recipient's webhook is in this process.
    WEBHOOK_ALLOW: '127.0.0.1',
  };
  const result = readConfig(environment);
  if ('faults' in result) throw new Error(result.faults.join(' '));
  return startBroker(result.config, { logger: pino({ level: result.config.logLevel }) });
}

async function tell(narrator: Narrator, sizeBytes: number): Promise<void> {
  const startedAt = performance.now();
  const folder = makeTemporaryFolder();
  const sentPath = join(folder, 'sent.bin');
  const receivedPath = join(folder, 'received.bin');
  narrator.title(
    `Ferje moves ${showSize(sizeBytes)} from one organisation to another, and both lines break on the way.`,
  );

  narrator.step('A broker starts');
  const dataDir = join(folder, 'data');
  const broker = await startDemoBroker(dataDir);
  const { url } = broker;
  narrator.line(`It listens at ${url}`);
  narrator.line(`Its data is in ${dataDir}`);

  const key = await loadDevelopmentKey(dataDir);
  const owner = await createClient(url, key, PARTIES.owner, SCOPES.serviceOwner);
  const sender = await createClient(url, key, PARTIES.sender, SCOPES.write);
  const recipient = await createClient(url, key, PARTIES.recipient, SCOPES.read);

  narrator.step('An organisation registers as service owner, and opens a channel');
  await openChannel(narrator, owner);

  narrator.step(
    'The recipient makes a webhook, and its endpoint is asked whether it wants to be told',
  );
  const endpoint = await openWebhook(narrator, recipient);

  narrator.step('The sender initializes a transfer');
  const { initializeTransfer } = await sender.run(InitializeTransfer, {
    input: {
      resourceId: RESOURCE,
      fileName: FILE_NAME,
      sender: sender.party,
      recipients: [recipient.party],
    },
  });
  const transfer = expectResult(initializeTransfer, 'Transfer');
  const transferId = transfer.id;
  if (transfer.upload === null) throw new Error(`Transfer ${transferId} has no upload.`);
  narrator.line(`Transfer ${transferId}, from ${sender.party} to ${recipient.party}`);
  narrator.line(`Upload to ${transfer.upload.url}`);

  narrator.step('The recipient follows its events, over a WebSocket');
  const follower = followEvents(url, recipient, transferId, ({ type, statusText }) =>
    narrator.line(`» ${type}: ${statusText}`),
  );
  await follower.arrived('FILE_TRANSFER_INITIALIZED');

  narrator.step('The sender makes a file of random bytes');
  const madeAt = performance.now();
  await makeRandomFile(sentPath, sizeBytes);
  narrator.line(`${sentPath}, ${showSpeed(sizeBytes, performance.now() - madeAt)}`);

  narrator.step('The sender uploads it through tus, and the connection is cut half-way');
  await upload(narrator, sender, { path: sentPath, sizeBytes, url: transfer.upload.url });
  await follower.arrived('PUBLISHED');
  await endpoint.arrived('no.altinn.broker.published');

  narrator.step('The recipient downloads it, and the connection is dropped half-way');
  await download(narrator, recipient, {
    path: receivedPath,
    sizeBytes,
    url: `${url}/files/${transferId}`,
  });
  await follower.arrived('DOWNLOAD_STARTED');
  await endpoint.arrived('no.altinn.broker.downloadstarted');

  narrator.step('The digests of both files are compared');
  const [sent, received] = await Promise.all([digestFile(sentPath), digestFile(receivedPath)]);
  narrator.line(`SHA-256 sent      ${sent}`);
  narrator.line(`SHA-256 received  ${received}`);
  if (sent !== received) throw new Error('The digests differ: what arrived is not what was sent.');
  narrator.line('The digests are equal.');

  narrator.step('The recipient confirms, with the digest of what it has');
  const { confirmDownload } = await recipient.run(ConfirmDownload, {
    transferId,
    sha256: received,
  });
  const { status, viewerRecipient } = expectResult(confirmDownload, 'Transfer');
  narrator.line(`The recipient is ${viewerRecipient?.status}, the transfer ${status}`);
  await follower.arrived('ALL_CONFIRMED_DOWNLOADED');
  await endpoint.arrived('no.altinn.broker.downloadconfirmed');

  narrator.step('The log has it all');
  const log = await sender.run(ReadEventLog, { transferId });
  for (const { node } of log.transfer?.events?.edges ?? []) {
    const subject = node.subject === null ? '' : showParty(node.subject.id);
    narrator.line(`${node.time}  ${node.type.padEnd(26)} ${subject}`.trimEnd());
  }

  narrator.step('What came by webhook is compared with what came by subscription');
  await compareEvents(narrator, recipient, { transferId, follower, endpoint });

  await follower.close();
  await broker.close();
  await endpoint.close();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  narrator.title(`\nDone in ${seconds} s. What was sent is what arrived.`);
}

async function openChannel(narrator: Narrator, owner: Client): Promise<void> {
  const { registerServiceOwner } = await owner.run(RegisterServiceOwner, { name: 'Havnevesenet' });
  const { name } = expectResult(registerServiceOwner, 'ServiceOwner');
  narrator.line(`${name}, ${owner.party}`);
  const { configureResource } = await owner.run(ConfigureResource, {
    input: { id: RESOURCE, title: 'Charts of the harbour' },
  });
  const { id, title } = expectResult(configureResource, 'Resource');
  narrator.line(`Resource ${id}: ${title}`);
  for (const [party, action] of [
    [PARTIES.sender, 'SEND'],
    [PARTIES.recipient, 'RECEIVE'],
  ] as const) {
    const { grantResourceAccess } = await owner.run(GrantResourceAccess, {
      input: { resourceId: id, parties: [party], actions: [action] },
    });
    expectResult(grantResourceAccess, 'Resource');
    narrator.line(`${party} may ${action}`);
  }
}

async function openWebhook(narrator: Narrator, recipient: Client): Promise<WebhookReceiver> {
  const endpoint = await receiveWebhooks(({ type, sequence }) => {
    const what = sequence === undefined ? type : `${type}, number ${Number(sequence)}`;
    narrator.line(`» webhook ${what}, signature verified`);
  });
  const { createWebhook } = await recipient.run(CreateWebhook, { input: { url: endpoint.url } });
  const { secret, webhook } = expectResult(createWebhook, 'WebhookWithSecret');
  narrator.line(`Webhook ${webhook.id}, told of what concerns the recipient`);
  narrator.line(`Its endpoint listens at ${webhook.url}`);
  endpoint.trust(secret);
  await endpoint.arrived(VALIDATION);
  await untilActive(recipient, webhook.id);
  narrator.line('The endpoint answered: the webhook is validated, and ACTIVE.');
  return endpoint;
}

/** The endpoint has answered, and the broker is about to write it down. */
async function untilActive(recipient: Client, id: string): Promise<void> {
  const giveUpAt = performance.now() + ACTIVATION_MS;
  for (;;) {
    const { webhook } = await recipient.run(ReadWebhook, { id });
    if (webhook?.status === 'ACTIVE') return;
    if (performance.now() > giveUpAt) {
      throw new Error(`The webhook is not ACTIVE: ${webhook?.statusText ?? 'it is gone.'}`);
    }
    await setTimeout(LOOK_PAUSE_MS);
  }
}

interface Compared {
  readonly transferId: string;
  readonly follower: EventFollower;
  readonly endpoint: WebhookReceiver;
}

/** Both brought what concerns the recipient, under the same ids; the subscription brought all that it may see. */
async function compareEvents(
  narrator: Narrator,
  recipient: Client,
  { transferId, follower, endpoint }: Compared,
): Promise<void> {
  const { events } = await recipient.run(ReadOwnEvents, { transferId });
  const own = (events?.edges ?? []).map(({ node }) => node.id);
  const followed = follower.ids.filter((id) => own.includes(id));
  narrator.line(`By subscription ${follower.ids.length} events, by webhook ${endpoint.ids.length}`);
  for (const [way, ids] of [
    ['subscription', followed],
    ['webhook', endpoint.ids],
  ] as const) {
    if (ids.join() !== own.join()) {
      throw new Error(`The ${way} brought other events than the log has.`);
    }
  }
  narrator.line(`The ${own.length} that concern the recipient came both ways, with the same ids.`);
}

interface Job {
  readonly path: string;
  readonly sizeBytes: number;
  readonly url: string;
}

async function upload(narrator: Narrator, { token }: Client, job: Job): Promise<void> {
  const startedAt = performance.now();
  let resumedAt: number | undefined;
  await uploadFile({
    ...job,
    token,
    onProgress: (bytes) =>
      narrator.progress(`${showPercent(bytes, job.sizeBytes)} of ${showSize(job.sizeBytes)}`),
    onCut: (bytes) =>
      narrator.line(`The connection is cut in the middle of a chunk, after ${showBytes(bytes)}.`),
    onResume(offset) {
      resumedAt = offset;
      narrator.line(`The broker has ${showBytes(offset)}; the upload goes on from there.`);
    },
  });
  if (resumedAt === undefined || resumedAt === 0) {
    throw new Error('The upload was not resumed, as it should have been.');
  }
  narrator.line(`Sent: ${showSpeed(job.sizeBytes, performance.now() - startedAt)}`);
}

async function download(narrator: Narrator, { token }: Client, job: Job): Promise<void> {
  const startedAt = performance.now();
  await downloadFile({
    ...job,
    token,
    onProgress: (bytes, size) =>
      narrator.progress(`${showPercent(bytes, size)} of ${showSize(size)}`),
    onDrop: (bytes) =>
      narrator.line(`The connection is dropped; ${showBytes(bytes)} are on the disk.`),
    onResume: (status, contentRange) =>
      narrator.line(`The rest is asked for with Range and If-Range: ${status}, ${contentRange}`),
  });
  narrator.line(`Received: ${showSpeed(job.sizeBytes, performance.now() - startedAt)}`);
}

const narrator = createNarrator(process.stdout);
try {
  const sizeMib = readOptions(process.argv.slice(2));
  if (sizeMib === undefined) process.stdout.write(HELP);
  else await tell(narrator, sizeMib * MIB);
} catch (error) {
  narrator.clear();
  const message = (error instanceof Error ? error.message : String(error)).replaceAll(
    /\s*\n\s*/g,
    ' ',
  );
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${isUsage ? '' : 'The demo failed: '}${message}\n`);
  process.exit(isUsage ? 2 : 1);
}
