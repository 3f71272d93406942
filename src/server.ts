/** The one HTTP server: which door a path leads to, and how connections end when the broker stops. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { homePage } from './home-page.ts';
import {
  type Answer,
  applyCors,
  type CorsOrigins,
  declineUpgrade,
  internalError,
  methodNotAllowed,
  offersUpgrade,
  sendAnswer,
  toProblem,
  trackConnections,
} from './http/index.ts';

/** Headers have to be there within this. */
const HEADERS_TIMEOUT_MS = 60_000;
/** A connection that waits for a next request is kept this long. */
const IDLE_CONNECTION_MS = 75_000;
/** Running requests may take this long when the broker stops. */
const DRAIN_MS = 10_000;

export interface Doors {
  readonly graphql: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  readonly upgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly upload: (req: IncomingMessage, res: ServerResponse, transferId: string) => Promise<void>;
  readonly download: (
    req: IncomingMessage,
    res: ServerResponse,
    transferId: string,
    query: URLSearchParams,
  ) => Promise<void>;
  readonly fetchExport: (
    req: IncomingMessage,
    res: ServerResponse,
    id: string,
    query: URLSearchParams,
  ) => Promise<void>;
  readonly live: (req: IncomingMessage) => Promise<Answer>;
  readonly ready: (req: IncomingMessage) => Promise<Answer>;
  readonly metrics: (req: IncomingMessage) => Promise<Answer>;
}

export interface HttpServer {
  /** Answers where it listens. */
  listen(host: string, port: number): Promise<AddressInfo>;
  /** Accepts no more connections from now on; those that are there end with their running requests, 10 s from now at the latest. */
  stopAccepting(): void;
  /** The same, and settles when every connection is gone. */
  close(): Promise<void>;
}

export function createHttpServer(
  doors: Doors,
  corsOrigins: CorsOrigins,
  onFault: (error: unknown, req: IncomingMessage) => string,
): HttpServer {
  const server = createServer({
    // A body may take as long as it likes; without a headers' timeout of its own, 0 here would lift that one too.
    requestTimeout: 0,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: IDLE_CONNECTION_MS,
  });
  const connections = trackConnections(server);
  let closed: Promise<void> | undefined;

  server.on('request', (req, res) => {
    route(req, res).catch(async (error: unknown) => {
      const id = onFault(error, req);
      if (res.headersSent) res.destroy();
      else await sendAnswer(req, res, toProblem(internalError(id)));
    });
  });
  server.on('upgrade', (req, socket, head) => {
    const isWebSocket = offersUpgrade(req, 'websocket') && parsePath(req)?.path === '/graphql';
    if (!isWebSocket) return declineUpgrade(server, req, socket, head);
    connections.keep(socket);
    doors.upgrade(req, socket, head);
  });

  async function route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (applyCors(req, res, corsOrigins)) return;
    if (closed !== undefined) res.setHeader('Connection', 'close');
    const { path = '', query = new URLSearchParams() } = parsePath(req) ?? {};
    const [, upload] = /^\/uploads\/([^/]+)\/?$/.exec(path) ?? [];
    if (upload !== undefined) return doors.upload(req, res, upload);
    const [, file] = /^\/files\/([^/]+)\/?$/.exec(path) ?? [];
    if (file !== undefined) return doors.download(req, res, file, query);
    const [, exported] = /^\/exports\/([^/]+)\/?$/.exec(path) ?? [];
    if (exported !== undefined) return doors.fetchExport(req, res, exported, query);
    if (path === '/graphql') return doors.graphql(req, res);
    const page = {
      '/health/live': doors.live,
      '/health/ready': doors.ready,
      '/metrics': doors.metrics,
      '/': home,
    }[path];
    if (page === undefined) {
      const message = `There is nothing at ${path.slice(0, 200)}.`;
      return sendAnswer(req, res, toProblem({ code: 'PATH_NOT_FOUND', message }));
    }
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      return sendAnswer(req, res, methodNotAllowed(req, path, 'GET, HEAD'));
    }
    return sendAnswer(req, res, await page(req));
  }

  return {
    listen: (host, port) => listen(server, host, port),
    stopAccepting() {
      if (closed !== undefined) return;
      const giveUp = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      closed = new Promise((resolve) =>
        server.close(() => {
          clearTimeout(giveUp);
          resolve();
        }),
      );
    },
    async close() {
      this.stopAccepting();
      await closed;
    },
  };
}

async function home(): Promise<Answer> {
  return homePage();
}

function parsePath(req: IncomingMessage): { path: string; query: URLSearchParams } | undefined {
  const target = req.url ?? '/';
  // Only the path counts: who the broker is, clients are told by its configuration alone. Put behind a host as it is, for
  // a path that begins with two slashes would be taken for one.
  const absolute = target.startsWith('/') ? `http://broker${target}` : target;
  const url = URL.canParse(absolute) ? new URL(absolute) : undefined;
  return url && { path: url.pathname, query: url.searchParams };
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}
