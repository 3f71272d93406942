/**
 * The key of the embedded development issuer, a file in the data directory: whoever may read it may
 * act as anyone at a broker that trusts development tokens, so only its owner may.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';

const FILE_NAME = 'development-key.json';

export interface DevelopmentKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/**
 * Reads the key, or makes it the first time, with the directory. Processes that do so at once end up
 * with the same key. Throws one line that names the file where it can't be made, read or used.
 */
export async function loadDevelopmentKey(dataDir: string): Promise<DevelopmentKey> {
  const path = join(dataDir, FILE_NAME);
  try {
    const text = (await readIfThere(path)) ?? (await createFile(dataDir, path));
    return await parseKey(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The development key ${path} cannot be used: ${reason}`, { cause });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** A whole file appears under its name or none does, and the first one stays: `link` never replaces. */
async function createFile(dataDir: string, path: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, await generateKey(), { mode: 0o600, flag: 'wx', flush: true });
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}

async function generateKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return `${JSON.stringify({ ...jwk, kid, alg: 'ES256', use: 'sig' })}\n`;
}

async function parseKey(text: string): Promise<DevelopmentKey> {
  const jwk = parseJwk(text);
  const { kid, kty, crv, x, y, d } = jwk ?? {};
  if (!kid || kty !== 'EC' || crv !== 'P-256' || !x || !y || !d)
    throw new Error('it is not a private ES256 key (JWK) with a kid; remove it to get a new one.');
  const privateKey = await importJWK({ kty, crv, x, y, d }, 'ES256');
  if (privateKey instanceof Uint8Array) throw new Error('it is a symmetric key.');
  return { kid, privateKey, publicJwk: { kid, kty, crv, x, y, alg: 'ES256', use: 'sig' } };
}

function parseJwk(text: string): JWK | undefined {
  try {
    const jwk: unknown = JSON.parse(text);
    return typeof jwk === 'object' && jwk !== null ? jwk : undefined;
  } catch {
    return undefined;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
