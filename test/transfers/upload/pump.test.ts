import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type PumpEnd, type PumpOptions, pump } from '../../../src/transfers/upload/pump.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** A source that a test pushes to, as a socket would. */
const createSource = () => new Readable({ read() {} });

/** Keeps what is written; each write waits while the gate is closed. */
function createSink() {
  const batches: Buffer[] = [];
  let open: (() => void) | undefined;
  let gate: Promise<void> | undefined;
  let writing = 0;
  let most = 0;
  const calls: (() => void)[] = [];
  return {
    batches,
    get bytes() {
      return Buffer.concat(batches);
    },
    get mostAtOnce() {
      return most;
    },
    close() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    open: () => open?.(),
    /** Settles with the next write. */
    nextWrite: () => new Promise<void>((resolve) => calls.push(resolve)),
    async write(batch: readonly Buffer[]) {
      writing += 1;
      most = Math.max(most, writing);
      for (const tell of calls.splice(0)) tell();
      batches.push(Buffer.concat(batch));
      await gate;
      writing -= 1;
    },
  };
}

type Sink = Pick<ReturnType<typeof createSink>, 'write'>;

function start(source: Readable, sink: Sink, options: Partial<PumpOptions> = {}): Promise<PumpEnd> {
  return pump(source, {
    limit: Number.MAX_SAFE_INTEGER,
    idleMs: 60_000,
    signal: new AbortController().signal,
    write: sink.write,
    ...options,
  });
}

const turn = () => new Promise(setImmediate);

/** Not `once`, which would listen for errors itself. */
const closed = (source: Readable) => new Promise((resolve) => source.on('close', resolve));

describe('a pump', () => {
  it('writes all that comes, in order, gathered into few writes', async () => {
    const source = createSource();
    const sink = createSink();
    const ended = start(source, sink);
    const chunks = Array.from({ length: 160 }, () => randomBytes(64 * KIB));
    for (const [index, chunk] of chunks.entries()) {
      source.push(chunk);
      if (index % 10 === 0) await turn();
    }
    source.push(null);
    expect(await ended).toBe('complete');
    expect(sink.bytes.equals(Buffer.concat(chunks))).toBe(true);
    expect(sink.batches.length).toBeLessThanOrEqual(11);
    for (const batch of sink.batches.slice(0, -1)) expect(batch.length).toBeGreaterThanOrEqual(MIB);
    expect(sink.mostAtOnce).toBe(1);
  });

  it('stops its source while a write is slow and another batch is full, and goes on then', async () => {
    const source = createSource();
    const sink = createSink();
    sink.close();
    const ended = start(source, sink);
    const chunk = randomBytes(256 * KIB);
    for (let pushed = 0; pushed < 40; pushed += 1) {
      source.push(chunk);
      await turn();
    }
    expect(source.isPaused()).toBe(true);
    expect(sink.batches.map(({ length }) => length)).toEqual([MIB]);
    // One batch is being written and one is full: the rest stays where it was.
    expect(source.readableLength).toBe(8 * MIB);
    sink.open();
    source.push(null);
    expect(await ended).toBe('complete');
    expect(sink.bytes.length).toBe(10 * MIB);
  });

  it('writes a trickle too, without waiting for more', async () => {
    const source = createSource();
    const sink = createSink();
    const ended = start(source, sink);
    for (const text of ['a', 'b']) {
      const written = sink.nextWrite();
      source.push(text);
      await written;
    }
    expect(sink.bytes.toString()).toBe('ab');
    source.push(null);
    expect(await ended).toBe('complete');
  });

  it('settles after the last write, also of what came while another one was running', async () => {
    const source = createSource();
    const sink = createSink();
    sink.close();
    const written = sink.nextWrite();
    let isSettled = false;
    const ended = start(source, sink).finally(() => {
      isSettled = true;
    });
    source.push('first');
    await written;
    source.push('second');
    await turn();
    source.push(null);
    await once(source, 'end');
    await turn();
    expect(isSettled).toBe(false);
    sink.open();
    expect(await ended).toBe('complete');
    expect(sink.batches.map(String)).toEqual(['first', 'second']);
  });

  it('of a source that has ended or broken before has nothing to do', async () => {
    const sink = createSink();
    const ended = createSource();
    ended.push(null);
    ended.resume();
    await once(ended, 'end');
    expect(await start(ended, sink)).toBe('complete');
    const broken = createSource();
    broken.destroy();
    await once(broken, 'close');
    expect(await start(broken, sink)).toBe('cut');
    expect(sink.batches).toEqual([]);
  });
});

