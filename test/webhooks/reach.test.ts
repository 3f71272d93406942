import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { createReach, type Reach, ReachError } from '../../src/webhooks/reach.ts';
import { parseWebhookAllow } from '../../src/webhooks/webhook-allow.ts';

/** Names that resolve as the test says; others do not. It stands for DNS. */
type Names = Readonly<Record<string, readonly string[]>>;

const NAMES: Names = {
  'example.com': ['93.184.216.34', '2606:2800:21f:cb07::1'],
  'example.com.': ['93.184.216.34'],
  'xn--blbr-roah.example': ['93.184.216.34'],
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1', '::1'],
  'internal.example': ['10.1.2.3'],
  'mixed.example': ['10.1.2.3', '93.184.216.34', '::1', '::ffff:169.254.169.254'],
};

function makeReach(allow = '', names = NAMES, resolveMs?: number): Reach {
  const parsed = parseWebhookAllow(allow);
  if (parsed === undefined) throw new Error(`WEBHOOK_ALLOW may not be ${allow}`);
  return createReach(parsed, async (name) => addressesOf(names[name] ?? []), resolveMs);
}

function addressesOf(texts: readonly string[]): LookupAddress[] {
  return texts.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

async function messageOf(reach: Reach, url: string): Promise<string> {
  const result = await reach.checkUrl(url);
  if (result.ok) throw new Error(`${url} may be reached as ${result.value}`);
  const { code, message, field, problems } = result.error;
  expect({ code, field, problems }).toEqual({
    code: 'WEBHOOK_URL_NOT_ALLOWED',
    field: 'url',
    problems: [{ field: 'url', code: 'WEBHOOK_URL_NOT_ALLOWED', message }],
  });
  return message;
}

describe('a URL that may be reached', () => {
  it.each([
    ['https://example.com', 'https://example.com/'],
    ['HTTPS://EXAMPLE.COM:443/Hook?Key=1', 'https://example.com/Hook?Key=1'],
    ['http://example.com:8080/a/../b', 'http://example.com:8080/b'],
    ['https://example.com./', 'https://example.com./'],
    [' https://example.com/\t', 'https://example.com/'],
    ['https://Blåbær.example/ø', 'https://xn--blbr-roah.example/%C3%B8'],
    ['http://8.8.8.8', 'http://8.8.8.8/'],
    ['http://[2606:4700::1111]', 'http://[2606:4700::1111]/'],
    ['http://[::ffff:8.8.8.8]', 'http://[::ffff:808:808]/'],
    ['https://mixed.example/', 'https://mixed.example/'],
    [`https://example.com/${'x'.repeat(1980)}`, `https://example.com/${'x'.repeat(1980)}`],
  ])('is kept in one form: %j', async (url, kept) => {
    expect(await makeReach().checkUrl(url)).toEqual({ ok: true, value: kept });
  });
});

describe('a URL is refused', () => {
  it.each([
    '',
    'example.com/hook',
    '/hook',
    'https://',
    'https://exa mple.com',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'ftp://example.com',
    'ws://example.com',
    'gopher://127.0.0.1:6379/_x',
    'data:text/plain,x',
    'blob:https://example.com/x',
    'http://256.256.256.256',
    'http://127.0.0.1.0.1',
    'http://[::1',
    'http://[fe80::1%25eth0]/',
    'http://example.com:65536',
  ])('that is no absolute one of http or https: %j', async (url) => {
    expect(await messageOf(makeReach('127.0.0.0/8'), url)).toBe(
      `url ${JSON.stringify(url)} is not an absolute http or https URL.`,
    );
  });

  it.each([
    'http://foo@example.com',
    'http://foo@127.0.0.1',
    'http://foo:hunter2@example.com/x',
    'http://:hunter2@example.com/x',
    'http:\\\\foo:hunter2@example.com/x',
    'http://a@hunter2@example.com/x',
  ])('with a user or a password, and not repeated with them: %s', async (url) => {
    const message = await messageOf(makeReach(), url);
    expect(message).toContain('names a user or a password');
    expect(message).toContain('***@');
    expect(message).not.toMatch(/foo|hunter2/);
  });

  it.each(['https://example.com/#', 'https://example.com/x#y'])(
    'with a fragment: %s',
    async (url) => {
      expect(await messageOf(makeReach(), url)).toContain('has a fragment');
    },
  );

  it.each([
    `https://example.com/${'x'.repeat(1981)}`,
    // Each letter becomes six.
    `https://example.com/${'ø'.repeat(400)}`,
    'x'.repeat(100_000),
  ])('that is too long', async (url) => {
    const message = await messageOf(makeReach(), url);
    expect(message).toContain('has more than 2000 characters');
    expect(message.length).toBeLessThan(200);
  });

  it('with a port where nothing can listen', async () => {
    expect(await messageOf(makeReach(), 'http://example.com:0/')).toContain('port 0');
  });

  it.each([
    ['http://127.0.0.1', '127.0.0.1'],
    ['http://127.0.0.1.', '127.0.0.1'],
    ['http://127.0.0.1:80/', '127.0.0.1'],
    ['http://127.1', '127.0.0.1'],
    ['http://0x7f.1', '127.0.0.1'],
    ['http://0177.0.0.1', '127.0.0.1'],
    ['http://2130706433', '127.0.0.1'],
    ['http://0x7F000001', '127.0.0.1'],
    ['http://017700000001', '127.0.0.1'],
    ['http://１２７.０.０.１', '127.0.0.1'],
    ['http://127。0。0。1', '127.0.0.1'],
    ['http://%31%32%37.0.0.1', '127.0.0.1'],
    ['http://0', '0.0.0.0'],
    ['http://0.0.0.0', '0.0.0.0'],
    ['http://10.0.0.1', '10.0.0.1'],
    ['http://169.254.169.254/latest/meta-data', '169.254.169.254'],
    ['http://168.63.129.16', '168.63.129.16'],
    ['http://255.255.255.255', '255.255.255.255'],
    ['http://[::]', '[::]'],
    ['http://[::1]', '[::1]'],
    ['http://[0:0:0:0:0:0:0:1]', '[::1]'],
    ['http://[::ffff:7f00:1]', '[::ffff:7f00:1]'],
    ['http://[::FFFF:127.0.0.1]', '[::ffff:7f00:1]'],
    ['http://[::127.0.0.1]', '[::7f00:1]'],
    ['http://[64:ff9b::10.0.0.1]', '[64:ff9b::a00:1]'],
    ['http://[fd00:ec2::254]', '[fd00:ec2::254]'],
    ['http://[fe80::1]', '[fe80::1]'],
  ])('with an address that may not be reached, however it is written: %s', async (url, host) => {
    expect(await messageOf(makeReach(), url)).toBe(
      `url ${JSON.stringify(url)} leads to "${host}", which may not be reached: webhooks go to addresses of the public internet.`,
    );
  });

  it.each([
    'http://localhost',
    'http://LOCALHOST:9000',
    'http://localhost.',
    'http://internal.example',
  ])('with a name of which no address may be reached, and no word of them: %s', async (url) => {
    const message = await messageOf(makeReach(), url);
    expect(message).toContain('has no address that webhooks may reach');
    expect(message).not.toMatch(/127|::1|10\./);
  });

  it('with a name that does not resolve', async () => {
    expect(await messageOf(makeReach(), 'https://nowhere.example')).toBe(
      'url "https://nowhere.example" leads to "nowhere.example", which has no address that webhooks may reach.',
    );
  });

  it('with a name whose resolver fails', async () => {
    const reach = createReach({ ranges: [], hosts: [] }, async () => {
      throw Object.assign(new Error('getaddrinfo EAI_AGAIN example.com'), { code: 'EAI_AGAIN' });
    });
    expect(await messageOf(reach, 'https://example.com')).toContain(
      'has no address that webhooks may reach',
    );
  });

  it('with a name that nobody resolves in time', async () => {
    const reach = createReach({ ranges: [], hosts: [] }, () => new Promise(() => undefined), 1);
    expect(await messageOf(reach, 'https://example.com')).toContain(
      'has no address that webhooks may reach',
    );
  });

  it('by the real resolver too', async () => {
    const reach = createReach({ ranges: [], hosts: [] });
    expect(await messageOf(reach, 'http://localhost')).toContain('has no address');
  });
});

describe('what the operator allows', () => {
  it.each([
    ['127.0.0.0/8', 'http://127.0.0.1:1234/'],
    ['127.0.0.0/8', 'http://[::ffff:127.0.0.1]/'],
    ['127.0.0.0/8', 'http://localhost/'],
    ['::1', 'http://[::1]/'],
    ['::1', 'http://localhost/'],
    ['localhost', 'http://localhost/'],
    ['LOCALHOST.', 'http://LocalHost/'],
    ['localhost', 'http://localhost./'],
    ['10.0.0.0/8', 'http://internal.example/'],
    ['internal.example', 'http://internal.example/'],
  ])('is reached: %s lets %s', async (allow, url) => {
    expect(await makeReach(allow).checkUrl(url)).toMatchObject({ ok: true });
  });

  it.each([
    ['localhost', 'http://127.0.0.1/'],
    ['example', 'http://internal.example/'],
    ['10.1.2.4', 'http://internal.example/'],
  ])('is no more than it says: %s does not let %s', async (allow, url) => {
    expect(await messageOf(makeReach(allow), url)).toMatch(
      /may not be reached|has no address that webhooks may reach/,
    );
  });

  it('has to resolve, too', async () => {
    expect(await messageOf(makeReach('nowhere.example'), 'http://nowhere.example/')).toContain(
      'has no address that webhooks may reach',
    );
  });
});

describe('a connection', () => {
  function lookUp(
    { lookup }: Reach,
    name: string,
    options: { all?: boolean },
  ): Promise<string | LookupAddress[]> {
    return new Promise((resolve, reject) => {
      lookup(name, options, (error, address) => (error ? reject(error) : resolve(address)));
    });
  }

  it('is offered every address that may be reached, and no other', async () => {
    expect(await lookUp(makeReach(), 'mixed.example', { all: true })).toEqual(
      addressesOf(['93.184.216.34']),
    );
    expect(await lookUp(makeReach('10.0.0.0/8'), 'mixed.example', { all: true })).toEqual(
      addressesOf(['10.1.2.3', '93.184.216.34']),
    );
    expect(await lookUp(makeReach('localhost'), 'localhost', { all: true })).toEqual(
      addressesOf(['127.0.0.1', '::1']),
    );
  });

  it('is given the first of them where it asks for one', async () => {
    expect(await lookUp(makeReach(), 'mixed.example', {})).toBe('93.184.216.34');
    expect(await lookUp(makeReach(), 'mixed.example', { all: false })).toBe('93.184.216.34');
  });

  it.each([
    // Which of them is inside is nothing to tell.
    'localhost',
    'internal.example',
    'nowhere.example',
  ])('to %s fails with what may be told', async (name) => {
    const message = 'The name has no address that may be reached.';
    for (const all of [true, false]) {
      await expect(lookUp(makeReach(), name, { all })).rejects.toEqual(new ReachError(message));
    }
  });

  it.each([
    ['127.0.0.1', '', false],
    ['[::1]', '', false],
    ['::1', '', false],
    ['8.8.8.8', '', true],
    ['127.0.0.1', '127.0.0.0/8', true],
    // Of a name it is said when it is resolved.
    ['internal.example', '', true],
  ])('to %s where %j is allowed may be tried: %s', (host, allow, may) => {
    expect(makeReach(allow).mayConnect(host)).toBe(may);
  });
});
