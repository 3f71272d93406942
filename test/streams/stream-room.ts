/** The GraphQL room with the real schema on a port of its own, whose limits a test can shorten. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createAuthenticator } from '../../src/auth/index.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import { createGraphQLServer, type GraphQLServerOptions, schema } from '../../src/graphql/index.ts';
import type { Services } from '../../src/graphql/operation.ts';
import { createSigner, goodClaims, ISSUER, startJwksServer } from '../auth/test-issuer.ts';
import { openRoom, START } from '../support/graphql-room.ts';

export type StreamRoom = Awaited<ReturnType<typeof openStreamRoom>>;

export async function openStreamRoom(
  limits: NonNullable<GraphQLServerOptions['limits']> = {},
  wrap: (services: Services) => Services = (services) => services,
) {
  const room = await openRoom();
  const { clock } = room;
  const services = wrap(room.services);
  const signer = await createSigner('key');
  const issuer = await startJwksServer(signer.publicJwk);
  const graphql = createGraphQLServer({
    schema,
    services,
    authenticator: createAuthenticator({
      issuers: [{ issuer: ISSUER, jwksUrl: issuer.url }],
      audience: null,
      developmentKeys: null,
      clock,
    }),
    logger: pino({ level: 'silent' }),
    clock,
    graphiql: false,
    toOrigin: () => ({ address: null, requestId: services.ids.next() }),
    limits,
  });
  const server = createServer((req, res) => {
    graphql.handle(req, res).catch((error: unknown) => res.destroy(error as Error));
  });
  server.on('upgrade', graphql.upgrade);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    ...room,
    port,
    wsUrl: `ws://127.0.0.1:${port}/graphql`,
    /** Settles when no more than so many connections are open. */
    async untilConnections(count: number): Promise<void> {
      const open = () =>
        new Promise<number>((resolve, reject) => {
          server.getConnections((error, open) => (error ? reject(error) : resolve(open)));
        });
      while ((await open()) > count) await new Promise(setImmediate);
    },
    /** The header that a party sends. */
    authorizationOf: async (party: PartyId): Promise<string> => {
      const consumer = { authority: 'iso6523-actorid-upis', ID: party };
      return `Bearer ${await signer.sign({ ...goodClaims(START), consumer })}`;
    },
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
