/** The GraphQL server with the made-up schema, unless told otherwise, on a port of its own, and an issuer whose tokens it takes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FormattedExecutionResult } from 'graphql';
import type { JWTPayload } from 'jose';
import { pino } from 'pino';
import { createAuthenticator } from '../../src/auth/index.ts';
import { createGraphQLServer, type GraphQLServerOptions } from '../../src/graphql/index.ts';
import { createSigner, goodClaims, ISSUER, startJwksServer } from '../auth/test-issuer.ts';
import { openRoom, START } from '../support/graphql-room.ts';
import { createMadeUpSchema } from './made-up-schema.ts';

export type Transport = Awaited<ReturnType<typeof startTransport>>;

export interface GraphQLRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

export type Headers = Readonly<Record<string, string>>;

/** Its clock stands still until a test moves it; timers run as always. */
export async function startTransport(
  options: Partial<Pick<GraphQLServerOptions, 'limits' | 'graphiql' | 'schema'>> = {},
) {
  const room = await openRoom();
  const { clock } = room;
  const madeUp = createMadeUpSchema();
  const signer = await createSigner('key');
  const issuer = await startJwksServer(signer.publicJwk);
  const log: Record<string, unknown>[] = [];
  const graphql = createGraphQLServer({
    schema: madeUp.schema,
    services: room.services,
    authenticator: createAuthenticator({
      issuers: [{ issuer: ISSUER, jwksUrl: issuer.url }],
      audience: null,
      developmentKeys: null,
      clock,
    }),
    logger: pino({}, { write: (line) => log.push(JSON.parse(line)) }),
    clock,
    graphiql: false,
    toOrigin: () => ({ address: '192.0.2.7', requestId: room.services.ids.next() }),
    ...options,
  });

  const server = createServer((req, res) => {
    graphql.handle(req, res).catch((error: unknown) => res.destroy(error as Error));
  });
  server.on('upgrade', graphql.upgrade);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/graphql`;

  /** A token with all that the broker asks for; claims can be replaced. */
  const token = (claims: JWTPayload = {}) => signer.sign({ ...goodClaims(START), ...claims });
  const authorization = `Bearer ${await token()}`;

  return {
    ...madeUp,
    room,
    graphql,
    issuer,
    publishKeys: () => issuer.publish(signer.publicJwk),
    clock,
    log,
    port,
    url,
    wsUrl: url.replace('http', 'ws'),
    token,
    authorization,
    /** Sends a request with a good token; headers can be replaced. */
    post: (request: GraphQLRequest, headers: Headers = {}, signal?: AbortSignal) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization, ...headers },
        body: JSON.stringify(request),
        ...(signal && { signal }),
      }),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      await graphql.close();
      server.closeAllConnections();
      await closed;
      await issuer.close();
      await room[Symbol.asyncDispose]();
    },
  };
}

/** The status, the result, and what its errors say. */
export async function read(response: Response) {
  const result = (await response.json()) as FormattedExecutionResult;
  return {
    status: response.status,
    headers: response.headers,
    data: result.data,
    errors: result.errors ?? [],
    codes: (result.errors ?? []).map(({ extensions }) => extensions?.code),
  };
}
