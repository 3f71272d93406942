/** What is known of a file's content: its digests, the one that was expected, and what a scanner said. */
import type { DigestAlgorithm, TransferRow } from '../../transfers/index.ts';
import { builder } from '../builder.ts';
import { DigestAlgorithmEnum, VirusScanStatusEnum } from './transfer-enums.ts';

/** The digests of a file that was received whole. */
export const DigestsType = builder
  .objectRef<{ readonly sha256: string; readonly md5: string | null }>('Digests')
  .implement({
    description: 'Digests of the bytes that the broker stored, in lower-case hex.',
    fields: (t) => ({
      sha256: t.exposeString('sha256', { description: 'SHA-256, of 64 hex digits.' }),
      md5: t.exposeString('md5', {
        nullable: true,
        description:
          'MD5, of 32 hex digits. Null unless the sender expected an MD5 or the resource computes it.',
      }),
    }),
  });

/** The digest that the sender expected. */
export const ExpectedDigestType = builder
  .objectRef<{ readonly algorithm: DigestAlgorithm; readonly value: string }>('ExpectedDigest')
  .implement({
    description: "What the sender said the file's digest has to be.",
    fields: (t) => ({
      algorithm: t.expose('algorithm', {
        type: DigestAlgorithmEnum,
        description: 'How the digest is computed.',
      }),
      value: t.exposeString('value', { description: 'The digest in lower-case hex.' }),
    }),
  });

/** What a scanner said. */
export const VirusScanResultType = builder
  .objectRef<Pick<TransferRow, 'scan_status' | 'scanned_at' | 'scan_finding'>>('VirusScanResult')
  .implement({
    description: 'Whether the file is scanned for malware, and what the scanner said.',
    fields: (t) => ({
      status: t.expose('scan_status', {
        type: VirusScanStatusEnum,
        description: 'What is known by now.',
      }),
      scannedAt: t.expose('scanned_at', {
        type: 'DateTime',
        nullable: true,
        description: 'When the scanner answered; null before that.',
      }),
      finding: t.exposeString('scan_finding', {
        nullable: true,
        description: "The scanner's name for what it found; null where it found nothing.",
      }),
    }),
  });
