/**
 * One upload that is under way in this process: its offset, its running digest, and how bytes get from a request into the
 * storage. It knows no protocol; tus is one door to it.
 */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type BrokerError, fail, ok, type Result } from '../../domain/result.ts';
import { UNFINISHED } from '../../jobs/index.ts';
import { type BlobReader, type BlobWriter, READ_BYTES, type Storage } from '../../storage/index.ts';
import type { TransferContext } from '../transfer-context.ts';
import type { UploadProgressBoard } from '../upload-progress.ts';
import { BackgroundFlush } from './background-flush.ts';
import { firstBytes } from './first-bytes.ts';
import {
  declareLength,
  type JudgedFile,
  markPending,
  receiveLastByte,
  recordOffset,
} from './judge-upload.ts';
import { type PumpEnd, pump } from './pump.ts';
import type { FileDigests, RunningDigest } from './running-digest.ts';
import { createTakeOverLock } from './take-over-lock.ts';

/** A request that brings no byte for this long is ended, and keeps what came. */
export const IDLE_MS = 60_000;
/** A received file whose completion failed, as on a full disk, is completed this much later: nobody may ask again. */
const COMPLETE_AGAIN_MS = 1000;

export interface ExpectedChecksum {
  readonly algorithm: 'sha1' | 'sha256' | 'md5';
  readonly digest: Buffer;
}

export interface ReceiveOptions {
  readonly signal: AbortSignal;
  /** What the bytes of this request have to be; they count whole or not at all then. */
  readonly checksum?: ExpectedChecksum | undefined;
}

export interface Received {
  readonly end: PumpEnd | 'checksumMismatch';
  /** There where the last byte has come: what became of the file. */
  readonly judged?: Result<JudgedFile>;
}

export interface UploadSessionOptions {
  readonly context: TransferContext;
  readonly storage: Storage;
  readonly progress: UploadProgressBoard;
  readonly transferId: string;
  /** The blob's key. */
  readonly key: string;
  readonly offset: number;
  readonly length: number | null;
  /** As many bytes as the transfer may have. */
  readonly maxSize: number;
  readonly digest: RunningDigest;
  readonly onFault: (error: unknown) => void;
  /** Called when the session has nothing more to do. */
  readonly onDone: () => void;
}

export class UploadSession {
  readonly lock = createTakeOverLock();
  /** Why the upload takes no more bytes; set by who ends it. */
  ended: BrokerError | undefined;
  readonly #options: UploadSessionOptions;
  #offset: number;
  #length: number | null;
  /** The digest has taken everything up to the offset, and is fed as bytes land. */
  #isLive: boolean;
  #following: Promise<void> | undefined;
  #completing: Promise<Result<JudgedFile>> | undefined;
  #completeAgain: NodeJS.Timeout | undefined;
  /** There is a file, and all bytes that count outlast a power cut. */
  #isFlushed: boolean;
  /** As many bytes as outlast one. */
  #flushedOffset: number;
  /** A flush has failed: what is still written counts no more. */
  #hasFallenBack = false;

