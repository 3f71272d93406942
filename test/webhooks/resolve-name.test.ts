import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createResolveName } from '../../src/webhooks/resolve-name.ts';

const PUBLIC_ONLY = { ranges: [], hosts: [] };
const ALL = { all: true } as const;

/** A name server that knows alive.example, knows that none.example is no name, and says nothing about any other. */
async function startNameServer(): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address }) => {
    const answer = answerTo(question);
    if (answer !== undefined) socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => close(socket));
  const { port } = socket.address() as AddressInfo;
  return `127.0.0.1:${port}`;
}

function close(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

/** RFC 1035 4: the question again, and 93.184.216.34 for an A record. */
function answerTo(question: Buffer): Buffer | undefined {
  const name = question.toString('latin1').toLowerCase();
  const isKnown = name.includes('alive');
  if (!isKnown && !name.includes('none')) return undefined;
  const isA = isKnown && question.readUInt16BE(endOfName(question)) === 1;
  const answer = Buffer.concat([
    question.subarray(0, endOfName(question) + 4),
    isA ? Buffer.from('c00c00010001000000100004', 'hex') : Buffer.alloc(0),
    isA ? Buffer.from([93, 184, 216, 34]) : Buffer.alloc(0),
  ]);
  answer.writeUInt16BE(isKnown ? 0x8180 : 0x8183, 2);
  answer.writeUInt16BE(isA ? 1 : 0, 6);
  answer.writeUInt16BE(0, 8);
  answer.writeUInt16BE(0, 10);
  return answer;
}

function endOfName(message: Buffer): number {
  let at = 12;
  while ((message[at] ?? 0) !== 0) at += (message[at] ?? 0) + 1;
  return at + 1;
}

describe('a name', () => {
  it('is resolved by the name servers, while others are asked about that never answer', async () => {
    const resolveName = createResolveName(PUBLIC_ONLY, [await startNameServer()]);
    const settled: string[] = [];
    const dead = Array.from({ length: 40 }, (_, index) =>
      resolveName(`dead-${index}.example`, ALL).catch(() => settled.push('dead')),
    );
    expect(await resolveName('alive.example', ALL)).toEqual([
      { address: '93.184.216.34', family: 4 },
    ]);
    expect(settled).toEqual([]);
    await Promise.all(dead);
  });

  it('has no address where the name servers know none', async () => {
    const resolveName = createResolveName(PUBLIC_ONLY, [await startNameServer()]);
    await expect(resolveName('none.example', ALL)).rejects.toThrow('none.example has no address');
  });

  it('that the operator allows is asked of this machine', async () => {
    const servers = [await startNameServer()];
    const allow = { ranges: [], hosts: ['localhost'] };
    const addresses = await createResolveName(allow, servers)('localhost', ALL);
    expect(addresses.map(({ address }) => address)).toContain('127.0.0.1');
  });
});
