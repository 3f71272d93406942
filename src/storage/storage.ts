/**
 * Bytes by key, and nothing about what they mean. Nothing above may assume a local file: what is asked here, a disk and
 * an object store can both do.
 */
export interface Storage {
  /** What `file` rows call this storage. */
  readonly name: string;
  /** Opens a blob for writing, making it where there is none. The caller closes it. */
  open(key: string): Promise<BlobWriter>;
  /** How many bytes are stored; undefined where there is no such blob. */
  size(key: string): Promise<number | undefined>;
  /**
   * Opens a blob and reads from `start` (inclusive) to `end` (exclusive). It reads on to its end also when the blob is
   * removed meanwhile. The caller closes it. Undefined where there is no such blob.
   */
  read(key: string, range: ByteRange): Promise<BlobReader | undefined>;
  /** Deletes a blob for good, also through a power cut; one that is not there is no error. */
  remove(key: string): Promise<void>;
  /**
   * All blobs, in batches and in no order. What comes or goes meanwhile may be among them or not; what is no blob of this
   * storage's making is passed over.
   */
  list(): AsyncIterable<readonly StoredBlob[]>;
  /** Which history's files these are, as `writeId` noted it; null where nobody has. */
  readId(): Promise<string | null>;
  /** Notes which history's files these are, for good, also through a power cut. Throws where it can't be kept. */
  writeId(id: string): Promise<void>;
}

/** A blob as a list has it. Its size would cost a question for each: `size` answers it. */
export interface StoredBlob {
  readonly key: string;
}

/** As many bytes as are well read at once: reads of 64 KiB reach a third of what these do. */
export const READ_BYTES = 1024 * 1024;

/** Reads a range of a blob in order, into memory that the caller may use again. */
export interface BlobReader {
  /** Answers how many bytes it has put at the beginning of the buffer; 0 at the end of the range or of the blob. */
  fill(buffer: Buffer): Promise<number>;
  /** Settles when nothing is read any more. May be called again. */
  close(): Promise<void>;
}

/** Bytes from `start` (inclusive) to `end` (exclusive). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Writes a blob at its end. One act at a time, but for a flush, which may run beside the others and covers what was written before it. */
export interface BlobWriter {
  /** Bytes. */
  readonly size: number;
  /**
   * Writes at the end and answers how many bytes of it are stored; fewer than given only with an error, which is thrown
   * after `size` has been brought up to date. A full storage throws a StorageFullError.
   */
  append(chunks: readonly Buffer[]): Promise<void>;
  /** Cuts the blob down to a size. */
  truncate(size: number): Promise<void>;
  /** Settles when everything written outlasts a power cut. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** There is no room. What was written before is kept. */
export class StorageFullError extends Error {
  override readonly name = 'StorageFullError';
}
