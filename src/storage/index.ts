export { openDiskStorage } from './disk-storage.ts';
export { type BlobWriter, type ByteRange, type Storage, StorageFullError } from './storage.ts';
