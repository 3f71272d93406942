import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Config, readConfig } from '../src/config.ts';

type Environment = Readonly<Record<string, string>>;

function configOf(env: Environment): Config {
  const result = readConfig(env);
  if ('faults' in result) throw new Error(result.faults.join('\n'));
  return result.config;
}

function faultsOf(env: Environment): readonly string[] {
  const result = readConfig(env);
  return 'faults' in result ? result.faults : [];
}

const ISSUERS = { AUTH_ISSUERS: 'https://issuer.example=https://issuer.example/jwks' };

function sqliteAt(path: string): Config['database'] {
  return { kind: 'sqlite', path, shown: `sqlite:${path}` };
}

describe('without any variable', () => {
  it('the broker serves this machine, with all that it keeps in ./data', () => {
    expect(configOf({})).toEqual({
      host: '127.0.0.1',
      port: 4000,
      publicUrl: null,
      dataDir: resolve('data'),
      database: sqliteAt(resolve('data', 'ferje.sqlite')),
      storagePath: resolve('data', 'files'),
      issuers: [],
      audience: null,
      trustsDevelopmentIssuer: true,
      trustedProxies: [],
      metricsToken: null,
      corsOrigins: [],
      clamd: null,
      webhookAllow: { ranges: [], hosts: [] },
      logLevel: 'info',
    });
  });

  it('it is as if each were empty', () => {
    const names = [
      ...['HOST', 'PORT', 'PUBLIC_URL', 'DATA_DIR', 'DATABASE_URL', 'STORAGE_URL', 'CLAMD_URL'],
      ...['AUTH_ISSUERS', 'AUTH_AUDIENCE', 'DEV_ISSUER', 'TRUSTED_PROXIES', 'METRICS_TOKEN'],
      ...['CORS_ORIGINS', 'CLAMD_MAX_BYTES', 'WEBHOOK_ALLOW', 'LOG_LEVEL'],
    ];
    expect(configOf(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(configOf({}));
  });
});

describe('a good value', () => {
  it.each<[string, Environment, Partial<Config>]>([
    ['HOST', { HOST: '::1' }, { host: '::1' }],
    ['HOST', { HOST: 'localhost' }, { host: 'localhost', trustsDevelopmentIssuer: true }],
    ['PORT', { PORT: '0' }, { port: 0 }],
    ['PORT', { PORT: '65535' }, { port: 65535 }],
    ['PUBLIC_URL', { PUBLIC_URL: 'http://localhost:1/' }, { publicUrl: 'http://localhost:1' }],
    [
      'PUBLIC_URL with a path',
      { ...ISSUERS, PUBLIC_URL: 'https://Ferje.example/api/' },
      { publicUrl: 'https://ferje.example/api' },
    ],
    ['DATA_DIR', { DATA_DIR: '/srv/ferje' }, { dataDir: '/srv/ferje' }],
    [
      'DATA_DIR, which the others follow',
      { DATA_DIR: 'other' },
      {
        database: sqliteAt(join(resolve('other'), 'ferje.sqlite')),
        storagePath: join(resolve('other'), 'files'),
      },
    ],
    ['DATABASE_URL', { DATABASE_URL: 'sqlite:/srv/a.db' }, { database: sqliteAt('/srv/a.db') }],
    ['DATABASE_URL', { DATABASE_URL: 'sqlite:///srv/a.db' }, { database: sqliteAt('/srv/a.db') }],
    ['DATABASE_URL', { DATABASE_URL: 'sqlite:a.db' }, { database: sqliteAt(resolve('a.db')) }],
    [
      'DATABASE_URL, spoken of without its password',
      { DATABASE_URL: 'postgres://ferje:hunter2@db.example:5433/ferje?sslmode=require' },
      {
        database: {
          kind: 'postgres',
          url: 'postgres://ferje:hunter2@db.example:5433/ferje?sslmode=require',
          shown: 'postgres://ferje:***@db.example:5433/ferje?sslmode=require',
        },
      },
    ],
    ['STORAGE_URL', { STORAGE_URL: 'file:/srv/files' }, { storagePath: '/srv/files' }],
    ['STORAGE_URL', { STORAGE_URL: 'file:///srv/files' }, { storagePath: '/srv/files' }],
    [
      'AUTH_AUDIENCE',
      { AUTH_AUDIENCE: 'https://ferje.example' },
      { audience: 'https://ferje.example' },
    ],
    ['METRICS_TOKEN', { METRICS_TOKEN: 'secret' }, { metricsToken: 'secret' }],
    [
      'CLAMD_URL',
      { CLAMD_URL: 'unix:/run/clamd.ctl' },
      { clamd: { address: { path: '/run/clamd.ctl' }, maxBytes: null } },
    ],
    [
      'CLAMD_MAX_BYTES',
      { CLAMD_URL: 'tcp://[::1]:3310', CLAMD_MAX_BYTES: '1000' },
      { clamd: { address: { host: '::1', port: 3310 }, maxBytes: 1000 } },
    ],
    ['CORS_ORIGINS', { CORS_ORIGINS: '*' }, { corsOrigins: '*' }],
    [
      'CORS_ORIGINS',
      { CORS_ORIGINS: 'https://a.example, http://localhost:5173' },
      { corsOrigins: ['https://a.example', 'http://localhost:5173'] },
    ],
    ['LOG_LEVEL', { LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'silent' }, { logLevel: 'silent' }],
  ])('of %s is taken', (_, env, config) => {
    expect(configOf(env)).toMatchObject(config);
  });

  it('of AUTH_ISSUERS names issuers and where their keys are', () => {
    const { issuers } = configOf({
      AUTH_ISSUERS:
        'https://a.example/=https://a.example/jwks, urn:b=http://127.0.0.1:8080/jwks?x=1,https://c.example=http://[::1]/jwks',
    });
    expect(issuers.map(({ issuer, jwksUrl }) => [issuer, jwksUrl.href])).toEqual([
      ['https://a.example/', 'https://a.example/jwks'],
      ['urn:b', 'http://127.0.0.1:8080/jwks?x=1'],
      ['https://c.example', 'http://[::1]/jwks'],
    ]);
  });

  it('of TRUSTED_PROXIES names ranges, and single addresses', () => {
    const { trustedProxies } = configOf({ TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,fd00::/8,::1' });
    expect(trustedProxies.map(([address, bits]) => `${address}/${bits}`)).toEqual([
      '10.0.0.0/8',
      '192.0.2.7/32',
      'fd00::/8',
      '::1/128',
    ]);
  });

  it('of WEBHOOK_ALLOW names ranges, single addresses and hosts', () => {
    const { webhookAllow } = configOf({
      WEBHOOK_ALLOW: '10.0.0.0/8, ::1,192.0.2.7,::ffff:127.0.0.0/104,,LocalHost., my_app.internal',
    });
    expect(webhookAllow.ranges.map(([address, bits]) => `${address}/${bits}`)).toEqual([
      '10.0.0.0/8',
      '::1/128',
      '192.0.2.7/32',
      '127.0.0.0/8',
    ]);
    expect(webhookAllow.hosts).toEqual(['localhost', 'my_app.internal']);
  });

  it('of WEBHOOK_ALLOW may be a name in any script', () => {
    const { webhookAllow } = configOf({ WEBHOOK_ALLOW: 'Blåbær.example' });
    expect(webhookAllow.hosts).toEqual(['xn--blbr-roah.example']);
  });
});

describe('development tokens', () => {
  it.each<[string, Environment, boolean]>([
    ['where nothing is set', {}, true],
    ['on ::1', { HOST: '::1' }, true],
    ['on another loopback address', { HOST: '127.0.0.2' }, true],
    ['with a loopback PUBLIC_URL', { PUBLIC_URL: 'http://[::1]:4000/ferje' }, true],
    ['where it says on, though there are issuers', { ...ISSUERS, DEV_ISSUER: 'on' }, true],
    ['where it says on, wherever it listens', { HOST: '192.0.2.1', DEV_ISSUER: 'on' }, true],
    ['with issuers', ISSUERS, false],
    ['on another address', { ...ISSUERS, HOST: '192.0.2.1' }, false],
    ['where it says off', { ...ISSUERS, DEV_ISSUER: 'off' }, false],
  ])('%s: %j trusts them: %s', (_, env, isTrusted) => {
    expect(configOf(env).trustsDevelopmentIssuer).toBe(isTrusted);
  });

  it.each<[string, Environment]>([
    ['they are switched off', { DEV_ISSUER: 'off' }],
    ['the broker listens elsewhere', { HOST: '192.0.2.1' }],
    ['it is reached from elsewhere', { PUBLIC_URL: 'https://ferje.example' }],
    ['the list of issuers has nothing in it', { DEV_ISSUER: 'off', AUTH_ISSUERS: ' , ' }],
  ])('and no others: the start stops where %s', (_, env) => {
    expect(faultsOf(env)).toEqual([
      expect.stringMatching(/^AUTH_ISSUERS is ".*"; it may be .*DEV_ISSUER=on/),
    ]);
  });
});

describe('a wrong value', () => {
  it.each([
    ['PORT', 'http', 'from 0 to 65535'],
    ['PORT', '65536', 'from 0 to 65535'],
    ['PORT', '-1', 'from 0 to 65535'],
    ['PORT', '80.5', 'from 0 to 65535'],
    ['PORT', '0x50', 'from 0 to 65535'],
    ['PUBLIC_URL', 'ferje.example', 'http or https URL'],
    ['PUBLIC_URL', 'ftp://ferje.example', 'http or https URL'],
    ['PUBLIC_URL', '/ferje', 'http or https URL'],
    ['PUBLIC_URL', 'https://ferje.example?x=1', 'query or fragment'],
    ['PUBLIC_URL', 'https://ferje.example#x', 'query or fragment'],
    ['PUBLIC_URL', 'https://ferje.example?', 'query or fragment'],
    [
      'DATABASE_URL',
      'mysql://host/db',
      'sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    ],
    ['DATABASE_URL', '/srv/ferje.sqlite', 'sqlite:PATH'],
    ['DATABASE_URL', 'sqlite:', 'sqlite:PATH'],
    ['STORAGE_URL', 's3://bucket', 'file:PATH'],
    ['STORAGE_URL', 'file:', 'file:PATH'],
    ['AUTH_ISSUERS', 'https://issuer.example', 'ISSUER=JWKS_URL'],
    ['AUTH_ISSUERS', '=https://issuer.example/jwks', 'ISSUER=JWKS_URL'],
    ['AUTH_ISSUERS', 'https://issuer.example=http://issuer.example/jwks', 'https unless loopback'],
    ['AUTH_ISSUERS', 'a=https://a.example,a=https://b.example', 'each issuer once'],
    ['AUTH_ISSUERS', 'a=https://', 'ISSUER=JWKS_URL'],
    ['DEV_ISSUER', 'yes', 'on or off'],
    ['TRUSTED_PROXIES', 'nginx', 'CIDR ranges'],
    ['TRUSTED_PROXIES', '10.0.0.0/33', 'CIDR ranges'],
    ['TRUSTED_PROXIES', '10.0.0.0/8,x', 'CIDR ranges'],
    ['WEBHOOK_ALLOW', '10.0.0.0/33', 'CIDR ranges such as 10.0.0.0/8, addresses or names of hosts'],
    ['WEBHOOK_ALLOW', '10/8', 'CIDR ranges'],
    ['WEBHOOK_ALLOW', '010.0.0.0/8', 'CIDR ranges'],
    ['WEBHOOK_ALLOW', '127.1', 'addresses'],
    ['WEBHOOK_ALLOW', '2130706433', 'addresses'],
    ['WEBHOOK_ALLOW', '300.1.1.1', 'addresses'],
    ['WEBHOOK_ALLOW', '[::1]', 'addresses'],
    ['WEBHOOK_ALLOW', 'fe80::1%eth0', 'addresses'],
    ['WEBHOOK_ALLOW', '*', 'names of hosts'],
    ['WEBHOOK_ALLOW', '*.example', 'names of hosts'],
    ['WEBHOOK_ALLOW', 'http://localhost', 'names of hosts'],
    ['WEBHOOK_ALLOW', 'localhost:8080', 'names of hosts'],
    ['WEBHOOK_ALLOW', '10.0.0.0/8 127.0.0.1', 'separated by commas'],
    ['CORS_ORIGINS', 'app.example', 'origins such as'],
    ['CORS_ORIGINS', 'https://app.example/', 'origins such as'],
    ['CORS_ORIGINS', 'https://app.example,*', 'origins such as'],
    ['LOG_LEVEL', 'loud', 'trace, debug, info'],
    ['LOG_LEVEL', 'INFO', 'trace, debug, info'],
    ['CLAMD_URL', 'clamav.internal', 'tcp://HOST:PORT or unix:PATH'],
    ['CLAMD_URL', 'unix:clamd.ctl', 'absolute'],
    ['CLAMD_MAX_BYTES', '2147483648', 'from 1 to 2147483647'],
    ['CLAMD_MAX_BYTES', '0', 'from 1 to'],
    ['CLAMD_MAX_BYTES', '2G', 'whole number of bytes'],
  ])('of %s, %j, is told in one line with what it may be: %s', (name, value, may) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toEqual([expect.stringContaining(may)]);
    expect(faults[0]?.startsWith(`${name} is ${JSON.stringify(value)}; it may be `)).toBe(true);
  });

  it.each(['999.1.1.1', 'a b', 'http://localhost', ':::'])('is HOST %s', (HOST) => {
    expect(faultsOf({ ...ISSUERS, HOST, PUBLIC_URL: 'https://ferje.example' })).toEqual([
      expect.stringMatching(/^HOST is ".*"; it may be an IP address/),
    ]);
  });

  it.each(['0.0.0.0', '::', '::0', '0', '*'])('is PUBLIC_URL left out where HOST is %s', (HOST) => {
    const faults = faultsOf({ ...ISSUERS, HOST });
    expect(faults).toEqual([
      expect.stringMatching(
        /^PUBLIC_URL is ""; it may be .*has to be set where HOST is a wildcard/,
      ),
    ]);
    expect(configOf({ ...ISSUERS, HOST, PUBLIC_URL: 'https://ferje.example' }).host).toBe(
      HOST === '*' ? '::' : HOST,
    );
  });

  it('stays on its line whatever it holds', () => {
    const faults = faultsOf({ PORT: '1\n2\r3' });
    expect(faults).toHaveLength(1);
    expect(faults[0]).not.toMatch(/[\r\n]/);
    expect(faults[0]).toContain('"1\\n2\\r3"');
  });

  it('of one variable does not hide those of others', () => {
    const faults = faultsOf({
      HOST: '0.0.0.0',
      PORT: 'x',
      DATABASE_URL: 'x',
      STORAGE_URL: 'x',
      AUTH_ISSUERS: 'x',
      DEV_ISSUER: 'x',
      TRUSTED_PROXIES: 'x',
      CORS_ORIGINS: 'x',
      LOG_LEVEL: 'x',
      CLAMD_URL: 'x',
      CLAMD_MAX_BYTES: 'x',
      WEBHOOK_ALLOW: 'a b',
    });
    expect(faults.map((line) => line.split(' ')[0]).sort()).toEqual([
      'AUTH_ISSUERS',
      'CLAMD_MAX_BYTES',
      'CLAMD_URL',
      'CORS_ORIGINS',
      'DATABASE_URL',
      'DEV_ISSUER',
      'LOG_LEVEL',
      'PORT',
      'PUBLIC_URL',
      'STORAGE_URL',
      'TRUSTED_PROXIES',
      'WEBHOOK_ALLOW',
    ]);
  });
});

describe('a password in a URL', () => {
  it.each([
    ['DATABASE_URL', 'mysql://ferje:hunter2@db.example/ferje'],
    ['DATABASE_URL', 'mysql://:hunter2@db.example/ferje'],
    ['DATABASE_URL', 'mysql://ferje:at@hunter2@db.example/ferje'],
    ['DATABASE_URL', 'mysql://ferje:slash/hunter2@db.example/ferje'],
    ['DATABASE_URL', 'mysql://ferje:colon:hunter2@db.example/ferje'],
    ['DATABASE_URL', 'mysql://ferje:space hunter2@db.example/ferje'],
    ['DATABASE_URL', 'mysql://db.example/ferje?user=ferje&password=hunter2'],
    ['STORAGE_URL', 's3://key:hunter2@bucket?region=x'],
    ['PUBLIC_URL', 'https://ferje:hunter2@ferje.example'],
    ['PUBLIC_URL', 'https://:hunter2@ferje.example'],
    ['AUTH_ISSUERS', 'a=https://x:comma,hunter2@a.example,b'],
  ])('is not shown when %s is wrong: %s', (name, value) => {
    const faults = faultsOf({ ...ISSUERS, [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name} is `));
    expect(faults[0]).not.toContain('hunter2');
    expect(faults[0]).toContain('***');
  });
});
