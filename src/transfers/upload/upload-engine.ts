/** The uploads that this process has open, and what ends or completes them. */
import { setMaxListeners } from 'node:events';
import { type BrokerError, fail } from '../../domain/result.ts';
import { UNFINISHED } from '../../jobs/index.ts';
import type { Storage } from '../../storage/index.ts';
import { maxSizeOf } from '../max-size.ts';
import { findTransferParts, type TransferParts } from '../transfer.ts';
import type { TransferContext } from '../transfer-context.ts';
import { createUploadProgress, type UploadProgress } from '../upload-progress.ts';
import { createHashThread } from './hash-thread.ts';
import { type FileDigests, RunningDigest } from './running-digest.ts';
import { UploadSession } from './upload-session.ts';

/** What is no longer than this is hashed sooner than another thread is asked to. */
const SMALL_FILE_BYTES = 1024 * 1024;

export interface UploadEngine {
  readonly progress: UploadProgress;
  /** The upload, while it is started and not ended; undefined otherwise. */
  open(transferId: string): Promise<UploadSession | undefined>;
  /** When this process took the latest byte of the upload, in epoch milliseconds; null where it took none. */
  lastByteAt(transferId: string): Promise<number | null>;
  /** Ends an upload: its running request, if there is one, is told why, and has gone when this settles. */
  end(transferId: string, why: BrokerError): Promise<void>;
  /**
   * The digests of a file that was received whole, as soon as they are known. Undefined where it needs none any more,
   * `UNFINISHED` where the broker stops before.
   */
  digest(transferId: string): Promise<FileDigests | typeof UNFINISHED | undefined>;
  /** Set when the broker stops: running requests are cut, flushed and kept for resuming. */
  readonly isStopping: boolean;
  /** Aborted when the broker stops. */
  readonly stopping: AbortSignal;
  stop(): Promise<void>;
}

export function createUploadEngine({
  context,
  storage,
  onFault,
}: {
  readonly context: TransferContext;
  readonly storage: Storage;
  readonly onFault: (error: unknown, transferId: string) => void;
}): UploadEngine {
  const sessions = new Map<string, Promise<UploadSession | undefined>>();
  const progress = createUploadProgress();
  const thread = createHashThread();
  const stopping = new AbortController();
  // As many listen as there are answers on their way.
  setMaxListeners(0, stopping.signal);

  function open(transferId: string): Promise<UploadSession | undefined> {
    const known = sessions.get(transferId);
    if (known !== undefined) return known;
    const opening = load(transferId).then(
      (session) => {
        if (session === undefined) sessions.delete(transferId);
        return session;
      },
      (error: unknown) => {
        sessions.delete(transferId);
        throw error;
      },
    );
    sessions.set(transferId, opening);
    return opening;
  }

  async function load(transferId: string): Promise<UploadSession | undefined> {
    const parts = await context.database.read((db) => findTransferParts(db, transferId));
    if (parts === undefined || !needsSession(parts)) return undefined;
    return createSession(parts);
  }

  /** Bytes of it may still come, or its digests are not known yet. What has expired is purged, whatever it was about to become. */
  function needsSession({ transfer, file }: TransferParts): boolean {
    if (context.clock.now() >= transfer.expires_at || transfer.purge_begun_at !== null)
      return false;
    if (transfer.status === 'UPLOAD_PROCESSING') return file.sha256 === null;
    return transfer.status === 'UPLOAD_STARTED';
  }

  function createSession({ transfer, file, upload }: TransferParts): UploadSession {
    const isSmall = upload.length !== null && upload.length <= SMALL_FILE_BYTES;
    const digest = new RunningDigest({
      withMd5: transfer.compute_md5 === 1 || transfer.expected_algorithm === 'MD5',
      thread: isSmall ? null : thread,
    });
    return new UploadSession({
      context,
      storage,
      progress,
      transferId: transfer.id,
      key: file.id,
      offset: upload.offset_flushed,
      length: upload.length,
      maxSize: maxSizeOf(context, transfer),
      digest,
      onFault: (error) => onFault(error, transfer.id),
      onDone() {
        digest.drop();
        sessions.delete(transfer.id);
        progress.clear(transfer.id);
      },
    });
  }

  return {
    progress,
    open,
    stopping: stopping.signal,
    get isStopping() {
      return stopping.signal.aborted;
    },
    async end(transferId, why) {
      const session = await sessions.get(transferId);
      if (session === undefined) return;
      session.ended ??= why;
      session.lock.interrupt();
      await session.whenIdle();
      session.close();
    },
    async lastByteAt(transferId) {
      const session = await sessions.get(transferId);
      return session?.lastByteAt ?? null;
    },
    async digest(transferId) {
      if (stopping.signal.aborted) return UNFINISHED;
      const session = await open(transferId);
      if (stopping.signal.aborted) return UNFINISHED;
      const digests = await session?.finishDigest();
      // Nothing is left to do for it: a failing commit is made again from what is stored.
      if (digests !== undefined && digests !== UNFINISHED) session?.close();
      return digests;
    },
    async stop() {
      stopping.abort();
      const why = fail('SHUTTING_DOWN', 'The broker is stopping.').error;
      // All at the same time: each of them takes the last bytes of a client that keeps sending.
      await Promise.all(
        [...sessions.values()].map(async (opening) => {
          const session = await opening.catch(() => undefined);
          await session?.stop(why);
        }),
      );
      await thread.close();
    },
  };
}
