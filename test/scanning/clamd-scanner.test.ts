/** The scanner against a real ClamAV daemon, and against servers that are none. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createClamdScanner, MAX_SCAN_BYTES, type Scanner } from '../../src/scanning/index.ts';
import type { BlobReader } from '../../src/storage/index.ts';
import { EICAR, FINDING, openClamd, sayLeftOut, whyNoClamd } from '../support/clamd.ts';
import { freePort } from '../support/free-port.ts';
import { makeTemporaryFolder } from '../support/temporary-folder.ts';

const MIB = 1024 * 1024;

/** Bytes as a storage hands them out. */
function readerOf(bytes: Buffer): BlobReader {
  let position = 0;
  return {
    async fill(buffer) {
      const read = bytes.copy(buffer, 0, position);
      position += read;
      return read;
    },
    async close() {},
  };
}

function scan(scanner: Scanner, bytes: Buffer | string, signal = new AbortController().signal) {
  const content = Buffer.from(bytes);
  return scanner.scan(readerOf(content), content.length, signal);
}

const why = whyNoClamd();
sayLeftOut('scans by a real ClamAV daemon were not tested', why);

describe.skipIf(why !== undefined)('with a ClamAV daemon, a scan', () => {
  it.each([
    ['a Unix socket', false],
    ['TCP', true],
  ])('over %s tells what is clean and what is not', async (_, tcp) => {
    await using clamd = await openClamd({ tcp });
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    expect(scanner.problem).not.toBeNull();
    expect(await scan(scanner, 'nothing bad')).toEqual({ kind: 'clean' });
    expect(await scan(scanner, '')).toEqual({ kind: 'clean' });
    expect(await scan(scanner, EICAR)).toEqual({ kind: 'infected', finding: FINDING });
    const large = Buffer.concat([randomBytes(5 * MIB), Buffer.from(EICAR), randomBytes(5 * MIB)]);
    expect(await scan(scanner, large)).toEqual({ kind: 'infected', finding: FINDING });
    expect(await scan(scanner, gzipSync(EICAR))).toMatchObject({ kind: 'infected' });
    expect(scanner.problem).toBeNull();
  });

  it('runs beside others', async () => {
    await using clamd = await openClamd();
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        scan(scanner, index % 2 === 0 ? randomBytes(2 * MIB) : EICAR),
      ),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(
      outcomes.map((_, index) => (index % 2 === 0 ? 'clean' : 'infected')),
    );
  });

  it.each([
    ['4K', 4096],
    ['100M', 100 * MIB],
    [String(1777 * MIB - 1), 1777 * MIB - 1],
    [String(MAX_SCAN_BYTES - 1), MAX_SCAN_BYTES - 1],
    ['3000M', MAX_SCAN_BYTES],
  ])('knows that a daemon set to take %s takes %i bytes', async (StreamMaxLength, limit) => {
    await using clamd = await openClamd({ config: { StreamMaxLength } });
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    expect(await scanner.check()).toBeNull();
    expect(scanner.maxBytes).toBe(limit);
  });

  it('takes as much as the daemon does, to the byte', async () => {
    const limit = 3 * MIB + 17;
    await using clamd = await openClamd({ config: { StreamMaxLength: String(limit) } });
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    expect(await scanner.check()).toBeNull();
    expect(scanner.maxBytes).toBe(limit);
    expect(await scan(scanner, randomBytes(limit))).toEqual({ kind: 'clean' });
    expect(await scan(scanner, randomBytes(limit + 1))).toEqual({ kind: 'tooLarge' });
  });

  it('takes no more than the operator says', async () => {
    await using clamd = await openClamd();
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: 1000 });
    await scanner.check();
    expect(scanner.maxBytes).toBe(1000);
    expect(await scan(scanner, randomBytes(1001))).toEqual({ kind: 'tooLarge' });
  });

  it('calls nothing clean that was only looked into', async () => {
    await using clamd = await openClamd({ config: { MaxFileSize: '1M' } });
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    expect(await scan(scanner, randomBytes(2 * MIB))).toEqual({
      kind: 'infected',
      finding: expect.stringContaining('Limits.Exceeded'),
    });
  });

  it('leaves few traces in the log of the daemon', async () => {
    await using folder = await makeTemporaryFolder();
    const LogFile = join(folder.path, 'clamd.log');
    await using clamd = await openClamd({ config: { LogFile } });
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    for (let time = 0; time < 10; time += 1) {
      await scanner.check();
      await scan(scanner, 'nothing bad');
    }
    const log = await readFile(LogFile, 'utf8');
    expect(log.match(/ FOUND$/gm)).toHaveLength(1);
    expect(log.match(/Size limit reached/g)?.length).toBeLessThan(15);
  });

  it('finds what is packed too deeply to be looked into', async () => {
    await using clamd = await openClamd();
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    let packed = Buffer.from(EICAR);
    for (let time = 0; time < 30; time += 1) packed = gzipSync(packed);
    expect(await scan(scanner, packed)).toEqual({
      kind: 'infected',
      finding: expect.stringMatching(/^Heuristics\.Limits\.Exceeded/),
    });
  });

  it('trusts no daemon that looks into no archives', async () => {
    await using clamd = await openClamd({ config: { ScanArchive: 'no' } });
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    expect(await scan(scanner, 'nothing bad')).toEqual({
      kind: expect.stringMatching(/^(away|noVerdict)$/),
      reason: expect.stringContaining('ScanArchive no'),
    });
  });

  it('trusts no daemon that would not say so', async () => {
    await using clamd = await openClamd({ config: { AlertExceedsMax: 'no' } });
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    expect(await scan(scanner, 'nothing bad')).toEqual({
      kind: expect.stringMatching(/^(away|noVerdict)$/),
      reason: expect.stringContaining('AlertExceedsMax yes'),
    });
    expect(await scanner.check()).toContain('AlertExceedsMax yes');
    await clamd.start({ AlertExceedsMax: 'yes' });
    expect(await scanner.check()).toBeNull();
    expect(await scan(scanner, 'nothing bad')).toEqual({ kind: 'clean' });
  });

  it('finds out that the daemon went, came back, and takes less', async () => {
    await using clamd = await openClamd();
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    expect(await scan(scanner, 'nothing bad')).toEqual({ kind: 'clean' });
    await clamd.stop();
    expect(await scan(scanner, 'nothing bad')).toEqual({
      kind: expect.stringMatching(/^(away|noVerdict)$/),
      reason: expect.stringContaining('cannot be asked'),
    });
    expect(scanner.problem).toContain(clamd.url);
    await clamd.start({ StreamMaxLength: '1M' });
    expect(await scan(scanner, 'nothing bad')).toEqual({ kind: 'clean' });
    expect(scanner.problem).toBeNull();
    expect(scanner.maxBytes).toBe(MIB);
    // Started anew unnoticed, it says so itself, though bytes are still on their way.
    await clamd.start({ StreamMaxLength: '10000' });
    expect(await scan(scanner, randomBytes(MIB))).toEqual({ kind: 'tooLarge' });
  });

  it('is no verdict where the daemon dies in the middle', async () => {
    await using clamd = await openClamd();
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    await scanner.check();
    const bytes = readerOf(randomBytes(20 * MIB));
    const dying: BlobReader = {
      ...bytes,
      async fill(buffer) {
        const read = await bytes.fill(buffer);
        await clamd.stop();
        return read;
      },
    };
    expect(await scanner.scan(dying, 20 * MIB, new AbortController().signal)).toMatchObject({
      kind: expect.stringMatching(/^(away|noVerdict)$/),
    });
  });

  it('can be stopped', async () => {
    await using clamd = await openClamd();
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    await scanner.check();
    const stop = new AbortController();
    const bytes = readerOf(randomBytes(20 * MIB));
    const stopping: BlobReader = {
      ...bytes,
      async fill(buffer) {
        stop.abort();
        return bytes.fill(buffer);
      },
    };
    const outcome = await scanner.scan(stopping, 20 * MIB, stop.signal);
    expect(outcome).toEqual({
      kind: expect.stringMatching(/^(away|noVerdict)$/),
      reason: 'the scan was stopped',
    });
    // That was no fault of the daemon.
    expect(scanner.problem).toBeNull();
  });

  it('of a file that is shorter than it should be is no verdict but a fault', async () => {
    await using clamd = await openClamd();
    const scanner = createClamdScanner({ address: clamd.address, maxBytes: null });
    const short = scanner.scan(readerOf(Buffer.from('short')), 6, new AbortController().signal);
    await expect(short).rejects.toThrow('too short');
    const long = scanner.scan(readerOf(Buffer.from('longer')), 5, new AbortController().signal);
    await expect(long).rejects.toThrow('more than 5 bytes');
    expect(await scan(scanner, 'nothing bad')).toEqual({ kind: 'clean' });
  });
});

