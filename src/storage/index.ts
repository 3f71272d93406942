export { type Disk, type DiskEntry, type DiskFile, makeFolder, realDisk } from './disk.ts';
export { openDiskStorage } from './disk-storage.ts';
export {
  type BlobReader,
  type BlobWriter,
  type ByteRange,
  READ_BYTES,
  type Storage,
  StorageFullError,
  type StoredBlob,
} from './storage.ts';
