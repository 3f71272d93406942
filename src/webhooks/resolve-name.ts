/**
 * Names of endpoints become addresses by asking name servers directly. The system's own resolver runs a few at a time for
 * the whole process, so names that nobody answers for would hold up everybody else's, and could not be called off.
 */
import { promises as dns, type LookupAddress, type LookupOptions } from 'node:dns';
import { toHostName, type WebhookAllow } from './webhook-allow.ts';

/** Every address of a name; rejects where there is none. */
export type ResolveName = (
  hostname: string,
  options: LookupOptions & { all: true },
) => Promise<LookupAddress[]>;

/** How long one question waits for its answer, and how often it is asked. */
const QUESTION = { timeout: 1500, tries: 2 };

/**
 * Names that the operator allows are asked of the system, which knows more than name servers do: the hosts file, a container
 * network. Where ranges are allowed, so are others that the name servers say they do not know. `servers` are the machine's
 * own where none are given.
 */
export function createResolveName(allow: WebhookAllow, servers?: readonly string[]): ResolveName {
  const resolver = new dns.Resolver(QUESTION);
  if (servers !== undefined) resolver.setServers(servers);
  return async (hostname, options) => {
    if (allow.hosts.includes(toHostName(hostname))) return dns.lookup(hostname, options);
    const answers = await Promise.allSettled([
      options.family === 6 ? [] : resolver.resolve4(hostname),
      options.family === 4 ? [] : resolver.resolve6(hostname),
    ]);
    const addresses = answers.flatMap((answer, index) =>
      answer.status === 'fulfilled'
        ? answer.value.map((address) => ({ address, family: index === 0 ? 4 : 6 }))
        : [],
    );
    if (addresses.length > 0) return addresses;
    const isSilent = answers.some(
      (answer) => answer.status === 'rejected' && codeOf(answer.reason) === 'ETIMEOUT',
    );
    if (allow.ranges.length > 0 && !isSilent) return dns.lookup(hostname, options);
    throw new Error(`${hostname} has no address.`);
  };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
