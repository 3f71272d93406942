import { describe, expect, it } from 'vitest';
import { parseClamdUrl } from '../../src/scanning/index.ts';

describe('the URL of a ClamAV daemon', () => {
  it.each([
    ['tcp://127.0.0.1:3310', { host: '127.0.0.1', port: 3310 }],
    ['tcp://clamav.internal:3310', { host: 'clamav.internal', port: 3310 }],
    ['tcp://[::1]:3310', { host: '::1', port: 3310 }],
    ['unix:/run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }],
    ['unix:///run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }],
  ])('%s', (text, address) => {
    expect(parseClamdUrl(text)).toEqual(address);
  });

  it.each([
    '',
    'tcp://127.0.0.1',
    'tcp://:3310',
    'tcp://127.0.0.1:0',
    'tcp://127.0.0.1:99999',
    'tcp://127.0.0.1:3310/path',
    'tcp://user@127.0.0.1:3310',
    'http://127.0.0.1:3310',
    '127.0.0.1:3310',
    'unix:clamd.ctl',
    'unix:',
    '/run/clamav/clamd.ctl',
  ])('is not %j', (text) => {
    expect(parseClamdUrl(text)).toBeUndefined();
  });
});
