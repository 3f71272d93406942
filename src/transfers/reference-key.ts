/** A sender's reference may be longer than an entry of an index can be: a digest of it stands there for it. */
import { createHash } from 'node:crypto';

/** 96 bits of the SHA-256 of a reference in NFC. Two references with one key are told apart by the references themselves. */
export function toReferenceKey(reference: string): string {
  return createHash('sha256').update(reference).digest('base64url').slice(0, 16);
}
