/**
 * The GraphQL room on a database and a storage of its own, without a port: who asks is said directly. The clock stands
 * still until a test moves it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type ExecutionResult, parse, validate } from 'graphql';
import type { KyselyPlugin } from 'kysely';
import type { Database } from '../../src/database/index.ts';
import { type Caller, SCOPES } from '../../src/domain/caller.ts';
import { type PartyId, parsePartyId } from '../../src/domain/party-id.ts';
import { createEventLog } from '../../src/events/index.ts';
import { executeOperation } from '../../src/graphql/execute-operation.ts';
import { schema } from '../../src/graphql/index.ts';
import type { Services } from '../../src/graphql/operation.ts';
import { type ResultStream, subscribe } from '../../src/graphql/subscribe.ts';
import { createIdSource } from '../../src/id-source.ts';
import { accessListPolicy } from '../../src/resources/index.ts';
import type { Scanner } from '../../src/scanning/index.ts';
import { createStatisticsReader } from '../../src/statistics/index.ts';
import { openDiskStorage } from '../../src/storage/index.ts';
import {
  createUploadEngine,
  loadLinkKey,
  startDownload,
  startUpload,
} from '../../src/transfers/index.ts';
import {
  createPoster,
  createReach,
  createSlots,
  MAX_TESTS,
  parseWebhookAllow,
} from '../../src/webhooks/index.ts';
import { dropDatabaseOf, openDatabaseOf } from './database-choice.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** Somebody who asks. */
export interface Asker {
  readonly caller: Caller;
  /** The whole result. */
  request(document: string, variables?: Variables): Promise<ExecutionResult>;
  /** The data; throws where there are errors. */
  ask(document: string, variables?: Variables): Promise<unknown>;
  /** The codes in `errors`. */
  errorCodes(document: string, variables?: Variables): Promise<unknown[]>;
  /** Throws where there is no stream. */
  follow(document: string, variables?: Variables): Promise<ResultStream>;
}

export type Room = Awaited<ReturnType<typeof openRoom>>;

/** 2026-01-01T00:00:00Z */
export const START = Date.UTC(2026, 0, 1);

export function party(number: number): PartyId {
  const id = parsePartyId(`0192:${String(number).padStart(9, '0')}`);
  if (id === undefined) throw new Error(`${number} is no number of a party.`);
  return id;
}

