export { openDiskStorage } from './disk-storage.ts';
export {
  type BlobStream,
  type BlobWriter,
  type ByteRange,
  type Storage,
  StorageFullError,
} from './storage.ts';
