/** The enums of the event log. */
import type { EventType } from '../../domain/transfer-status.ts';
import { builder } from '../builder.ts';

/** What happened. */
export const EventTypeEnum = builder.enumType('EventType', {
  description:
    'What happened. In a webhook the CloudEvents type is `no.altinn.broker.` and the name in lower case without underscores.',
  values: {
    FILE_TRANSFER_INITIALIZED: { description: 'Information about a new file transfer.' },
    UPLOAD_PROCESSING: { description: 'The file has been uploaded and is being processed.' },
    PUBLISHED: { description: 'The file has been processed and is ready for download.' },
    UPLOAD_FAILED: { description: 'The upload failed, while uploading or while processing.' },
    DOWNLOAD_CONFIRMED: { description: 'A recipient confirmed its download.' },
    ALL_CONFIRMED_DOWNLOADED: { description: 'Every recipient has confirmed.' },
    FILE_DELETED: { description: 'The file has been deleted from the broker.' },
    FILE_NEVER_CONFIRMED_DOWNLOADED: {
      description: 'The file expired and this recipient never confirmed.',
    },
    UPLOAD_STARTED: {
      description: 'The sender started the upload. Not in the Altinn event list.',
    },
    DOWNLOAD_STARTED: {
      description:
        'A recipient started a download: one per GET answered 200 or 206, at most one per recipient in 5 minutes. Not in the Altinn event list.',
    },
    FILE_TRANSFER_CANCELLED: {
      description: 'The sender cancelled the transfer. Not in the Altinn event list.',
    },
    FILE_EXPIRING: {
      description:
        'The file expires soon and this recipient has not confirmed. Not in the Altinn event list.',
    },
  } as const satisfies Record<EventType, { description: string }>,
});

/** Which of the events that the viewer may see. */
export const EventAudienceEnum = builder.enumType('EventAudience', {
  description: 'Which of the events that the viewer may see.',
  values: {
    ALL: { description: 'All of the transfers that the viewer may see.' },
    MINE: {
      description:
        'What concerns the viewer. As sender or resource owner: everything. As recipient: PUBLISHED, FILE_DELETED, FILE_TRANSFER_CANCELLED, and the events whose subject it is.',
    },
  } as const,
});

/** Where a stream of events starts. */
export const EventStartEnum = builder.enumType('EventStart', {
  description: 'Where a stream of events starts that is not told a cursor.',
  values: {
    NOW: { description: 'With the first event that happens from now on.' },
    BEGINNING: { description: 'With the first event of the log that the viewer may see.' },
  } as const,
});