export async function openRoom({ scanner = null }: { readonly scanner?: Scanner | null } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ferje-graphql-'));
  const clock = { time: START, now: () => clock.time };
  const ids = createIdSource(clock);
  const counted = countQueries(await openDatabaseOf(folder));
  const { database } = counted;
  const events = await createEventLog(database);
  const context = { database, clock, ids, policy: accessListPolicy, scanner };
  const storage = await openDiskStorage(join(folder, 'files'));
  const engine = createUploadEngine({
    context,
    storage,
    onFault: (error) => {
      throw error;
    },
  });
  const reach = createReach(parseWebhookAllow('127.0.0.0/8') ?? { ranges: [], hosts: [] });
  const poster = createPoster({ reach, clock });
  const publicUrl = () => 'https://broker.example/api';
  const linkKey = await loadLinkKey(database, clock.now());
  const services: Services = {
    database,
    events,
    clock,
    ids,
    policy: context.policy,
    transfers: context,
    // Nothing is delivered here.
    webhooks: {
      ...context,
      reach,
      poster,
      publicUrl,
      tests: createSlots(MAX_TESTS),
      changed: async () => undefined,
    },
    progress: engine.progress,
    // Not started: it counts when somebody asks.
    statistics: createStatisticsReader({
      database,
      clock,
      onError: (error) => {
        throw error;
      },
    }),
    exports: { database, clock, ids, linkKey, urlOf: (id) => `${publicUrl()}/exports/${id}` },
    linkKey,
    publicUrl,
  };

  /** Somebody with all scopes and without a vendor, unless told otherwise. */
  function as(party: PartyId, more: Partial<Caller> = {}): Asker {
    const caller: Caller = {
      party,
      vendor: null,
      clientId: 'client',
      systemUserId: null,
      scopes: Object.values(SCOPES),
      tokenId: null,
      tokenExpiresAt: START + 3_600_000,
      address: null,
      requestId: 'request',
      ...more,
    };
    async function request(source: string, variableValues: Variables = {}) {
      const document = parse(source);
      const errors = validate(schema, document);
      if (errors.length > 0) return { errors };
      return executeOperation({ schema, document, variableValues }, services, caller);
    }
    return {
      caller,
      request,
      async ask(document, variables) {
        const { data, errors } = await request(document, variables);
        if (errors !== undefined) throw new AggregateError(errors, errors[0]?.message);
        return data;
      },
      async errorCodes(document, variables) {
        const { errors = [] } = await request(document, variables);
        return errors.map(({ extensions }) => extensions.code);
      },
      async follow(document, variables = {}) {
        const asked = { schema, document: parse(document), variableValues: variables };
        const stream = await subscribe(asked, services, caller);
        if ('next' in stream) return stream;
        throw new AggregateError(stream.errors ?? [], stream.errors?.[0]?.message);
      },
    };
  }

  return {
    services,
    clock,
    storage,
    engine,
    as,
    /** How many queries were sent through snapshots so far. */
    queries: () => counted.count(),
    /** Sends bytes as the upload of a transfer; `length` is declared, and the upload is whole when it is reached. */
    async upload({ caller }: Asker, transferId: string, bytes: string, length = bytes.length) {
      const started = await startUpload(context, caller, transferId, { length, metadata: null });
      if (!started.ok) throw new Error(started.error.message);
      const session = await engine.open(transferId);
      await session?.receive(Readable.from([Buffer.from(bytes)]), {
        signal: new AbortController().signal,
      });
    },
    /** A recipient's download, as far as the broker tells of it. */
    async download({ caller }: Asker, transferId: string) {
      const started = await startDownload(context, caller, transferId);
      if (!started.ok) throw new Error(started.error.message);
    },
    async [Symbol.asyncDispose]() {
      await engine.stop();
      await poster.close();
      events.close();
      await database.close();
      await dropDatabaseOf(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Counts the statements that snapshots are sent, to tell a list that asks once per row. */
function countQueries(database: Database) {
  let count = 0;
  const counter: KyselyPlugin = {
    // A subquery is transformed too, and gives no result of its own.
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      count += 1;
      return result;
    },
  };
  const counting: Database = {
    ...database,
    async snapshot() {
      const { db, release } = await database.snapshot();
      return { db: db.withPlugin(counter), release };
    },
  };
  return { database: counting, count: () => count };
}

/** What stands under a path of names and indexes, such as `transfers.edges.0.node.id`. */
export function pick(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => {
    if (typeof at !== 'object' || at === null) throw new Error(`There is no ${path}.`);
    return Reflect.get(at, name);
  }, value);
}

export function pickText(value: unknown, path: string): string {
  const text = pick(value, path);
  if (typeof text !== 'string') throw new Error(`${path} is no text.`);
  return text;
}

const REGISTER = `mutation ($name: String!) {
  registerServiceOwner(input: { name: $name }) { __typename ... on BrokerError { message } }
}`;
const CONFIGURE = `mutation ($input: ConfigureResourceInput!) {
  configureResource(input: $input) { __typename ... on BrokerError { message } }
}`;
const INITIALIZE = `mutation ($input: InitializeTransferInput!) {
  initializeTransfer(input: $input) { __typename ... on Transfer { id } ... on BrokerError { message } }
}`;

/** A registered service owner with a resource that is open to everybody, unless told otherwise. */
export async function makeResource(owner: Asker, settings: Variables = {}): Promise<string> {
  await owner.ask(REGISTER, { name: 'The owner' });
  const input = { id: 'the-resource', openTo: ['SEND', 'RECEIVE'], ...settings };
  const made = await owner.ask(CONFIGURE, { input });
  if (pick(made, 'configureResource.__typename') !== 'Resource') {
    throw new Error(pickText(made, 'configureResource.message'));
  }
  return input.id;
}

/** A transfer through the resource that `makeResource` makes; its id. */
export async function makeTransfer(
  sender: Asker,
  recipients: readonly PartyId[],
  more: Variables = {},
): Promise<string> {
  const input = {
    resourceId: 'the-resource',
    fileName: 'report.pdf',
    sender: sender.caller.party,
    recipients,
    ...more,
  };
  const made = await sender.ask(INITIALIZE, { input });
  if (pick(made, 'initializeTransfer.__typename') !== 'Transfer') {
    throw new Error(pickText(made, 'initializeTransfer.message'));
  }
  return pickText(made, 'initializeTransfer.id');
}
