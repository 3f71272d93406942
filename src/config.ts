/** The environment, read into values once. Nothing else in the broker looks at it. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { type Cidr, type CorsOrigins, isLoopback, parseCidr } from './http/index.ts';
import { type ClamdAddress, MAX_SCAN_BYTES, parseClamdUrl } from './scanning/index.ts';
import { parseWebhookAllow, type WebhookAllow } from './webhooks/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where the store is. `shown` is how it may be spoken of: without its password. */
export type DatabaseTarget =
  | { readonly kind: 'sqlite'; readonly path: string; readonly shown: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly shown: string };

/** `maxBytes`: the most that it takes, where the operator says so; else it is asked. */
export interface ClamdTarget {
  readonly address: ClamdAddress;
  readonly maxBytes: number | null;
}

export interface Config {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Without a slash at the end; null where it follows from where the broker listens. */
  readonly publicUrl: string | null;
  /** Absolute paths. */
  readonly dataDir: string;
  readonly database: DatabaseTarget;
  readonly storagePath: string;
  readonly issuers: readonly { readonly issuer: string; readonly jwksUrl: URL }[];
  readonly audience: string | null;
  readonly trustsDevelopmentIssuer: boolean;
  readonly trustedProxies: readonly Cidr[];
  readonly metricsToken: string | null;
  readonly corsOrigins: CorsOrigins;
  /** The ClamAV daemon that scans files; null where there is none. */
  readonly clamd: ClamdTarget | null;
  /** What webhooks may reach beyond the public internet. */
  readonly webhookAllow: WebhookAllow;
  readonly logLevel: LogLevel;
}

export type ConfigResult =
  | { readonly config: Config }
  /** One line for each wrong variable: its name, what it holds and what it may hold. */
  | { readonly faults: readonly string[] };

/** Where the broker keeps its own: the database, the files, the development key. */
export function readDataDir(env: Environment): string {
  return env.DATA_DIR || './data';
}

/** Unless it is said otherwise, libraries leave out what helps their own development: it slows each answer down. */
export function preferProduction(env: Record<string, string | undefined>): void {
  env.NODE_ENV ??= 'production';
}

export function readConfig(env: Environment): ConfigResult {
  const faults: string[] = [];
  const fault = (name: string, may: string): void => {
    faults.push(`${name} is ${JSON.stringify(redact(env[name] ?? ''))}; it may be ${may}`);
  };

  const host = readHost(env, fault);
  const dataDir = resolve(readDataDir(env));
  const publicUrl = readPublicUrl(env, host, fault);
  const issuers = readIssuers(env, fault);
  const config: Config = {
    // What Node listens on for all addresses.
    host: host === '*' ? '::' : host,
    port: readPort(env, fault),
    publicUrl,
    dataDir,
    database: readDatabase(env, resolve(dataDir, 'ferje.sqlite'), fault),
    storagePath: readStorage(env, resolve(dataDir, 'files'), fault),
    issuers,
    audience: env.AUTH_AUDIENCE || null,
    trustsDevelopmentIssuer: readDevelopmentIssuer(env, host, publicUrl, fault),
    trustedProxies: readProxies(env, fault),
    metricsToken: env.METRICS_TOKEN || null,
    corsOrigins: readCorsOrigins(env, fault),
    clamd: readClamd(env, fault),
    webhookAllow: readWebhookAllow(env, fault),
    logLevel: readLogLevel(env, fault),
  };
  return faults.length > 0 ? { faults } : { config };
}

type Fault = (name: string, may: string) => void;

const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'i');

/** An address or a name; an IPv6 address may stand in brackets, as in a URL. */
function readHost(env: Environment, fault: Fault): string {
  const host = (env.HOST || '127.0.0.1').replace(/^\[(.*)\]$/, '$1');
  // What looks like an address has to be one.
  const isName = HOST_NAME.test(host) && !/^[\d.]+$/.test(host);
  if (isIP(host) === 0 && !isName && !isWildcardHost(host)) {
    fault('HOST', 'an IP address or the name of a host, such as 127.0.0.1, :: or localhost');
  }
  return host;
}

/** A value without passwords of URLs. Up to the last @, for a password that was not encoded may hold one itself. */
function redact(value: string): string {
  return value
    .replace(/(:\/\/[^:/@\s]*):.*@/s, '$1:***@')
    .replace(/\b(password=)[^&\s]*/gi, '$1***');
}

function readPort(env: Environment, fault: Fault): number {
  const text = env.PORT || '4000';
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) fault('PORT', 'a whole number from 0 to 65535');
  return port;
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopback(withoutBrackets(host));
}

/** Whether listening there means listening on every address. */
function isWildcardHost(host: string): boolean {
  return host === '*' || parseCidr(withoutBrackets(host))?.[0].range() === 'unspecified';
}