/** A server that is no ClamAV daemon. */
async function serve(answer: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    answer(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: '127.0.0.1', port },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Answers every question about itself as ClamAV does, and a file's beginning as it is told. */
function pretend(answerFile: (socket: Socket) => void) {
  return (socket: Socket) => {
    socket.once('data', (asked) => {
      if (asked.includes('zPING')) socket.end('PONG\0');
      // So many nested gzips begin with as many heads.
      else if (asked.includes('\x1f\x8b', 0, 'latin1')) {
        socket.end('stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND\0');
      } else {
        answerFile(socket);
        // A question for the limit.
        socket.on('end', () => socket.end());
      }
    });
  };
}

const SHORT = { connectMs: 200, progressMs: 200, replyMs: 200, askMs: 200 };

describe('what is no ClamAV daemon', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => undefined],
    ['goes at once', (socket) => socket.destroy()],
    ['ends at once', (socket) => socket.end()],
    ['says something else', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['never comes to an end', (socket) => socket.write('x'.repeat(10_000))],
    ['calls everything clean', (socket) => socket.end('stream: OK\0')],
    ['knows a ping and no more', (socket) => socket.end('PONG\0')],
  ])('and %s gives no verdict', async (_, answer) => {
    await using server = await serve(answer);
    const { address } = server;
    const scanner = createClamdScanner({ address, maxBytes: null, timeouts: SHORT });
    expect(await scan(scanner, 'nothing bad')).toMatchObject({
      kind: expect.stringMatching(/^(away|noVerdict)$/),
    });
    expect(await scanner.check()).toContain('cannot be asked');
  });

  it.each<[string, RegExp, (socket: Socket) => void]>([
    ['takes no file', /took no bytes for 200 ms/, (socket) => socket.pause()],
    ['never comes to a verdict', /did not answer within 200 ms/, (socket) => socket.resume()],
    [
      'goes in the middle',
      /cannot be asked/,
      (socket) => socket.once('data', () => socket.destroy()),
    ],
    [
      'stops in a word',
      /has no end/,
      (socket) => socket.once('data', () => socket.end('stream: OK')),
    ],
    [
      'babbles',
      /has no end/,
      (socket) => socket.once('data', () => socket.write('x'.repeat(9999))),
    ],
    ['is unclear', /said "x y"/, (socket) => socket.once('data', () => socket.end('x\n\x07y\0'))],
  ])('and pretends to be one, but %s, gives no verdict', async (_, reason, answerFile) => {
    await using server = await serve(pretend(answerFile));
    const { address } = server;
    const scanner = createClamdScanner({ address, maxBytes: null, timeouts: SHORT });
    expect(await scanner.check()).toBeNull();
    expect(await scan(scanner, Buffer.alloc(20 * MIB))).toEqual({
      kind: expect.stringMatching(/^(away|noVerdict)$/),
      reason: expect.stringMatching(reason),
    });
  });

  it('holds up nobody who wants to stop', async () => {
    await using server = await serve(() => undefined);
    const scanner = createClamdScanner({ address: server.address, maxBytes: null });
    const stop = new AbortController();
    const outcome = scan(scanner, 'nothing bad', stop.signal);
    stop.abort();
    expect(await outcome).toEqual({
      kind: expect.stringMatching(/^(away|noVerdict)$/),
      reason: 'the scan was stopped',
    });
  });

  it('and is not there gives none either', async () => {
    const address = { host: '127.0.0.1', port: await freePort() };
    const scanner = createClamdScanner({ address, maxBytes: null });
    expect(await scan(scanner, 'nothing bad')).toMatchObject({
      kind: expect.stringMatching(/^(away|noVerdict)$/),
    });
    const nowhere = createClamdScanner({ address: { path: '/nowhere/clamd' }, maxBytes: null });
    expect(await nowhere.check()).toContain('unix:/nowhere/clamd');
  });
});
