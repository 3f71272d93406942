/** What scans bytes for malware. It knows nothing of transfers. */
import type { BlobReader } from '../storage/index.ts';

export interface Scanner {
  /** The most bytes that can be scanned, as far as is known now. */
  readonly maxBytes: number;
  /** Why nothing can be scanned, as it was when the scanner was last asked; null where it can. */
  readonly problem: string | null;
  /**
   * Asks the scanner whether it is there, and, the first time and where there was a problem, how it is set; answers the
   * problem. May be asked often. Never throws.
   */
  check(): Promise<string | null>;
  /**
   * Scans the bytes of a source, of which there are `size`. Throws where there are fewer or more, or they cannot be read,
   * which is no fault of the scanner; the signal leaves it without a verdict at once.
   */
  scan(source: BlobReader, size: number, signal: AbortSignal): Promise<ScanOutcome>;
}

export type ScanOutcome =
  | { readonly kind: 'clean' }
  /** The scanner's name for what it found. */
  | { readonly kind: 'infected'; readonly finding: string }
  /** More than the scanner takes. */
  | { readonly kind: 'tooLarge' }
  /** It cannot be asked now, or its word cannot be trusted as it is set: to be tried again, at the latest when it is back. */
  | { readonly kind: 'away'; readonly reason: string }
  /** It was asked and gave no verdict, which may be the file's own doing: to be tried again later. */
  | { readonly kind: 'noVerdict'; readonly reason: string };
