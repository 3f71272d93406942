import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  createAuthenticator,
  DEVELOPMENT_ISSUER,
  type DevelopmentKey,
  issueDevelopmentToken,
  loadDevelopmentKey,
} from '../../src/auth/index.ts';
import { isUuid } from '../../src/domain/clock.ts';
import { type PartyId, parsePartyId } from '../../src/domain/party-id.ts';
import { makeFolder } from './temporary-folder.ts';
import { NOW, startIssuer } from './test-issuer.ts';
import { runTokenCommand } from './token-command.ts';

const PARTY = parsePartyId('0192:111111111') as PartyId;
const VENDOR = parsePartyId('0192:222222222') as PartyId;

const issue = (key: DevelopmentKey, vendor: PartyId | null = null) =>
  issueDevelopmentToken(key, {
    party: PARTY,
    vendor,
    scope: 'altinn:broker.read',
    lifetimeSeconds: 60,
    now: NOW,
  });

function present(token: string, developmentKeys: DevelopmentKey, audience: string | null = null) {
  const clock = { now: () => NOW };
  const authenticator = createAuthenticator({ issuers: [], audience, developmentKeys, clock });
  return authenticator.authenticate(`Bearer ${token}`, { address: null, requestId: 'r' });
}

describe('the development key', () => {
  it('is made with its folder, for their owner alone', async () => {
    await using folder = await makeFolder();
    const dataDir = join(folder.path, 'new', 'data');
    await loadDevelopmentKey(dataDir);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, 'development-key.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['development-key.json']);
  });

  it('stays the same, whatever the mode of its file', async () => {
    await using folder = await makeFolder();
    const first = await loadDevelopmentKey(folder.path);
    await chmod(join(folder.path, 'development-key.json'), 0o644);
    const second = await loadDevelopmentKey(folder.path);
    expect(second.publicJwk).toEqual(first.publicJwk);
    expect(await present(await issue(first), second)).toMatchObject({ ok: true });
  });

  it('never shows its private part beside the public one', async () => {
    await using folder = await makeFolder();
    expect((await loadDevelopmentKey(folder.path)).publicJwk).not.toHaveProperty('d');
  });

  it('is one, however many ask for it at once', async () => {
    await using folder = await makeFolder();
    const keys = await Promise.all(
      Array.from({ length: 8 }, () => loadDevelopmentKey(folder.path)),
    );
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
    expect(await readdir(folder.path)).toEqual(['development-key.json']);
  });

  it('is one for processes that start at once', async () => {
    await using folder = await makeFolder();
    const outcomes = await Promise.all(
      Array.from({ length: 3 }, () => runTokenCommand(folder.path, '--party', PARTY)),
    );
    const key = await loadDevelopmentKey(folder.path);
    const { authenticate } = createAuthenticator({
      issuers: [],
      audience: null,
      developmentKeys: key,
      clock: Date,
    });
    for (const { stdout } of outcomes)
      expect(
        await authenticate(`Bearer ${stdout}`, { address: null, requestId: 'r' }),
      ).toMatchObject({ ok: true });
  });

  it.each(['', '{', 'null', '{"kty":"EC"}', '{"kty":"oct","k":"AAAA","kid":"x"}'])(
    'is refused in one line that names its file, which stays, where that holds %j',
    async (content) => {
      await using folder = await makeFolder();
      const path = join(folder.path, 'development-key.json');
      await writeFile(path, content);
      const error: unknown = await loadDevelopmentKey(folder.path).catch((e: unknown) => e);
      expect(error).toMatchObject({ message: expect.stringMatching(`^[^\n]*${path}[^\n]*$`) });
      expect(await readFile(path, 'utf8')).toBe(content);
    },
  );

  it('is refused in one line that names its file where that can not be read', async () => {
    await using folder = await makeFolder();
    const path = join(folder.path, 'development-key.json');
    await mkdir(path);
    await expect(loadDevelopmentKey(folder.path)).rejects.toThrow(`${path} cannot be used: EISDIR`);
  });
});

describe('a development token', () => {
  it('acts as its party', async () => {
    await using folder = await makeFolder();
    const key = await loadDevelopmentKey(folder.path);
    expect(await present(await issue(key), key)).toEqual({
      ok: true,
      value: {
        party: PARTY,
        vendor: null,
        clientId: 'ferje-development',
        systemUserId: null,
        scopes: ['altinn:broker.read'],
        tokenId: expect.any(String),
        tokenExpiresAt: NOW + 60_000,
        address: null,
        requestId: 'r',
      },
    });
  });

  it('with a vendor is that of one system user of the party, always the same', async () => {
    await using folder = await makeFolder();
    const key = await loadDevelopmentKey(folder.path);
    const [first, second] = [await issue(key, VENDOR), await issue(key, VENDOR)];
    expect(await present(first, key)).toMatchObject({ value: { party: PARTY, vendor: VENDOR } });

    const claims = decodeJwt<{ authorization_details: [{ systemuser_id: string[] }] }>(first);
    expect(claims).toMatchObject({
      iss: DEVELOPMENT_ISSUER,
      iat: NOW / 1000,
      exp: NOW / 1000 + 60,
      consumer: { authority: 'iso6523-actorid-upis', ID: VENDOR },
      authorization_details: [
        {
          type: 'urn:altinn:systemuser',
          systemuser_org: { authority: 'iso6523-actorid-upis', ID: PARTY },
        },
      ],
    });
    expect(claims).not.toHaveProperty('supplier');
    expect(claims.authorization_details[0].systemuser_id.map(isUuid)).toEqual([true]);
    expect(decodeJwt(second).authorization_details).toEqual(claims.authorization_details);
    expect(decodeJwt(second).jti).not.toBe(claims.jti);
  });

  it('is not trusted where its key was not handed in', async () => {
    await using folder = await makeFolder();
    await using issuer = await startIssuer();
    const token = await issue(await loadDevelopmentKey(folder.path));
    expect(await issuer.present(`Bearer ${token}`)).toMatchObject({
      error: { code: 'UNAUTHENTICATED', message: expect.stringContaining(DEVELOPMENT_ISSUER) },
    });
  });

  it('of another data directory is refused', async () => {
    await using mine = await makeFolder();
    await using theirs = await makeFolder();
    const token = await issue(await loadDevelopmentKey(theirs.path));
    expect(await present(token, await loadDevelopmentKey(mine.path))).toMatchObject({
      error: { code: 'UNAUTHENTICATED' },
    });
  });

  it('needs no audience, since its key signs for this broker alone', async () => {
    await using folder = await makeFolder();
    const key = await loadDevelopmentKey(folder.path);
    expect(await present(await issue(key), key, 'https://ferje.test')).toMatchObject({ ok: true });
  });
});
