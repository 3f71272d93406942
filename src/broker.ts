/** Builds the broker's rooms in order and hands each what it needs: the only place that knows them all. */
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { createAuthenticator, loadDevelopmentKey } from './auth/index.ts';
import type { Config } from './config.ts';
import type { Clock } from './domain/clock.ts';
import {
  createDownloadDoor,
  createExportDoor,
  createRunningDownloads,
  cutCancelledDownloads,
} from './downloads/index.ts';
import { createEventLog } from './events/index.ts';
import { createGraphQLServer, schema } from './graphql/index.ts';
import { clientAddress, isLoopback, type RequestOrigin, toProblem } from './http/index.ts';
import { createIdSource } from './id-source.ts';
import { createJobRunner } from './jobs/index.ts';
import { openDatabase } from './open-database.ts';
import { checkLive, checkReady, createMetrics } from './operations/index.ts';
import { accessListPolicy } from './resources/index.ts';
import { createClamdScanner } from './scanning/index.ts';
import { createHttpServer } from './server.ts';
import { startStep } from './start-fault.ts';
import { createStatisticsReader } from './statistics/index.ts';
import { makeFolder, openDiskStorage, realDisk } from './storage/index.ts';
import {
  createTransferJobs,
  createUploadEngine,
  JOBS_AT_ONCE,
  loadLinkKey,
  matchStorage,
  recover,
} from './transfers/index.ts';
import { createUploadDoor } from './uploads/index.ts';
import {
  createPoster,
  createReach,
  createSlots,
  createWebhookDispatcher,
  FORGET_DELIVERIES,
  forgetDeliveries,
  MAX_TESTS,
} from './webhooks/index.ts';

export interface Broker {
  /** Where clients reach it, without a slash at the end. */
  readonly url: string;
  /** Stops accepting, lets running requests end, cuts and keeps running uploads, closes streams with their codes. */
  close(): Promise<void>;
}

export interface BrokerOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
}

const METRICS_REFUSED = {
  code: 'UNAUTHENTICATED',
  message: 'Metrics are for who has the METRICS_TOKEN; without one, for this machine alone.',
} as const;

