/** Access tokens of external issuers, and their refusals, at each of the broker's doors. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ALL_SCOPES,
  PARTIES,
  startTestBroker,
  type TestBroker,
  tokenFor,
} from '../support/broker.ts';

const ISSUER = 'https://maskinporten.example/';
const TRANSFER = '01990000-0000-7000-8000-000000000000';

let keys: Server;
let broker: TestBroker;
let sign: (issuer: string) => Promise<string>;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' };
  keys = createServer((_req, res) => res.end(JSON.stringify({ keys: [jwk] }))).listen(0);
  await once(keys, 'listening');
  const { port } = keys.address() as AddressInfo;
  const nobody = createServer().listen(0);
  await once(nobody, 'listening');
  const { port: deadPort } = nobody.address() as AddressInfo;
  nobody.close();
  broker = await startTestBroker({
    env: {
      AUTH_ISSUERS: `${ISSUER}=http://127.0.0.1:${port}/jwks,https://away.example=http://127.0.0.1:${deadPort}/jwks`,
    },
  });
  sign = (issuer) =>
    new SignJWT({
      scope: ALL_SCOPES,
      client_id: 'client',
      consumer: { authority: 'iso6523-actorid-upis', ID: PARTIES.sender },
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer)
      .setExpirationTime('5m')
      .sign(privateKey);
});
afterAll(async () => {
  await broker[Symbol.asyncDispose]();
  keys.close();
});

/** The same token at the API, at an upload and at a file. */
function atEachDoor(token: string): Promise<Response[]> {
  const headers = { Authorization: `Bearer ${token}`, 'Tus-Resumable': '1.0.0' };
  return Promise.all([
    fetch(`${broker.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { party { id } clientId } }' }),
    }),
    fetch(`${broker.url}/uploads/${TRANSFER}`, { method: 'HEAD', headers }),
    fetch(`${broker.url}/files/${TRANSFER}`, { headers }),
  ]);
}

describe('a token of an external issuer', () => {
  it('is let in at every door', async () => {
    const [api, upload, file] = await atEachDoor(await sign(ISSUER));
    expect(await api?.json()).toEqual({
      data: { viewer: { party: { id: PARTIES.sender }, clientId: 'client' } },
    });
    expect([upload?.status, file?.status]).toEqual([404, 404]);
  });

  it('whose keys are out of reach gets 503 with Retry-After, not 401', async () => {
    const answers = await atEachDoor(await sign('https://away.example'));
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    for (const { headers } of answers) expect(headers.get('retry-after')).toMatch(/^\d+$/);
    const [api, , file] = answers;
    expect(await api?.json()).toMatchObject({
      errors: [{ extensions: { code: 'ISSUER_NOT_AVAILABLE' } }],
    });
    expect(await file?.json()).toMatchObject({ code: 'ISSUER_NOT_AVAILABLE' });
  });

  it('that nobody trusts gets 401 with WWW-Authenticate, a development token too', async () => {
    for (const token of [
      await sign('https://unknown.example'),
      await tokenFor(broker, PARTIES.sender),
    ]) {
      const answers = await atEachDoor(token);
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
      for (const { headers } of answers) {
        expect(headers.get('www-authenticate')).toContain('Bearer');
      }
    }
  });
});
