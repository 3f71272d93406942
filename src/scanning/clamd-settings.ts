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
const LIMIT_FINDING = 'Heuristics.Limits.Exceeded';

const MIB = 1024 * 1024;

export interface ClamdSettings {
  /** StreamMaxLength, in bytes. */
  readonly maxBytes: number;
  /** Whether it alerts where a file goes beyond what it looks into (AlertExceedsMax). */
  readonly alertsExceedsMax: boolean;
}

/** Throws a ClamdError where the daemon is not there, or answers otherwise than ClamAV does. */
export async function ping(address: ClamdAddress, timeouts: ClamdTimeouts): Promise<void> {
  if ((await ask(address, timeouts, Buffer.from('zPING\0'))) !== 'PONG') {
    throw new ClamdError('it does not answer a ping as ClamAV does');
  }
}

/**
 * Throws a ClamdError as `ping` does. The daemon notes each question that it refuses in its log, and the finding, for which
 * it also runs its VirusEvent: so they are few, and fewer where it is set as it was before.
 */
export async function askSettings(
  address: ClamdAddress,
  timeouts: ClamdTimeouts,
  before?: ClamdSettings,
): Promise<ClamdSettings> {
  await ping(address, timeouts);
  const alertsExceedsMax = await askAlertsExceedsMax(address, timeouts);
  const takes = (bytes: number) => isTaken(address, timeouts, bytes);
  return { alertsExceedsMax, maxBytes: await findMaxBytes(takes, before?.maxBytes) };
}

async function askAlertsExceedsMax(
  address: ClamdAddress,
  timeouts: ClamdTimeouts,
): Promise<boolean> {
  const nested = nestGzip(NESTED_TIMES);
  const verdict = await ask(address, timeouts, INSTREAM, toPiece(nested), END_OF_STREAM);
  if (verdict === 'stream: OK') return false;
  if (isFinding(verdict) && findingOf(verdict).startsWith(LIMIT_FINDING)) return true;
  throw new ClamdError(`it cannot scan (${verdict === null ? 'no answer' : findingOf(verdict)})`);
}

/** The length of a piece is compared with what may still come before any byte of it: so the length alone tells. */
async function isTaken(
  address: ClamdAddress,
  timeouts: ClamdTimeouts,
  bytes: number,
): Promise<boolean> {
  using connection = await ClamdConnection.open(address, timeouts);
  await connection.send(Buffer.concat([INSTREAM, toLength(bytes)]));
  // It answers at once where that is too much, and goes without an answer where it is not.
  connection.closeSending();
  const reply = await connection.reply();
  if (reply === null) return true;
  if (reply === SIZE_EXCEEDED) return false;
  throw new ClamdError(`it does not tell how much it takes ("${findingOf(reply)}")`);
}

/** The most that is taken. Two questions find that it is what it was; a dozen find a whole number of MiB. */
async function findMaxBytes(
  takes: (bytes: number) => Promise<boolean>,
  before = MAX_SCAN_BYTES,
): Promise<number> {
  let taken = 0;
  let refused = MAX_SCAN_BYTES + 1;
  const narrow = async (bytes: number) => {
    if (bytes <= taken || bytes >= refused) return;
    if (await takes(bytes)) taken = bytes;
    else refused = bytes;
  };
  for (const guess of [before, before + 1, MAX_SCAN_BYTES]) await narrow(guess);
  for (;;) {
    const least = Math.floor(taken / MIB) + 1;
    const most = Math.ceil(refused / MIB) - 1;
    if (least > most) break;
    await narrow(Math.floor((least + most) / 2) * MIB);
  }
  await narrow(taken + 1);
  while (refused - taken > 1) await narrow(Math.floor((taken + refused) / 2));
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
  // What is cut off may be half a character.
  return name
    .replace(/\p{C}+/gu, ' ')
    .slice(0, 200)
    .toWellFormed();
}

function nestGzip(times: number): Buffer {
  let bytes = Buffer.from('ferje');
  for (let time = 0; time < times; time += 1) bytes = gzipSync(bytes);
  return bytes;
}