/** Starts a broker; it listens when this settles. */
export async function startBroker(
  config: Config,
  { logger, clock = { now: () => Date.now() } }: BrokerOptions,
): Promise<Broker> {
  const ids = createIdSource(clock);
  const { dataDir, storagePath } = config;
  const folder = 'a folder that the broker may make and write';
  await startStep('DATA_DIR', dataDir, folder, () => makeFolder(realDisk, dataDir));
  const database = await openDatabase(config.database, (error) =>
    logger.warn({ err: error }, 'lost a connection to the database'),
  );
  const storage = await startStep(
    'STORAGE_URL',
    `file:${storagePath}`,
    `file:PATH of ${folder}`,
    () => openDiskStorage(storagePath),
  );
  const storageId = await startStep(
    'STORAGE_URL',
    `file:${storagePath}`,
    "file:PATH of the folder that holds this database's files, or of an empty one for a new database",
    () => matchStorage(database, storage),
  );
  const events = await createEventLog(database);
  const authenticator = createAuthenticator({
    issuers: config.issuers,
    audience: config.audience,
    developmentKeys: config.trustsDevelopmentIssuer
      ? await loadDevelopmentKey(config.dataDir)
      : null,
    clock,
  });

  const policy = accessListPolicy;
  const scanner = config.clamd === null ? null : createClamdScanner(config.clamd);
  const scannerProblem = await scanner?.check();
  if (scannerProblem != null) logger.warn({ problem: scannerProblem }, 'cannot scan files');
  const context = { database, clock, ids, policy, scanner };
  const onUploadFault = (error: unknown, transferId: string) =>
    logger.error({ err: error, transferId }, 'upload failed');
  const engine = createUploadEngine({ context, storage, onFault: onUploadFault });
  const recovered = await recover(context, storage, engine, onUploadFault);
  logger[recovered.lost.length > 0 ? 'error' : 'info'](recovered, 'recovered');

  const handlers = {
    ...createTransferJobs(context, storage, engine),
    [FORGET_DELIVERIES]: forgetDeliveries(database, clock),
  };
  const jobs = createJobRunner({
    database,
    clock,
    handlers,
    atOnce: JOBS_AT_ONCE,
    onError: (error, job) => logger.error({ err: error, job }, 'job failed'),
  });

  let url = config.publicUrl ?? '';
  let isStopping = false;
  const publicUrl = () => url;
  const toOrigin = (req: IncomingMessage): RequestOrigin => ({
    address: clientAddress(req, config.trustedProxies),
    requestId: ids.next(),
  });
  /** Links carry their permission in the query: only the path is ever logged. */
  const onFault = (error: unknown, req: IncomingMessage): string => {
    const id = ids.next();
    logger.error(
      { err: error, id, method: req.method, path: req.url?.split('?')[0] },
      'request failed',
    );
    return id;
  };

  const reach = createReach(config.webhookAllow);
  const poster = createPoster({ reach, clock });
  const dispatcher = createWebhookDispatcher({
    database,
    events,
    clock,
    ids,
    poster,
    publicUrl,
    onError: (error, webhookId) =>
      logger.error({ err: error, webhookId }, 'could not serve a webhook'),
  });

  const statistics = createStatisticsReader({
    database,
    clock,
    onError: (error) => logger.error({ err: error }, 'could not count events for statistics'),
  });

  const linkKey = await loadLinkKey(database, clock.now());
  const exports = {
    database,
    clock,
    ids,
    linkKey,
    urlOf: (id: string) => `${publicUrl()}/exports/${id}`,
  };
  const running = createRunningDownloads();
  const graphql = createGraphQLServer({
    schema,
    services: {
      database,
      events,
      clock,
      ids,
      policy,
      transfers: context,
      webhooks: {
        database,
        clock,
        ids,
        policy,
        reach,
        poster,
        publicUrl,
        tests: createSlots(MAX_TESTS),
        changed: dispatcher.changed,
      },
      statistics,
      exports,
      progress: engine.progress,
      linkKey,
      publicUrl,
    },
    authenticator,
    logger,
    clock,
    graphiql: config.trustsDevelopmentIssuer,
    toOrigin,
  });
  const uploads = createUploadDoor({
    context,
    engine,
    authenticator,
    toOrigin,
    publicUrl,
    onFault,
  });
  const downloads = createDownloadDoor({
    context,
    storage,
    authenticator,
    clock,
    linkKey,
    running,
    toOrigin,
    onFault,
  });

  const exportDoor = createExportDoor({
    exports,
    writing: { database, events, statistics },
    onFault,
  });

  /** Details are for who has the token; without one, for this machine alone, where no proxy speaks for others. */
  const mayKnow = (req: IncomingMessage): boolean => {
    if (config.metricsToken !== null) {
      return req.headers.authorization === `Bearer ${config.metricsToken}`;
    }
    const isProxied = req.headers.forwarded ?? req.headers['x-forwarded-for'];
    return isProxied === undefined && isLoopback(req.socket.remoteAddress ?? null);
  };
  const checks = { database, storage, storageId, scanner, clock, isStopping: () => isStopping };
  const metrics = createMetrics(checks, Object.keys(handlers));
  const server = createHttpServer(
    {
      graphql: (req, res) => graphql.handle(req, res),
      upgrade: (req, socket, head) => graphql.upgrade(req, socket, head),
      upload: (req, res, id) => uploads.handle(req, res, id),
      download: (req, res, id, query) => downloads.handle(req, res, id, query),
      fetchExport: (req, res, id, query) => exportDoor.handle(req, res, id, query),
      live: async () => checkLive(),
      ready: (req) => checkReady(checks, { withDetails: mayKnow(req) }),
      metrics: async (req) => (mayKnow(req) ? metrics.answer() : toProblem(METRICS_REFUSED)),
    },
    config.corsOrigins,
    onFault,
  );
  const onCutFault = (error: unknown) =>
    logger.error({ err: error }, 'could not read on for cancelled downloads');
  cutCancelledDownloads(database, events, running, onCutFault).catch(onCutFault);

  const listening = () => server.listen(config.host, config.port);
  const address = await startStep(
    'HOST with PORT',
    `${config.host} ${config.port}`,
    'an address of this machine and a free port',
    listening,
  );
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  url = config.publicUrl ?? `http://${host}:${address.port}`;
  jobs.start();
  await dispatcher.start();
  await statistics.start();

  return {
    url,
    async close() {
      if (isStopping) return;
      isStopping = true;
      server.stopAccepting();
      // No job begins any more; those that run end with the engine.
      await Promise.all([engine.stop(), graphql.close(), jobs.stop(), dispatcher.stop()]);
      exportDoor.stop();
      await statistics.stop();
      await poster.close();
      await server.close();
      events.close();
      await database.close();
    },
  };
}
