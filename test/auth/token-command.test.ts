import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAuthenticator, loadDevelopmentKey } from '../../src/auth/index.ts';
import { makeFolder } from './temporary-folder.ts';
import { runTokenCommand } from './token-command.ts';

const PARTY = '0192:991825827';

async function readToken(dataDir: string, token: string) {
  const developmentKeys = await loadDevelopmentKey(dataDir);
  const authenticator = createAuthenticator({
    issuers: [],
    audience: null,
    developmentKeys,
    clock: Date,
  });
  return authenticator.authenticate(`Bearer ${token}`, { address: null, requestId: 'r' });
}

describe('the token command', () => {
  it('prints one token and nothing else, for an hour and every scope', async () => {
    await using folder = await makeFolder();
    const { code, stdout, stderr } = await runTokenCommand(folder.path, '--party', PARTY);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { iat = 0, exp } = decodeJwt(stdout.trim());
    expect(exp).toBe(iat + 3600);
    expect(await readToken(folder.path, stdout)).toMatchObject({
      value: {
        party: PARTY,
        vendor: null,
        scopes: ['altinn:broker.write', 'altinn:broker.read', 'altinn:serviceowner'],
      },
    });
  });

  it('takes scopes, a vendor, a lifetime and the URN form of a party', async () => {
    await using folder = await makeFolder();
    const { stdout } = await runTokenCommand(
      folder.path,
      ...['--party', 'urn:altinn:organization:identifier-no:991825827'],
      ...['--vendor', '0192:111111111', '--scope', 'altinn:broker.read', '--lifetime', '60'],
    );
    const { iat = 0, exp } = decodeJwt(stdout.trim());
    expect(exp).toBe(iat + 60);
    expect(await readToken(folder.path, stdout)).toMatchObject({
      value: { party: PARTY, vendor: '0192:111111111', scopes: ['altinn:broker.read'] },
    });
  });

  it('explains itself', async () => {
    await using folder = await makeFolder();
    const { code, stdout, stderr } = await runTokenCommand(folder.path, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const option of ['--party', '--scope', '--vendor', '--lifetime', 'DATA_DIR'])
      expect(stdout).toContain(option);
  });

  it.each([
    [[], /^--party is missing/],
    [['--party', '991825827'], /^--party holds "991825827"/],
    [['--party', '--scope', 'x'], /--party/],
    [['--party', PARTY, '--vendor', 'x'], /^--vendor holds "x"/],
    [['--party', PARTY, '--lifetime', '0'], /^--lifetime holds "0"/],
    [['--party', PARTY, '--lifetime', '1.5'], /^--lifetime holds "1.5"/],
    [['--party', PARTY, '--who'], /--who/],
    [['--party', PARTY, 'more'], /more/],
  ])('refuses %j with one line and code 2', async (args, message) => {
    await using folder = await makeFolder();
    const { code, stdout, stderr } = await runTokenCommand(folder.path, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^[^\n]+\n$/);
  });

  it('fails with one line and code 1 where the key can not be used', async () => {
    await using folder = await makeFolder();
    const path = join(folder.path, 'development-key.json');
    await writeFile(path, '{');
    const { code, stdout, stderr } = await runTokenCommand(folder.path, '--party', PARTY);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).toContain(path);
  });
});
