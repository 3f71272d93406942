/** Scans with a ClamAV daemon. Its word is taken only while it is known how the daemon is set. */
import { type BlobReader, READ_BYTES } from '../storage/index.ts';
import { ClamdConnection, ClamdError, type ClamdTimeouts } from './clamd-connection.ts';
import {
  askSettings,
  type ClamdSettings,
  END_OF_STREAM,
  findingOf,
  INSTREAM,
  isFinding,
  MAX_SCAN_BYTES,
  SIZE_EXCEEDED,
} from './clamd-settings.ts';
import { type ClamdAddress, describeAddress } from './clamd-url.ts';
import type { Scanner, ScanOutcome } from './scanner.ts';

/** A daemon may be started anew with other settings: they are asked again after this long, and after each failure. */
const SETTINGS_LAST_MS = 60_000;
/** ClamAV itself gives a file two minutes, unless it is set otherwise. */
const TIMEOUTS: ClamdTimeouts = { connectMs: 5000, progressMs: 60_000, replyMs: 5 * 60_000 };
/** While one buffer goes out the next one is filled. */
const BUFFERS = 2;

export interface ClamdOptions {
  readonly address: ClamdAddress;
  /** The most that the daemon looks into whole, where the operator says so; null: what it takes is asked. */
  readonly maxBytes: number | null;
  readonly timeouts?: Partial<ClamdTimeouts>;
}

export function createClamdScanner({ address, maxBytes, timeouts }: ClamdOptions): Scanner {
  const times = { ...TIMEOUTS, ...timeouts };
  const where = `the ClamAV daemon at ${describeAddress(address)}`;
  let settings: ClamdSettings | undefined;
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;
  let problem: string | null = `${where} has not been asked yet`;

  /** Asks once, however many want to know. */
  function ask(): Promise<void> {
    asking ??= askSettings(address, times)
      .then(
        (answer) => {
          settings = answer;
          askedAt = performance.now();
          problem = answer.alertsExceedsMax
            ? null
            : `${where} calls files clean that it only looked into: set "AlertExceedsMax yes" in its clamd.conf`;
        },
        (error: unknown) => fail(error),
      )
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  function fail(error: unknown): void {
    if (!(error instanceof ClamdError)) throw error;
    askedAt = -Infinity;
    problem = `${where} cannot be asked: ${error.message}`;
  }

  function limit(): number {
    return Math.min(maxBytes ?? MAX_SCAN_BYTES, settings?.maxBytes ?? MAX_SCAN_BYTES);
  }

  async function scan(source: BlobReader, size: number, signal: AbortSignal): Promise<ScanOutcome> {
    if (problem !== null || performance.now() - askedAt > SETTINGS_LAST_MS) await ask();
    if (problem !== null) return { kind: 'unavailable', reason: problem };
    if (size > limit()) return { kind: 'tooLarge' };
    try {
      return judge(await stream(source, size, signal));
    } catch (error) {
      if (signal.aborted) return { kind: 'unavailable', reason: 'the scan was stopped' };
      fail(error);
      return { kind: 'unavailable', reason: problem ?? '' };
    }
  }

  async function stream(
    source: BlobReader,
    size: number,
    signal: AbortSignal,
  ): Promise<string | null> {
    using connection = await ClamdConnection.open(address, times, signal);
    let isHeard = await connection.send(INSTREAM);
    const buffers = Array.from({ length: BUFFERS }, () => ({
      memory: Buffer.allocUnsafeSlow(4 + Math.min(READ_BYTES, Math.max(size, 1))),
      isSent: Promise.resolve(true),
    }));
    let left = size;
    for (let turn = 0; left > 0 && isHeard; turn += 1) {
      const buffer = buffers[turn % BUFFERS];
      if (buffer === undefined) break;
      isHeard = await buffer.isSent;
      const read = await source.fill(buffer.memory.subarray(4, 4 + left));
      if (read === 0) throw new Error(`The file to be scanned is ${left} bytes too short.`);
      left -= read;
      buffer.memory.writeUInt32BE(read);
      buffer.isSent = connection.send(buffer.memory.subarray(0, 4 + read));
    }
    for (const { isSent } of buffers) isHeard = (await isSent) && isHeard;
    // Where it has replied already, nothing more is to be said.
    if (isHeard) await connection.send(END_OF_STREAM);
    return await connection.reply();
  }

  function judge(reply: string | null): ScanOutcome {
    if (reply === 'stream: OK') return { kind: 'clean' };
    if (isFinding(reply)) return { kind: 'infected', finding: findingOf(reply) };
    if (reply === SIZE_EXCEEDED) {
      // It takes less than it did when it was asked.
      askedAt = -Infinity;
      return { kind: 'tooLarge' };
    }
    throw new ClamdError(reply === null ? 'it gave no answer' : `it said "${findingOf(reply)}"`);
  }

  return {
    get maxBytes() {
      return limit();
    },
    get problem() {
      return problem;
    },
    async check() {
      await ask();
      return problem;
    },
    scan,
  };
}