/** An IPv6 address as URLs have it, or anything else as it is. */
function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function readPublicUrl(env: Environment, host: string, fault: Fault): string | null {
  const rule =
    'an absolute http or https URL without user, query or fragment, such as https://ferje.example';
  if (!env.PUBLIC_URL) {
    if (isWildcardHost(host)) {
      fault('PUBLIC_URL', `${rule}; it has to be set where HOST is a wildcard (${host})`);
    }
    return null;
  }
  const url = parseUrl(env.PUBLIC_URL);
  const hasUser = url !== undefined && `${url.username}${url.password}` !== '';
  const isPlain = url !== undefined && !/[?#]/.test(env.PUBLIC_URL) && !hasUser;
  if (!isPlain || !/^https?:$/.test(url.protocol)) {
    fault('PUBLIC_URL', rule);
    return null;
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function readDatabase(env: Environment, fallback: string, fault: Fault): DatabaseTarget {
  const value = env.DATABASE_URL;
  if (value && /^postgres(?:ql)?:\/\//.test(value) && URL.canParse(value)) {
    return { kind: 'postgres', url: value, shown: redact(value) };
  }
  const path = value ? pathAfter('sqlite:', value) : fallback;
  if (path === undefined) {
    fault('DATABASE_URL', 'sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE');
  }
  return { kind: 'sqlite', path: path ?? fallback, shown: `sqlite:${path ?? fallback}` };
}

function readStorage(env: Environment, fallback: string, fault: Fault): string {
  const path = env.STORAGE_URL ? pathAfter('file:', env.STORAGE_URL) : fallback;
  if (path === undefined) fault('STORAGE_URL', 'file:PATH (this version knows no other)');
  return path ?? fallback;
}

/** The absolute path that a value names after its scheme. */
function pathAfter(scheme: string, value: string): string | undefined {
  const path = value.startsWith(scheme)
    ? value.slice(scheme.length).replace(/^\/\/(?=\/)/, '')
    : '';
  return path === '' ? undefined : resolve(path);
}

function readIssuers(env: Environment, fault: Fault): Config['issuers'] {
  const issuers: { issuer: string; jwksUrl: URL }[] = [];
  const rule =
    'ISSUER=JWKS_URL, separated by commas, each issuer once, JWKS_URL https unless loopback';
  for (const entry of splitList(env.AUTH_ISSUERS)) {
    // An issuer is a URL itself and may hold an equals sign; a JWKS URL begins behind the last one before a scheme.
    const at = entry.search(/=https?:\/\//);
    const issuer = entry.slice(0, at);
    const jwksUrl = at > 0 ? parseUrl(entry.slice(at + 1)) : undefined;
    const isSafe =
      jwksUrl?.protocol === 'https:' ||
      (jwksUrl?.protocol === 'http:' && isLoopbackHost(jwksUrl.hostname));
    if (jwksUrl === undefined || !isSafe || issuers.some((known) => known.issuer === issuer)) {
      fault('AUTH_ISSUERS', rule);
      break;
    }
    issuers.push({ issuer, jwksUrl });
  }
  return issuers;
}

function readDevelopmentIssuer(
  env: Environment,
  host: string,
  publicUrl: string | null,
  fault: Fault,
): boolean {
  const hasIssuers = splitList(env.AUTH_ISSUERS).length > 0;
  const isLocal =
    isLoopbackHost(host) && (publicUrl === null || isLoopbackHost(new URL(publicUrl).hostname));
  const value = env.DEV_ISSUER || (!hasIssuers && isLocal ? 'on' : 'off');
  if (value !== 'on' && value !== 'off') fault('DEV_ISSUER', 'on or off');
  else if (value === 'off' && !hasIssuers) {
    fault(
      'AUTH_ISSUERS',
      'ISSUER=JWKS_URL, separated by commas; it has to be set where development tokens are not trusted (DEV_ISSUER=on trusts them)',
    );
  }
  return value === 'on';
}

function readProxies(env: Environment, fault: Fault): Cidr[] {
  const ranges = splitList(env.TRUSTED_PROXIES).map(parseCidr);
  const valid = ranges.filter((range) => range !== undefined);
  if (valid.length < ranges.length) {
    fault('TRUSTED_PROXIES', 'CIDR ranges such as 10.0.0.0/8, separated by commas');
  }
  return valid;
}

function readCorsOrigins(env: Environment, fault: Fault): CorsOrigins {
  const origins = splitList(env.CORS_ORIGINS);
  if (origins.length === 1 && origins[0] === '*') return '*';
  if (origins.some((origin) => parseUrl(origin)?.origin !== origin)) {
    fault('CORS_ORIGINS', 'origins such as https://app.example, separated by commas, or *');
  }
  return origins;
}

function readClamd(env: Environment, fault: Fault): Config['clamd'] {
  const url = env.CLAMD_URL;
  const most = env.CLAMD_MAX_BYTES;
  const maxBytes = most ? Number(most) : null;
  if (most && !(/^\d{1,10}$/.test(most) && Number(most) >= 1 && Number(most) <= MAX_SCAN_BYTES)) {
    fault('CLAMD_MAX_BYTES', `a whole number of bytes from 1 to ${MAX_SCAN_BYTES}`);
  }
  if (!url) return null;
  const address = parseClamdUrl(url);
  if (address === undefined) {
    fault('CLAMD_URL', 'tcp://HOST:PORT or unix:PATH (absolute) of a ClamAV daemon');
    return null;
  }
  return { address, maxBytes };
}

function readWebhookAllow(env: Environment, fault: Fault): WebhookAllow {
  const allow = parseWebhookAllow(env.WEBHOOK_ALLOW ?? '');
  if (allow === undefined) {
    fault(
      'WEBHOOK_ALLOW',
      'CIDR ranges such as 10.0.0.0/8, addresses or names of hosts, separated by commas',
    );
  }
  return allow ?? { ranges: [], hosts: [] };
}

function readLogLevel(env: Environment, fault: Fault): LogLevel {
  const value = env.LOG_LEVEL || 'info';
  const level = LOG_LEVELS.find((known) => known === value);
  if (level === undefined) fault('LOG_LEVEL', LOG_LEVELS.join(', '));
  return level ?? 'info';
}

function splitList(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
