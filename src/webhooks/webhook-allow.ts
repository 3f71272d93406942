/** What the operator lets webhooks reach beyond the public internet. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { type AddressRange, parseRange } from './allowed-address.ts';

export interface WebhookAllow {
  readonly ranges: readonly AddressRange[];
  /** Names that may resolve to any address, as `toHostName` has them. */
  readonly hosts: readonly string[];
}

/** Ranges, addresses and names of hosts, separated by commas; undefined where an entry is none of them. */
export function parseWebhookAllow(text: string): WebhookAllow | undefined {
  const ranges: AddressRange[] = [];
  const hosts: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const range = parseRange(entry);
    const host = range === undefined ? parseHostName(entry) : undefined;
    if (range !== undefined) ranges.push(range);
    else if (host !== undefined) hosts.push(host);
    else return undefined;
  }
  return { ranges, hosts };
}

/** A name as names are compared: case and the dot of the root at its end make no other host. */
export function toHostName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

// An underscore is in no name of the internet, but in some of container networks.
const LABEL = '[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?';
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

function parseHostName(entry: string): string | undefined {
  // With these it would be a URL, of which only the host was read.
  if (/[\s/\\:@?#%[\]]/.test(entry)) return undefined;
  const host = toHostName(domainToASCII(entry));
  // What a URL would read as an address, such as 127.1, is a slip: no such name is ever asked for.
  return HOST_NAME.test(host) && isIP(host) === 0 ? host : undefined;
}
