/** The enums of transfers and their recipients. */
import type {
  RecipientStatus,
  TransferRole,
  TransferStatus,
  VirusScanStatus,
} from '../../domain/transfer-status.ts';
import type { DigestAlgorithm, TransferOrder } from '../../transfers/index.ts';
import { builder } from '../builder.ts';

interface EnumValue {
  readonly description: string;
}

/** How a transfer stands. */
export const TransferStatusEnum = builder.enumType('TransferStatus', {
  description:
    'How a transfer stands. CANCELLED, PURGED and FAILED are its ends: nothing follows but the deletion of its file.',
  values: {
    INITIALIZED: { description: 'The transfer is made, and the upload of its file may begin.' },
    UPLOAD_STARTED: { description: 'The sender has started the upload.' },
    UPLOAD_PROCESSING: {
      description: 'The whole file was received. Its digest is compared and it is scanned.',
    },
    PUBLISHED: { description: 'The file is ready for download.' },
    ALL_CONFIRMED_DOWNLOADED: {
      description: 'Every recipient has confirmed. The file can be downloaded until it is purged.',
    },
    CANCELLED: { description: 'The sender withdrew the transfer.' },
    PURGED: {
      description: 'The transfer expired, or everybody had confirmed, and its file was deleted.',
    },
    FAILED: { description: 'The upload failed, while uploading or while processing.' },
  } as const satisfies Record<TransferStatus, EnumValue>,
});

/** How far a recipient has come. */
export const RecipientStatusEnum = builder.enumType('RecipientStatus', {
  description: 'How far a recipient has come.',
  values: {
    INITIALIZED: { description: 'It has not started a download.' },
    DOWNLOAD_STARTED: { description: 'It has started a download, and not confirmed it.' },
    DOWNLOAD_CONFIRMED: { description: 'It has said that it has the whole file.' },
  } as const satisfies Record<RecipientStatus, EnumValue>,
});

/** What a party is to a transfer. */
export const TransferRoleEnum = builder.enumType('TransferRole', {
  description: 'What a party is to a transfer. One party may have several roles.',
  values: {
    SENDER: { description: 'It made the transfer and uploads its file.' },
    RECIPIENT: { description: 'It is one of those that the file is for.' },
    SERVICE_OWNER: { description: 'It owns the resource that the transfer goes through.' },
  } as const satisfies Record<TransferRole, EnumValue>,
});

/** What a scanner said of a file. */
export const VirusScanStatusEnum = builder.enumType('VirusScanStatus', {
  description: 'What is known of malware in a file.',
  values: {
    PENDING: { description: 'The file is going to be scanned before it is published.' },
    CLEAN: { description: 'The scanner found nothing.' },
    INFECTED: { description: 'The scanner found malware, and the transfer failed.' },
    SKIPPED: { description: 'Not scanned and not going to be; known from initialization on.' },
  } as const satisfies Record<VirusScanStatus, EnumValue>,
});

/** How a digest is computed. */
export const DigestAlgorithmEnum = builder.enumType('DigestAlgorithm', {
  description: 'How a digest is computed.',
  values: {
    MD5: { description: 'MD5, of 32 hex digits. It tells accidents, not attacks.' },
    SHA256: { description: 'SHA-256, of 64 hex digits.' },
  } as const satisfies Record<DigestAlgorithm, EnumValue>,
});

/** What a list of transfers goes by. */
export const TransferOrderEnum = builder.enumType('TransferOrder', {
  description: 'The time that a list of transfers goes by. Ties go by id.',
  values: {
    CREATED_AT: { description: 'When the transfer was initialized.' },
    PUBLISHED_AT: {
      description: 'When the transfer was published. Only transfers that were published.',
    },
    STATUS_CHANGED_AT: { description: "When the transfer's status last changed." },
  } as const satisfies Record<TransferOrder, EnumValue>,
});

/** Which end of an order comes first. */
export const SortDirectionEnum = builder.enumType('SortDirection', {
  description: 'Which end of an order comes first.',
  values: {
    ASC: { description: 'The smallest or the oldest first.' },
    DESC: { description: 'The greatest or the latest first.' },
  } as const,
});
