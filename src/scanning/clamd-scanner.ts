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
  ping,
  SIZE_EXCEEDED,
} from './clamd-settings.ts';
import { type ClamdAddress, describeAddress } from './clamd-url.ts';
import type { Scanner, ScanOutcome } from './scanner.ts';

/** A daemon may be started anew with other settings: they are asked again after this long, and after each failure. */
const SETTINGS_LAST_MS = 60_000;
const TIMEOUTS: ScannerTimeouts = {
  connectMs: 5000,
  progressMs: 60_000,
  // ClamAV itself gives a file two minutes, unless it is set otherwise.
  replyMs: 5 * 60_000,
  askMs: 10_000,
};
const CLEAN = 'stream: OK';
/** While one buffer goes out the next one is filled. */
const BUFFERS = 2;

export interface ScannerTimeouts extends ClamdTimeouts {
  /** How long the answer may take to a question that needs no scan worth speaking of. */
  readonly askMs: number;
}

export interface ClamdOptions {
  readonly address: ClamdAddress;
  /** The most that the daemon looks into whole, where the operator says so; null: what it takes is asked. */
  readonly maxBytes: number | null;
  readonly timeouts?: Partial<ScannerTimeouts>;
}

const STOPPED: ScanOutcome = { kind: 'noVerdict', reason: 'the scan was stopped' };

/** Scans with the daemon at an address, and asks it nothing before it has to. */
export function createClamdScanner({ address, maxBytes, timeouts }: ClamdOptions): Scanner {
  const times = { ...TIMEOUTS, ...timeouts };
  const askTimes = { ...times, progressMs: times.askMs, replyMs: times.askMs };
  const where = `the ClamAV daemon at ${describeAddress(address)}`;
  let settings: ClamdSettings | undefined;
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;
  let problem: string | null = `${where} has not been asked yet`;

  /** Asks once, however many want to know. */
  function ask(): Promise<void> {
    asking ??= askSettings(address, askTimes, settings)
      .then(
        (answer) => {
          settings = answer;
          askedAt = performance.now();
          problem = answer.alertsExceedsMax
            ? null
            : `${where} calls files clean that it only looked into: set "AlertExceedsMax yes" in its clamd.conf (and not "ScanArchive no")`;
        },
        (error: unknown) => {
          fail(error);
        },
      )
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  /** Answers the problem. */
  function fail(error: unknown): string {
    if (!(error instanceof ClamdError)) throw error;
    askedAt = -Infinity;
    problem = `${where} cannot be asked: ${error.message}`;
    return problem;
  }

  function limit(): number {
    return Math.min(maxBytes ?? MAX_SCAN_BYTES, settings?.maxBytes ?? MAX_SCAN_BYTES);
  }

  async function scan(source: BlobReader, size: number, signal: AbortSignal): Promise<ScanOutcome> {
    if (problem !== null || performance.now() - askedAt > SETTINGS_LAST_MS) {
      await unlessAborted(ask(), signal);
    }
    if (signal.aborted) return STOPPED;
    if (problem !== null) return { kind: 'away', reason: problem };
    if (size > limit()) return { kind: 'tooLarge' };
    try {
      return judge(await stream(source, size, signal));
    } catch (error) {
      if (signal.aborted) return STOPPED;
      const reason = fail(error);
      // It may have refused the size and gone before that was read: its settings tell the same.
      await unlessAborted(ask(), signal);
      if (problem === null && size > limit()) return { kind: 'tooLarge' };
      return { kind: 'noVerdict', reason };
    }
  }

  async function stream(
    source: BlobReader,
    size: number,
    signal: AbortSignal,
  ): Promise<string | null> {
    using connection = await ClamdConnection.open(address, times, signal);
    const isOpen = await connection.send(INSTREAM);
    const buffers = Array.from({ length: BUFFERS }, () => ({
      memory: Buffer.allocUnsafeSlow(4 + Math.min(READ_BYTES, Math.max(size, 1))),
      isSent: Promise.resolve(isOpen),
    }));
    let left = size;
    for (let turn = 0; left > 0; turn += 1) {
      const buffer = buffers[turn % BUFFERS];
      // Where it has replied already, nothing more is to be said.
      if (buffer === undefined || !(await buffer.isSent)) {
        return refuseClean(await connection.reply());
      }
      const read = await source.fill(buffer.memory.subarray(4, 4 + left));
      if (read === 0) throw new Error(`The file to be scanned is ${left} bytes too short.`);
      left -= read;
      buffer.memory.writeUInt32BE(read);
      buffer.isSent = connection.send(buffer.memory.subarray(0, 4 + read));
    }
    if ((await source.fill(Buffer.alloc(1))) > 0) {
      throw new Error(`The file to be scanned has more than ${size} bytes.`);
    }
    for (const { isSent } of buffers) await isSent;
    await connection.send(END_OF_STREAM);
    return await connection.reply();
  }

  function judge(reply: string | null): ScanOutcome {
    if (reply === CLEAN) return { kind: 'clean' };
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
      // How it is set is asked for a scan, and after a failure: a look at the broker's health leaves no traces in its log.
      if (problem !== null) await ask();
      else await ping(address, askTimes).catch(fail);
      return problem;
    },
    scan,
  };
}

/** What was not heard to its end cannot be called clean. */
function refuseClean(reply: string | null): string | null {
  if (reply !== CLEAN) return reply;
  throw new ClamdError('it called the file clean before it had all of it');
}

/** Settles with the act, or as soon as the signal is given. */
async function unlessAborted(act: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const settled = new AbortController();
  await Promise.race([
    act,
    new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { signal: settled.signal }),
    ),
  ]);
  settled.abort();
}
