/** Where a request comes from: the client's address, for logs and limits, and an id to find it by. */
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

export interface RequestOrigin {
  readonly address: string | null;
  readonly requestId: string;
}

/** A range of addresses, such as 10.0.0.0/8. */
export type Cidr = ReturnType<typeof ipaddr.parseCIDR>;

/** The range, or undefined for what is none; a single address is a range of one. */
export function parseCidr(text: string): Cidr | undefined {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128] as Cidr;
  } catch {
    return undefined;
  }
}

/** The peer, or whom trusted proxies name as the client: the last address in the chain that is no trusted proxy. */
export function clientAddress(req: IncomingMessage, proxies: readonly Cidr[]): string | null {
  let address = normalize(req.socket.remoteAddress);
  if (proxies.length === 0) return address;
  for (const hop of forwardedFor(req).toReversed()) {
    if (address === null || !isWithin(address, proxies)) break;
    address = hop;
  }
  return address;
}

/** Whether a peer is on this machine. */
export function isLoopback(address: string | null): boolean {
  return (
    address !== null && ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
  );
}

function forwardedFor(req: IncomingMessage): (string | null)[] {
  // Where both came, a proxy set the one that most of them set; the other one may be the client's own invention.
  const { 'x-forwarded-for': plain, forwarded = '' } = req.headers;
  const hops =
    plain === undefined
      ? forwarded.split(',').map((hop) => /for="?([^";]+)"?/i.exec(hop)?.[1] ?? '')
      : [plain].flat().join(',').split(',');
  return hops.filter((hop) => hop.trim() !== '').map((hop) => normalize(withoutPort(hop.trim())));
}

function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(hop)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^\d+\.\d+\.\d+\.\d+:\d+$/.test(hop) ? hop.slice(0, hop.indexOf(':')) : hop;
}

function normalize(address: string | undefined): string | null {
  if (address === undefined || !ipaddr.isValid(address)) return null;
  return ipaddr.process(address).toString();
}

function isWithin(address: string, ranges: readonly Cidr[]): boolean {
  const parsed = ipaddr.process(address);
  return ranges.some(
    ([range, bits]) => parsed.kind() === range.kind() && parsed.match(range, bits),
  );
}