  constructor(options: UploadSessionOptions) {
    this.#options = options;
    this.#offset = options.offset;
    this.#length = options.length;
    this.#isLive = options.offset === 0;
    // What an earlier process left was flushed when it was recovered.
    this.#isFlushed = options.offset > 0;
    this.#flushedOffset = options.offset;
    options.progress.set(options.transferId, options.offset);
    if (!this.#isLive) this.#followOn();
  }

  /** When a byte came last, whether or not it counts yet, in epoch milliseconds; null where this process has taken none. */
  lastByteAt: number | null = null;

  /** Bytes that count. */
  get offset(): number {
    return this.#offset;
  }

  /** The declared length; null until it is known. */
  get length(): number | null {
    return this.#length;
  }

  get transferId(): string {
    return this.#options.transferId;
  }

  /** As many bytes as may still come. */
  get remaining(): number {
    return Math.min(this.#length ?? Number.MAX_SAFE_INTEGER, this.#options.maxSize) - this.#offset;
  }

  async declareLength(length: number): Promise<void> {
    await declareLength(this.#options.context, this.transferId, length);
    this.#length = length;
  }

  /** Takes what a request brings. The caller holds the lock. Throws a StorageFullError after keeping what there was room for. */
  async receive(source: Readable, options: ReceiveOptions): Promise<Received> {
    // Its file may be gone already: nothing may make it anew.
    if (this.ended !== undefined) return { end: 'interrupted' };
    const writer = await this.#openWriter();
    let end: Received['end'];
    try {
      end =
        options.checksum === undefined
          ? await this.#receiveAsItComes(source, writer, options.signal)
          : await this.#receiveWhole(source, writer, options.signal, options.checksum);
    } finally {
      await writer.close();
    }
    if (this.#offset !== this.#length || end === 'tooLong') return { end };
    return { end, judged: await this.complete() };
  }

  /** The last byte is stored: what becomes of the file. Runs once, however often it is asked; a failed one is repeated by itself. */
  complete(): Promise<Result<JudgedFile>> {
    if (this.ended !== undefined) return Promise.resolve({ ok: false, error: this.ended });
    clearTimeout(this.#completeAgain);
    this.#completing ??= this.#complete().catch((error: unknown) => {
      this.#completing = undefined;
      this.#completeAgain = setTimeout(() => {
        this.complete().catch(this.#options.onFault);
      }, COMPLETE_AGAIN_MS);
      this.#completeAgain.unref();
      throw error;
    });
    return this.#completing;
  }

  /** Ends what goes on, keeps what came, and settles when nothing is written any more. */
  async stop(why: BrokerError): Promise<void> {
    this.lock.interrupt();
    await this.whenIdle();
    this.ended ??= why;
    clearTimeout(this.#completeAgain);
  }

  /** Settles when nobody writes to its file or decides over it any more, unless somebody begins anew. */
  async whenIdle(): Promise<void> {
    await this.lock.whenFree();
    await this.#completing?.catch(() => undefined);
  }

  /** Lets go of what it holds. Nobody is in the middle of it any more. */
  close(): void {
    clearTimeout(this.#completeAgain);
    this.#options.onDone();
  }

  /**
   * The digests of a received file, when they have caught up with it; the session has nothing more to do then. Undefined
   * where it was ended before, `UNFINISHED` where the broker stops before.
   */
  async finishDigest(): Promise<FileDigests | typeof UNFINISHED | undefined> {
    try {
      await this.#follow();
      // Who ended it has the last word; where the broker stops, the job stays for the next one.
      if (this.ended !== undefined) return this.#outcomeOfEnd();
      return await this.#options.digest.finish();
    } catch (error) {
      // The thread of the digest ends with the broker.
      if (this.ended === undefined) throw error;
      return this.#outcomeOfEnd();
    }
  }

  #outcomeOfEnd(): typeof UNFINISHED | undefined {
    return this.ended?.code === 'SHUTTING_DOWN' ? UNFINISHED : undefined;
  }

  async #openWriter(): Promise<BlobWriter> {
    const writer = await this.#options.storage.open(this.#options.key);
    try {
      if (writer.size < this.#offset) {
        throw new Error(
          `The file of ${this.transferId} has ${writer.size} of ${this.#offset} bytes.`,
        );
      }
      // What lies beyond the offset never counted.
      if (writer.size > this.#offset) await writer.truncate(this.#offset);
      return writer;
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  async #receiveAsItComes(
    source: Readable,
    writer: BlobWriter,
    signal: AbortSignal,
  ): Promise<PumpEnd> {
    const from = this.#offset;
    const flushing = new BackgroundFlush(this.#offset, async () => {
      const offset = this.#offset;
      await this.#flush(writer);
      await recordOffset(this.#options.context, this.transferId, offset);
    });
    try {
      return await pump(source, {
        limit: this.remaining,
        idleMs: IDLE_MS,
        signal,
        write: async (batch) => {
          this.lastByteAt = this.#options.context.clock.now();
          await this.#append(writer, batch);
          flushing.advance(this.#offset);
        },
      });
    } finally {
      // Also after a failure: what has landed is kept.
      try {
        await flushing.settle();
      } finally {
        if (this.#offset > from && !this.#hasFallenBack) {
          await this.#flush(writer);
          if (this.#offset !== this.#length) {
            await recordOffset(this.#options.context, this.transferId, this.#offset);
          }
        }
      }
    }
  }

  async #receiveWhole(
    source: Readable,
    writer: BlobWriter,
    signal: AbortSignal,
    checksum: ExpectedChecksum,
  ): Promise<Received['end']> {
    const { context, digest } = this.#options;
    const from = this.#offset;
    const hash = createHash(checksum.algorithm);
    // A digest that is still catching up reads these bytes from the file, once they count.
    const feeds = this.#isLive;
    await markPending(context, this.transferId, from);
    if (feeds) digest.mark();
    let end: PumpEnd | undefined;
    let counts = false;
    try {
      end = await pump(source, {
        limit: this.remaining,
        idleMs: IDLE_MS,
        signal,
        write: async (batch) => {
          this.lastByteAt = this.#options.context.clock.now();
          await writer.append(batch);
          for (const chunk of batch) hash.update(chunk);
          if (feeds) await digest.update(batch);
        },
      });
      counts = end === 'complete' && hash.digest().equals(checksum.digest);
    } finally {
      if (!counts) {
        if (feeds) digest.rollback();
        await writer.truncate(from);
        await this.#flush(writer);
        await recordOffset(context, this.transferId, from);
      }
    }
    if (!counts) return end === 'complete' ? 'checksumMismatch' : end;
    try {
      await writer.flush();
      // Until this is noted a restart takes them back, so nobody is told of them before.
      await recordOffset(context, this.transferId, writer.size);
    } catch (error) {
      this.#leave();
      throw error;
    }
    this.#setOffset(writer.size);
    this.#flushedOffset = writer.size;
    this.#isFlushed = true;
    if (!feeds) this.#followOn();
    return 'complete';
  }

  /**
   * Writes a batch; its bytes count when the write has returned. The digest takes them while they are being written, which
   * saves the time of the shorter of both, and gives back what could not be written.
   */
  async #append(writer: BlobWriter, batch: readonly Buffer[]): Promise<void> {
    const { digest } = this.#options;
    const before = writer.size;
    const feeds = this.#isLive;
    if (feeds) digest.mark();
    const [appended, fed] = await Promise.allSettled([
      writer.append(batch),
      feeds ? digest.update(batch) : undefined,
    ]);
    const written = writer.size - before;
    this.#setOffset(this.#offset + written);
    if (fed.status === 'rejected') throw fed.reason;
    if (appended.status === 'fulfilled') {
      // A follower that has caught up meanwhile has not seen these.
      if (!feeds && this.#isLive) await digest.update(batch);
      return;
    }
    if (feeds) digest.rollback();
    if (this.#isLive) await digest.update(firstBytes(batch, written));
    throw appended.reason;
  }

  #setOffset(offset: number): void {
    if (this.#hasFallenBack) return;
    this.#offset = offset;
    this.#isFlushed = false;
    this.#options.progress.set(this.transferId, offset);
  }

  /** Feeds the digest from the file until it has caught up with the offset; settles when it has. */
  #follow(): Promise<void> {
    this.#following ??= this.#readUp().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  /** Bytes count that the digest has not been fed. A follower that has just settled has not seen them. */
  #followOn(): void {
    this.#isLive = false;
    Promise.resolve(this.#following)
      .then(() => this.#follow())
      .catch((error: unknown) => {
        // The thread of the digest ends with the broker.
        if (this.ended === undefined) this.#options.onFault(error);
      });
  }

  async #readUp(): Promise<void> {
    const { storage, key, digest } = this.#options;
    while (digest.position < this.#offset) {
      if (this.ended !== undefined) return;
      this.#isLive = false;
      const start = digest.position;
      const bytes = await storage.read(key, { start, end: this.#offset });
      try {
        await this.#feedFrom(bytes);
      } finally {
        await bytes?.close();
      }
      if (digest.position === start && this.ended === undefined) {
        throw new Error(`The file of ${this.transferId} is too short.`);
      }
    }
    // In the same turn as the comparison: from here on every byte that lands is fed.
    this.#isLive = true;
  }

  /** Feeds the digest what a reader has. Who ended the upload takes its file away, and nothing more is read. */
  async #feedFrom(bytes: BlobReader | undefined): Promise<void> {
    if (bytes === undefined) return;
    const memory = Buffer.allocUnsafeSlow(READ_BYTES);
    while (this.ended === undefined) {
      const read = await bytes.fill(memory);
      if (read === 0) return;
      await this.#options.digest.update([memory.subarray(0, read)]);
    }
  }

  async #flush(writer: BlobWriter): Promise<void> {
    const offset = this.#offset;
    try {
      await writer.flush();
    } catch (error) {
      this.#fallBack();
      throw error;
    }
    this.#flushedOffset = offset;
    this.#isFlushed = offset === this.#offset;
  }

  /**
   * A flush that failed may have lost bytes, and the system says so once: the next one would succeed over the gap. What was
   * not flushed counts no more; whoever asks next opens the upload anew, from what is known to be kept.
   */
  #fallBack(): void {
    if (this.#offset !== this.#flushedOffset) this.#leave();
  }

  /** What is kept is told by the database and the storage, not by this session any more. */
  #leave(): void {
    this.ended ??= fail('UPLOAD_BUSY', 'The storage failed; ask where the upload stands.').error;
    this.#setOffset(this.#flushedOffset);
    this.#hasFallenBack = true;
    this.close();
  }

  /** A file of no bytes is a file too, though nothing was ever written to it; and a flush may have failed before. */
  async #flushFile(): Promise<void> {
    const writer = await this.#options.storage.open(this.#options.key);
    try {
      await this.#flush(writer);
    } finally {
      await writer.close();
    }
  }

  async #complete(): Promise<Result<JudgedFile>> {
    const { context, digest, onDone } = this.#options;
    if (!this.#isFlushed) await this.#flushFile();
    const digests = this.#isLive ? await digest.finish() : null;
    const judged = await receiveLastByte(context, this.transferId, this.#offset, digests);
    if (!judged.ok) this.ended ??= judged.error;
    if (!judged.ok || digests !== null) onDone();
    return judged.ok ? ok(judged.value) : judged;
  }
}
