export { openDiskStorage } from './disk-storage.ts';
export {
  type BlobReader,
  type BlobWriter,
  type ByteRange,
  READ_BYTES,
  type Storage,
  StorageFullError,
} from './storage.ts';