describe('a source that breaks', () => {
  it.each([
    ['with an error', new Error('reset')],
    ['without one', undefined],
  ])('%s has everything written that had come', async (_, error) => {
    const source = createSource();
    const sink = createSink();
    const ended = start(source, sink);
    source.push('what came');
    await turn();
    source.destroy(error);
    expect(await ended).toBe('cut');
    expect(sink.bytes.toString()).toBe('what came');
  });

  it('in the middle of a body on a real connection loses nothing that had arrived', async () => {
    const sink = createSink();
    const body = randomBytes(300 * KIB);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = request({ port, method: 'PATCH', headers: { 'Content-Length': 1000 * KIB } });
    client.on('error', () => undefined);
    client.write(body);
    const [req]: [IncomingMessage] = (await once(server, 'request')) as [IncomingMessage];
    const ended = start(req, {
      async write(batch) {
        await sink.write(batch);
        if (sink.bytes.length === body.length) client.destroy();
      },
    });
    expect(await ended).toBe('cut');
    expect(sink.bytes.equals(body)).toBe(true);
    server.close();
  });

  it('after the pump has ended finds somebody who listens', async () => {
    const source = createSource();
    const ended = start(source, createSink(), { limit: 1 });
    source.push('ab');
    expect(await ended).toBe('tooLong');
    source.destroy(new Error('reset'));
    // Without a listener the error would be thrown at the process.
    await closed(source);
  });
});

describe('a pump that is asked to end', () => {
  it('takes what is on its way first', async () => {
    const source = createSource();
    const sink = createSink();
    const abort = new AbortController();
    const ended = start(source, sink, { signal: abort.signal });
    source.push('before, ');
    await turn();
    abort.abort();
    source.push('on its way');
    expect(await ended).toBe('interrupted');
    expect(sink.bytes.toString()).toBe('before, on its way');
  });

  it('takes what had come when it was asked to before it began', async () => {
    const source = createSource();
    const sink = createSink();
    source.push('buffered');
    expect(await start(source, sink, { signal: AbortSignal.abort() })).toBe('interrupted');
    expect(sink.bytes.toString()).toBe('buffered');
  });

  it('takes what its source holds while a write is slow', async () => {
    const source = createSource();
    const sink = createSink();
    sink.close();
    const abort = new AbortController();
    const ended = start(source, sink, { signal: abort.signal });
    for (let pushed = 0; pushed < 20; pushed += 1) {
      source.push(randomBytes(256 * KIB));
      await turn();
    }
    abort.abort();
    // It has stopped listening before the write is done.
    while (source.listenerCount('data') > 0) await turn();
    sink.open();
    expect(await ended).toBe('interrupted');
    expect(sink.bytes.length).toBe(5 * MIB);
  });

  it('ends also where its source does not stop sending', async () => {
    const source = createSource();
    const sink = createSink();
    const sending = setInterval(() => source.push('x'), 5);
    const abort = new AbortController();
    const ended = start(source, sink, { signal: abort.signal });
    abort.abort();
    expect(await ended).toBe('interrupted');
    clearInterval(sending);
    expect(sink.bytes.length).toBeGreaterThan(0);
  });

  it('says complete where the source ends meanwhile', async () => {
    const source = createSource();
    const sink = createSink();
    const abort = new AbortController();
    const ended = start(source, sink, { signal: abort.signal });
    abort.abort();
    source.push('all');
    source.push(null);
    expect(await ended).toBe('complete');
    expect(sink.bytes.toString()).toBe('all');
  });
});

describe('a source that brings nothing', () => {
  it('is given up after a while, and what came before is written', async () => {
    const source = createSource();
    const sink = createSink();
    const ended = start(source, sink, { idleMs: 20 });
    source.push('a');
    expect(await ended).toBe('idle');
    expect(sink.bytes.toString()).toBe('a');
  });
});

describe('a source that brings too much', () => {
  it.each([
    ['one byte more', 9],
    ['nothing allowed', 0],
  ])('ends the pump: %s', async (_, limit) => {
    const source = createSource();
    const sink = createSink();
    const ended = start(source, sink, { limit });
    source.push('0123456789');
    expect(await ended).toBe('tooLong');
    expect(sink.bytes.length).toBeLessThanOrEqual(limit);
  });

  it('has what came within the limit written, and nothing beyond it', async () => {
    const source = createSource();
    const sink = createSink();
    const ended = start(source, sink, { limit: 12 });
    source.push('0123456789');
    await turn();
    source.push('abc');
    source.push('def');
    expect(await ended).toBe('tooLong');
    expect('0123456789ab'.startsWith(sink.bytes.toString())).toBe(true);
    expect(sink.bytes.length).toBeGreaterThanOrEqual(10);
  });

  it('may bring as much as is allowed', async () => {
    const source = createSource();
    const sink = createSink();
    const ended = start(source, sink, { limit: 10 });
    source.push('0123456789');
    source.push(null);
    expect(await ended).toBe('complete');
    expect(sink.bytes.toString()).toBe('0123456789');
  });
});

describe('a write that fails', () => {
  it('ends the pump with its error, and nothing is written after it', async () => {
    const source = createSource();
    let writes = 0;
    const ended = start(source, {
      async write() {
        writes += 1;
        throw new Error('The disk is full.');
      },
    });
    source.push(randomBytes(MIB));
    await expect(ended).rejects.toThrow('The disk is full.');
    source.push(randomBytes(MIB));
    source.destroy(new Error('reset'));
    await closed(source);
    expect(writes).toBe(1);
  });
});
