/** Single acts at the API, and what each came to in the words of the contract. */
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { expect } from 'vitest';
import type { Client, Scene } from '../support/api.ts';
import type {
  ConfigureResourceInput,
  InitializeTransferInput,
  ResourceAction,
} from '../support/graphql/graphql.ts';
import {
  CancelTransfer,
  ConfigureResource,
  ConfirmDownload,
  CreateDownloadLink,
  GetTransfer,
  GrantResourceAccess,
  InitializeTransfer,
  RevokeResourceAccess,
} from '../support/operations.ts';

export async function initializing(
  { sender, recipient, resourceId }: Scene,
  input: Partial<InitializeTransferInput> = {},
) {
  const { initializeTransfer } = await sender.run(InitializeTransfer, {
    input: {
      resourceId,
      fileName: 'report.pdf',
      sender: sender.party,
      recipients: [recipient.party],
      ...input,
    },
  });
  return initializeTransfer;
}

export async function cancelling(client: Client, id: string) {
  return (await client.run(CancelTransfer, { id })).cancelTransfer;
}

export async function confirming(client: Client, id: string, sha256: string | null = null) {
  return (await client.run(ConfirmDownload, { id, sha256 })).confirmDownload;
}

export async function linking(client: Client, id: string) {
  return (await client.run(CreateDownloadLink, { id })).createDownloadLink;
}

/** The owner changes settings of the scene's resource. */
export async function configuring(
  { owner, resourceId }: Scene,
  settings: Partial<ConfigureResourceInput>,
) {
  const input = { id: resourceId, ...settings };
  return (await owner.run(ConfigureResource, { input })).configureResource;
}

/** From now on only the access list lets anybody through the resource, and it holds the sender and the recipient. */
export async function closeResource(scene: Scene): Promise<void> {
  expect(await configuring(scene, { openTo: [] })).toMatchObject({ openTo: [] });
  await giveRight(scene, scene.sender, 'SEND');
  await giveRight(scene, scene.recipient, 'RECEIVE');
}

export async function giveRight(
  { owner, resourceId }: Scene,
  { party }: Client,
  action: ResourceAction,
): Promise<void> {
  const input = { resourceId, parties: [party], actions: [action] };
  const { grantResourceAccess } = await owner.run(GrantResourceAccess, { input });
  expect(grantResourceAccess).toMatchObject({ __typename: 'Resource' });
}

export async function takeRight(
  { owner, resourceId }: Scene,
  { party }: Client,
  action: ResourceAction,
): Promise<void> {
  const input = { resourceId, parties: [party], actions: [action] };
  const { revokeResourceAccess } = await owner.run(RevokeResourceAccess, { input });
  expect(revokeResourceAccess).toMatchObject({ __typename: 'Resource' });
}

/** The transfer as a client sees it, with its events by name. */
export async function look(client: Client, id: string) {
  const { transfer } = await client.run(GetTransfer, { id });
  if (transfer === null) throw new Error(`${client.party} sees no transfer ${id}.`);
  const log = transfer.events?.edges.map(({ node }) => node) ?? [];
  return { ...transfer, log, events: log.map(({ type }) => type as string) };
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly headers: Headers;
}

/** A request to a door that has to be refused with a problem document. */
export async function refused(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string | Buffer,
): Promise<Refusal> {
  const response = await fetch(url, {
    method,
    headers: { 'Tus-Resumable': '1.0.0', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
  });
  const { status } = response;
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as { status: number; code: string };
  expect(problem).toMatchObject({ status, code: expect.any(String), detail: expect.any(String) });
  return { status, code: problem.code, headers: response.headers };
}

/** A request whose head has been sent, and whose body waits for the test. It has to be refused, however much of that comes. */
export function openRefused(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
): { readonly sent: ClientRequest; readonly refusal: Promise<Omit<Refusal, 'headers'>> } {
  const all = { 'Tus-Resumable': '1.0.0', ...headers };
  const sent = request(url, { method, headers: all, agent: false });
  // Whoever is refused may be cut off in the middle of its body.
  sent.on('error', () => undefined);
  sent.flushHeaders();
  const read = async ([response]: IncomingMessage[]) => {
    const problem = JSON.parse((await response?.toArray())?.join('') ?? '');
    sent.destroy();
    expect(response?.statusCode).toBe(problem.status);
    return { status: problem.status as number, code: problem.code as string };
  };
  return { sent, refusal: once(sent, 'response').then(read) };
}
