/** A real issuer on loopback: it publishes keys, signs tokens, counts fetches, and can break. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { type AuthenticatorOptions, createAuthenticator } from '../../src/auth/index.ts';

export interface Signer {
  readonly publicJwk: JWK;
  sign(claims: JWTPayload, header?: { kid?: string }): Promise<string>;
}

export async function createSigner(kid: string, alg = 'ES256'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return {
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: (claims, header = { kid }) =>
      new SignJWT(claims).setProtectedHeader({ alg, ...header }).sign(privateKey),
  };
}

export interface JwksServer extends AsyncDisposable {
  readonly url: URL;
  readonly fetches: number;
  publish(...keys: readonly JWK[]): void;
  answer(status: number, body: string): void;
  /** Stops listening; the port refuses connections from then on. */
  close(): Promise<void>;
}

export async function startJwksServer(...keys: readonly JWK[]): Promise<JwksServer> {
  let status = 200;
  let body = JSON.stringify({ keys });
  let fetches = 0;
  const server = createServer((_, response) => {
    fetches += 1;
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: new URL(`http://127.0.0.1:${port}/jwks`),
    get fetches() {
      return fetches;
    },
    publish(...published) {
      [status, body] = [200, JSON.stringify({ keys: published })];
    },
    answer(...answer) {
      [status, body] = answer;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

export const ISSUER = 'https://issuer.test/';
export const NOW = Date.parse('2026-03-01T12:00:00Z');

/** The claims of a good token; tests replace one of them. */
export function goodClaims(now = NOW): JWTPayload {
  return {
    iss: ISSUER,
    exp: now / 1000 + 120,
    scope: 'altinn:broker.read',
    consumer: { authority: 'iso6523-actorid-upis', ID: '0192:991825827' },
  };
}

/** A started issuer, and an authenticator that trusts it at the time that `clock.time` holds. */
export async function startIssuer(options: Partial<AuthenticatorOptions> = {}) {
  const signer = await createSigner('first');
  const server = await startJwksServer(signer.publicJwk);
  const clock = { time: NOW, now: () => clock.time };
  const authenticator = createAuthenticator({
    issuers: [{ issuer: ISSUER, jwksUrl: server.url }],
    audience: null,
    developmentKeys: null,
    clock,
    ...options,
  });
  return {
    signer,
    server,
    clock,
    present: (authorization: string | undefined) =>
      authenticator.authenticate(authorization, { address: '192.0.2.7', requestId: 'request-1' }),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
