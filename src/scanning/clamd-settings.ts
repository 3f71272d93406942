/**
 * How a ClamAV daemon is set. Its protocol has no question for that, but its answers tell: how many bytes it takes, and
 * whether it says so where it looked only into a part of what it was given.
 */
import { gzipSync } from 'node:zlib';
import { ClamdConnection, ClamdError, type ClamdTimeouts } from './clamd-connection.ts';
import type { ClamdAddress } from './clamd-url.ts';

/** ClamAV takes no more, whatever it is told. */
export const MAX_SCAN_BYTES = 2 ** 31 - 1;

export const INSTREAM = Buffer.from('zINSTREAM\0');
export const SIZE_EXCEEDED = 'INSTREAM size limit exceeded. ERROR';

/** MaxRecursion can be set to at most 100: what is packed more often is never looked into as a whole. */
const NESTED_TIMES = 110;
const nested = nestedGzip(NESTED_TIMES);

export interface ClamdSettings {
  /** StreamMaxLength, in bytes. */
  readonly maxBytes: number;
  /** Whether it alerts where a file goes beyond what it looks into (AlertExceedsMax). */
  readonly alertsExceedsMax: boolean;
}

/** Throws a ClamdError where the daemon is not there, or answers otherwise than ClamAV does. */
export async function askSettings(
  address: ClamdAddress,
  timeouts: ClamdTimeouts,
): Promise<ClamdSettings> {
  if ((await ask(address, timeouts, Buffer.from('zPING\0'))) !== 'PONG') {
    throw new ClamdError('it does not answer a ping as ClamAV does');
  }
  const verdict = await ask(address, timeouts, INSTREAM, toPiece(nested), END_OF_STREAM);
  if (verdict !== 'stream: OK' && !isFinding(verdict)) {
    throw new ClamdError(`it cannot scan (${verdict ?? 'no answer'})`);
  }
  const alertsExceedsMax = verdict !== 'stream: OK';
  return { alertsExceedsMax, maxBytes: await askMaxBytes(address, timeouts) };
}

/** The length of a piece is compared with what is left before any byte of it: so the lengths alone find the limit. */
async function askMaxBytes(address: ClamdAddress, timeouts: ClamdTimeouts): Promise<number> {
  const takes = async (bytes: number) => {
    using connection = await ClamdConnection.open(address, timeouts);
    await connection.send(Buffer.concat([INSTREAM, toLength(bytes)]));
    // It answers at once where that is too much, and goes without an answer where it is not.
    connection.closeSending();
    return (await connection.reply()) !== SIZE_EXCEEDED;
  };
  if (await takes(MAX_SCAN_BYTES)) return MAX_SCAN_BYTES;
  let taken = 0;
  let refused = MAX_SCAN_BYTES;
  while (refused - taken > 1) {
    const middle = Math.floor((taken + refused) / 2);
    if (await takes(middle)) taken = middle;
    else refused = middle;
  }
  return taken;
}

async function ask(
  address: ClamdAddress,
  timeouts: ClamdTimeouts,
  ...said: readonly Buffer[]
): Promise<string | null> {
  using connection = await ClamdConnection.open(address, timeouts);
  await connection.send(Buffer.concat(said));
  return await connection.reply();
}

/** Four bytes, the highest first. */
export function toLength(bytes: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes);
  return length;
}

function toPiece(bytes: Buffer): Buffer {
  return Buffer.concat([toLength(bytes.length), bytes]);
}

/** A piece of no bytes. */
export const END_OF_STREAM = toLength(0);

const FINDING = /^stream: (.+) FOUND$/s;

/** Whether a reply is a finding; its name is what `findingOf` answers. */
export function isFinding(reply: string | null): reply is string {
  return reply !== null && FINDING.test(reply);
}

/** As the daemon calls it, as one line of at most 200 characters. */
export function findingOf(reply: string): string {
  const name = FINDING.exec(reply)?.[1] ?? reply;
  return name.replace(/\p{C}+/gu, ' ').slice(0, 200);
}

function nestedGzip(times: number): Buffer {
  let bytes = Buffer.from('ferje');
  for (let time = 0; time < times; time += 1) bytes = gzipSync(bytes);
  return bytes;
}
