/**
 * Whether a webhook's endpoint may be reached: judged when its URL is given, and again at each connection, which goes to
 * the very address that was judged. A name that resolves differently the second time gains nothing.
 */
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { fail, ok, type Result } from '../domain/result.ts';
import { quote } from '../domain/text.ts';
import { isAllowedAddress } from './allowed-address.ts';
import { createResolveName, type ResolveName } from './resolve-name.ts';
import { toHostName, type WebhookAllow } from './webhook-allow.ts';

export interface Reach {
  /** The URL as it is kept, or WEBHOOK_URL_NOT_ALLOWED. It resolves the host's name. */
  checkUrl(text: string): Promise<Result<string>>;
  /** Whether a host may be connected to as far as one can say without resolving it: `lookup` is never asked for an address. */
  mayConnect(hostname: string): boolean;
  /** For `net.connect`: answers only addresses that may be reached, and fails with a `ReachError` where there is none. */
  readonly lookup: LookupFunction;
}

/** Why a host is not reached. The message is for the webhook's owner, and tells no address. */
export class ReachError extends Error {
  override readonly name = 'ReachError';
}

export const ADDRESS_NOT_ALLOWED = "The host's address may not be reached.";
/** Whether it has none, or one inside, is nothing to tell a stranger. */
const NO_ADDRESS = 'The name has no address that may be reached.';

const MAX_URL_LENGTH = 2000;
/** As long as a caller waits for a name to be resolved; the system's resolver tries much longer. */
const RESOLVE_MS = 5000;

/** `resolveMs` bounds `checkUrl` alone: a connection has its own time limit. */
export function createReach(
  allow: WebhookAllow,
  resolveName: ResolveName = createResolveName(allow),
  resolveMs = RESOLVE_MS,
): Reach {
  /** The addresses of a name that may be reached. Throws a ReachError where there is none. */
  async function findAddresses(host: string, options: LookupOptions): Promise<LookupAddress[]> {
    const all = await resolveName(host, { ...options, all: true }).catch(() => []);
    const isAllowedHost = allow.hosts.includes(toHostName(host));
    const allowed = all.filter(
      ({ address }) => isAllowedHost || isAllowedAddress(address, allow.ranges),
    );
    if (allowed.length === 0) throw new ReachError(NO_ADDRESS);
    return allowed;
  }

  function mayConnect(hostname: string): boolean {
    const host = withoutBrackets(hostname);
    return isIP(host) === 0 || isAllowedAddress(host, allow.ranges);
  }

  /** What is wrong with a host, as the end of a sentence that begins with it; undefined where it may be reached. */
  async function findHostFault(hostname: string): Promise<string | undefined> {
    if (!mayConnect(hostname)) {
      return 'may not be reached: webhooks go to addresses of the public internet';
    }
    if (isIP(withoutBrackets(hostname)) !== 0) return undefined;
    try {
      await within(resolveMs, findAddresses(hostname, {}));
      return undefined;
    } catch (error) {
      if (!(error instanceof ReachError)) throw error;
      return 'has no address that webhooks may reach';
    }
  }

  return {
    async checkUrl(text) {
      const parsed = parseUrl(text);
      if ('wrong' in parsed) return notAllowed(text, parsed.wrong);
      const { href, hostname } = parsed.url;
      const fault = await findHostFault(hostname);
      return fault === undefined
        ? ok(href)
        : notAllowed(text, `leads to ${quote(hostname)}, which ${fault}`);
    },

    mayConnect,

    lookup(hostname, options, callback) {
      findAddresses(hostname, options).then(
        (addresses) => {
          const [first] = addresses;
          if (options.all === true || first === undefined) callback(null, addresses);
          else callback(null, first.address, first.family);
        },
        (error) => callback(error, []),
      );
    },
  };
}

/** The URL, or what is wrong with it whatever its host, as the end of a sentence that begins with it. */
function parseUrl(text: string): { readonly url: URL } | { readonly wrong: string } {
  const tooLong = { wrong: `has more than ${MAX_URL_LENGTH} characters` };
  if (text.length > MAX_URL_LENGTH) return tooLong;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return { wrong: 'is not an absolute http or https URL' };
  }
  if (`${url.username}${url.password}` !== '') {
    return { wrong: 'names a user or a password, which the URL of a webhook may not' };
  }
  if (text.includes('#')) return { wrong: 'has a fragment, which the URL of a webhook may not' };
  if (url.port === '0') return { wrong: 'has port 0, where nothing can listen' };
  // It is longer once it is encoded.
  return url.href.length > MAX_URL_LENGTH ? tooLong : { url };
}

function notAllowed(url: string, wrong: string): Result<never> {
  const code = 'WEBHOOK_URL_NOT_ALLOWED';
  // Messages are logged, passwords are not.
  const shown = quote(url.replace(/([/\\]{2})[^/\\?#]*@/, '$1***@'));
  const message = `url ${shown} ${wrong}.`;
  return fail(code, message, { field: 'url', problems: [{ field: 'url', code, message }] });
}

/** An IPv6 address as URLs have it, or anything else as it is. */
function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Gives up on a name that takes too long to resolve. */
async function within<T>(ms: number, resolved: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ReachError(NO_ADDRESS)), ms);
  });
  return Promise.race([resolved, late]).finally(() => clearTimeout(timer));
}
