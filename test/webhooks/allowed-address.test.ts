import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAllowedAddress, parseRange } from '../../src/webhooks/allowed-address.ts';

function rangesOf(...texts: string[]) {
  return texts.map((text) => {
    const range = parseRange(text);
    if (range === undefined) throw new Error(`${text} is no range`);
    return range;
  });
}

describe('without a range that allows it', () => {
  it.each([
    ['an address of the internet', '8.8.8.8'],
    ['one below a private range', '9.255.255.255'],
    ['one above a private range', '11.0.0.0'],
    ['one below shared address space', '100.63.255.255'],
    ['one above shared address space', '100.128.0.0'],
    ['one below a private range', '172.15.255.255'],
    ['one above a private range', '172.32.0.0'],
    ['the last one before multicast', '223.255.255.255'],
    ["one beside Azure's own", '168.63.129.17'],
    ['an address of the internet, mapped', '::ffff:8.8.8.8'],
    ['an address of the internet, mapped and in hexadecimal', '::ffff:808:808'],
    ['an IPv6 address of the internet', '2606:4700:4700::1111'],
    ['an IPv6 address in upper case', '2A00:1450:400F:80D::200E'],
    ['the first one that is handed out behind special ones', '2001:200::1'],
    ['one beside documentation', '2001:db9::1'],
    ['one beside 6to4', '2003::1'],
    ['one behind documentation', '3fff:1000::1'],
  ])('%s may be reached: %s', (_, address) => {
    expect(isAllowedAddress(address, [])).toBe(true);
  });

  it.each([
    ['this network', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['a private one', '10.0.0.1'],
    ['a private one', '172.16.0.1'],
    ['a private one', '172.31.255.255'],
    ['a private one', '192.168.0.1'],
    ['shared address space', '100.64.0.1'],
    ["shared address space, a cloud's metadata", '100.100.100.200'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.255'],
    ['link-local', '169.254.0.1'],
    ["link-local, a cloud's metadata", '169.254.169.254'],
    ["Azure's own", '168.63.129.16'],
    ["Azure's own, mapped", '::ffff:168.63.129.16'],
    ['protocol assignments', '192.0.0.1'],
    ["protocol assignments, a cloud's metadata", '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['6to4 relays', '192.88.99.1'],
    ['benchmarking', '198.18.0.1'],
    ['benchmarking', '198.19.255.255'],
    ['AS112', '192.31.196.1'],
    ['AMT', '192.52.193.1'],
    ['AS112', '192.175.48.1'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['reserved', '255.255.255.254'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['loopback in full', '0:0:0:0:0:0:0:1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-compatible', '::8.8.8.8'],
    ['a private one, mapped', '::ffff:10.0.0.1'],
    ['loopback, mapped and in hexadecimal', '::ffff:7f00:1'],
    ['loopback, mapped and in full', '0:0:0:0:0:ffff:7f00:0001'],
    ['translated', '::ffff:0:8.8.8.8'],
    ['NAT64', '64:ff9b::8.8.8.8'],
    ['NAT64', '64:ff9b::a00:1'],
    ['local NAT64', '64:ff9b:1::1'],
    ['beside NAT64', '64:ff9b:2::1'],
    ['discard', '100::1'],
    ['beside discard', '100:0:0:1::1'],
    ['Teredo', '2001::1'],
    ['benchmarking', '2001:2::1'],
    ['AMT', '2001:3::1'],
    ['AS112', '2001:4:112::1'],
    ['AS112', '2620:4f:8000::1'],
    ['ORCHID', '2001:10::1'],
    ['ORCHID', '2001:2f:ffff::1'],
    ['drones', '2001:30::1'],
    ['protocol assignments', '2001:1ff::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['documentation', '3fff:fff:ffff::1'],
    ['6to4', '2002:0a00:0001::'],
    ['6to4', '2002:808:808::1'],
    ['not handed out', '1fff::1'],
    ['not handed out', '4000::1'],
    ['segment routing', '5f00::1'],
    ['not handed out', 'a000::1'],
    ['unique local', 'fc00::1'],
    ["unique local, a cloud's metadata", 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local in a zone', 'fe80::1%eth0'],
    ['link-local in a zone', 'fe80::1%wlan-0'],
    ['site local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['multicast', 'ff0e::1'],
  ])('%s may not: %s', (_, address) => {
    expect(isAllowedAddress(address, [])).toBe(false);
  });

  it.each([
    '',
    'localhost',
    '8.8.8',
    '134744072',
    '010.8.8.8',
    '0x8.8.8.8',
    '[2606::1]',
    ' 8.8.8.8',
  ])('what is written as no address is may not either: %j', (text) => {
    expect(isAllowedAddress(text, [])).toBe(false);
    expect(isAllowedAddress(text, rangesOf('0.0.0.0/0', '::/0'))).toBe(false);
  });
});

describe('a range that is allowed', () => {
  it.each([
    ['127.0.0.0/8', '127.9.9.9'],
    ['127.0.0.0/8', '::ffff:127.0.0.1'],
    ['::ffff:127.0.0.0/104', '127.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['10.1.2.3', '10.1.2.3'],
    ['10.1.2.3/16', '10.1.0.0'],
    ['168.63.129.16', '168.63.129.16'],
    ['::1', '::1'],
    ['fd00::/8', 'fd12::1'],
    ['fe80::/10', 'fe80::1%eth0'],
    ['0.0.0.0/0', '255.255.255.255'],
  ])('%s lets %s be reached', (range, address) => {
    expect(isAllowedAddress(address, rangesOf(range))).toBe(true);
  });

  it.each([
    ['127.0.0.0/8', '128.0.0.1', true],
    ['127.0.0.0/8', '10.0.0.1', false],
    ['127.0.0.0/8', '::1', false],
    ['127.0.0.0/8', '::127.0.0.1', false],
    ['::127.0.0.1', '127.0.0.1', false],
    ['127.0.0.0/8', '64:ff9b::127.0.0.1', false],
    ['10.1.2.3', '10.1.2.4', false],
    ['::/0', '10.0.0.1', false],
    ['::/0', '::ffff:10.0.0.1', false],
  ])('%s leaves it as it is for %s: %s', (range, address, isReached) => {
    expect(isAllowedAddress(address, rangesOf(range))).toBe(isReached);
  });
});

it('an address is judged the same in each of its forms', () => {
  const parts = fc.array(fc.oneof(fc.constantFrom(0, 0xffff, 0x2001), fc.nat(0xffff)), {
    minLength: 8,
    maxLength: 8,
  });
  fc.assert(
    fc.property(parts, fc.boolean(), (numbers, isMapped) => {
      const [last = 0, before = 0, ...rest] = numbers.toReversed();
      const first = isMapped ? [0, 0, 0, 0, 0, 0xffff] : rest.toReversed();
      const hex = [...first, before, last].map((part) => part.toString(16));
      const dotted = [before >> 8, before & 255, last >> 8, last & 255].join('.');
      const full = hex.join(':');
      const forms = [
        full,
        full.toUpperCase(),
        hex.map((part) => part.padStart(4, '0')).join(':'),
        `${hex.slice(0, 6).join(':')}:${dotted}`,
        new URL(`http://[${full}]`).hostname.slice(1, -1),
        // As the system writes it.
        new SocketAddress({ address: full, family: 'ipv6' }).address,
        ...(isMapped ? [dotted, `::ffff:${dotted}`] : []),
      ];
      expect(new Set(forms.map((form) => isAllowedAddress(form, []))).size).toBe(1);
    }),
  );
});

describe('a range', () => {
  it.each(
    [
      ['', '/', '/8', '10/8', '10.0.0/8', '010.0.0.0/8', '0xa.0.0.0/8', '10.0.0.0/', '10.0.0.0/33'],
      ['10.0.0.0/-1', '10.0.0.0/+8', '10.0.0.0/8/8', '10.0.0.0/ 8', '10.0.0.0/255.0.0.0', '::/129'],
      ['fe80::%eth0/64', '[::1]', 'localhost', '2130706433'],
    ].flat(),
  )('is not %j', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });
});
