/** Which addresses a webhook may reach: those of the public internet, and those that the operator adds. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A range of addresses, such as 10.0.0.0/8. */
export type AddressRange = ReturnType<typeof ipaddr.parseCIDR>;

/** The one part of IPv6 that is handed out as global unicast; all else is special, or will be something. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** Azure's own services, which its machines reach by an address that looks public. */
const AZURE_HOST = '168.63.129.16';

/**
 * Whether an address may be reached: globally routable unicast, or within one of the ranges that are allowed besides. What
 * is no address may not. An IPv6 address that only carries an IPv4 address is judged as that one.
 */
export function isAllowedAddress(text: string, allowed: readonly AddressRange[]): boolean {
  const parsed = parseAddress(text);
  if (parsed === undefined) return false;
  const address = withoutMapping(parsed);
  return isPublic(address) || isWithin(address, allowed);
}

/** The range of `ADDRESS/BITS`, or of a single address; undefined for what is neither. */
export function parseRange(text: string): AddressRange | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const parsed = parseAddress(address);
  if (parsed === undefined || address.includes('%') || rest.length > 0) return undefined;
  const most = parsed.kind() === 'ipv4' ? 32 : 128;
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)) return undefined;
  const plain = withoutMapping(parsed);
  const range = [parsed, Number(bits ?? most)] as AddressRange;
  // A range of mapped addresses is one of IPv4.
  return plain !== parsed && range[1] >= 96 ? ([plain, range[1] - 96] as AddressRange) : range;
}

type Address = AddressRange[0];

/**
 * An address; undefined for what is none. Not by ipaddr.js alone, which reads octal and hexadecimal numbers, 10 as
 * 0.0.0.10, and ::8.8.8.8 as if it were mapped: whoever connects reads them otherwise, or not at all.
 */
function parseAddress(text: string): Address | undefined {
  const version = isIP(text);
  if (version === 4) return ipaddr.IPv4.parse(text);
  if (version !== 6) return undefined;
  const [withoutZone = ''] = text.split('%');
  // In the one form that URLs have of it, which knows no dots.
  const { hostname } = new URL(`http://[${withoutZone}]`);
  return ipaddr.IPv6.parse(hostname.slice(1, -1));
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv6
    ? address.match(GLOBAL_UNICAST)
    : address.toString() !== AZURE_HOST;
}

function isWithin(address: Address, ranges: readonly AddressRange[]): boolean {
  return ranges.some(
    ([range, bits]) => address.kind() === range.kind() && address.match(range, bits),
  );
}

/** The IPv4 address that an address only carries, or itself. */
function withoutMapping(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()
    ? address.toIPv4Address()
    : address;
}
