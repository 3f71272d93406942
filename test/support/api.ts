/** A client of the GraphQL API and the steps of a transfer that tests take through it. */
import { randomBytes } from 'node:crypto';
import { PARTIES, type TestBroker, type TokenOptions, tokenFor } from './broker.ts';
import type {
  ConfigureResourceInput,
  InitializeTransferInput,
  TypedDocumentString,
} from './graphql/graphql.ts';
import { ConfigureResource, InitializeTransfer, RegisterServiceOwner } from './operations.ts';

/** Variables as GraphQL takes them: what may be null may be left out. */
export type Variables<V> = {
  readonly [K in keyof V as null extends V[K] ? never : K]: V[K];
} & { readonly [K in keyof V as null extends V[K] ? K : never]?: V[K] };

export interface GraphQLAnswer<T> {
  readonly data?: T | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

/** Sends an operation with a token, and answers what came back. */
export async function send<T, V>(
  { url }: Pick<TestBroker, 'url'>,
  token: string,
  document: TypedDocumentString<T, V>,
  variables: Variables<V>,
): Promise<GraphQLAnswer<T>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json',
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  return (await response.json()) as GraphQLAnswer<T>;
}

/** One party at the API. */
export interface Client {
  readonly party: string;
  readonly token: string;
  /** Answers the data; throws where there are errors. */
  run<T, V>(document: TypedDocumentString<T, V>, variables: Variables<V>): Promise<T>;
  /** The header that carries the token. */
  readonly authorization: { readonly Authorization: string };
}

export async function clientOf(
  broker: TestBroker,
  party: string,
  options?: TokenOptions,
): Promise<Client> {
  const token = await tokenFor(broker, party, options);
  return {
    party,
    token,
    authorization: { Authorization: `Bearer ${token}` },
    async run<T, V>(document: TypedDocumentString<T, V>, variables: Variables<V>): Promise<T> {
      const { data, errors } = await send(broker, token, document, variables);
      if (errors !== undefined || data == null) throw new Error(JSON.stringify(errors));
      return data;
    },
  };
}

/** A resource that everybody may send and receive through, and its parties. */
export interface Scene {
  readonly broker: TestBroker;
  readonly resourceId: string;
  readonly owner: Client;
  readonly sender: Client;
  readonly recipient: Client;
}

export async function openResource(
  broker: TestBroker,
  settings: Omit<ConfigureResourceInput, 'id'> = {},
  tokens?: TokenOptions,
): Promise<Scene> {
  const [owner, sender, recipient] = await Promise.all([
    clientOf(broker, PARTIES.owner, tokens),
    clientOf(broker, PARTIES.sender, tokens),
    clientOf(broker, PARTIES.recipient, tokens),
  ]);
  await owner.run(RegisterServiceOwner, { name: 'Brønnøysundregistrene' });
  const resourceId = `channel-${randomBytes(4).toString('hex')}`;
  const { configureResource } = await owner.run(ConfigureResource, {
    input: { id: resourceId, openTo: ['SEND', 'RECEIVE'], ...settings },
  });
  if (configureResource.__typename !== 'Resource') throw new Error(configureResource.message);
  return { broker, resourceId, owner, sender, recipient };
}

export interface NewTransfer {
  readonly id: string;
  /** Where its file is uploaded to. */
  readonly uploadUrl: string;
  readonly fileUrl: string;
}

/** A transfer from the scene's sender to its recipient; what matters to a test is given, the rest is a default. */
export async function initialize(
  { broker, resourceId, sender, recipient }: Scene,
  input: Partial<InitializeTransferInput> = {},
): Promise<NewTransfer> {
  const { initializeTransfer } = await sender.run(InitializeTransfer, {
    input: {
      resourceId,
      fileName: 'report.pdf',
      sender: sender.party,
      recipients: [recipient.party],
      ...input,
    },
  });
  if (initializeTransfer.__typename !== 'Transfer') throw new Error(initializeTransfer.message);
  const { id } = initializeTransfer;
  return { id, uploadUrl: `${broker.url}/uploads/${id}`, fileUrl: `${broker.url}/files/${id}` };
}

/** A transfer whose file has been uploaded whole. */
export async function publish(
  scene: Scene,
  content: Buffer = randomBytes(100_000),
  input: Partial<InitializeTransferInput> = {},
): Promise<NewTransfer & { readonly content: Buffer }> {
  const transfer = await initialize(scene, input);
  const response = await fetch(transfer.uploadUrl, {
    method: 'PUT',
    headers: scene.sender.authorization,
    body: new Uint8Array(content),
  });
  if (response.status !== 201) throw new Error(await response.text());
  return { ...transfer, content };
}
