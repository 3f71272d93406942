/** The enum of every expected failure, with what each one means to a caller. */
import type { ErrorCode } from '../domain/error-code.ts';
import { builder } from './builder.ts';

interface EnumValue {
  readonly description: string;
}

/** A code without a description does not compile. */
const VALUES = {
  UNAUTHENTICATED: { description: 'The access token is missing, has expired or is not valid.' },
  INSUFFICIENT_SCOPE: { description: 'The access token lacks the scope that the operation needs.' },
  BAD_USER_INPUT: { description: "What a scalar, an enum or the GraphQL document's rules refuse." },
  INVALID_CURSOR: {
    description:
      'The cursor is not one of this list and order, or it is from another history of the event log.',
  },
  INVALID_INPUT: {
    description: 'An argument or input field breaks the rule that its description states.',
  },
  RATE_LIMITED: {
    description: 'Too many requests came in too short a time. Wait before trying again.',
  },
  INTERNAL_ERROR: {
    description: 'A fault of the broker. The message carries the id under which it is in the log.',
  },

  TRANSFER_NOT_FOUND: {
    description: `There is no such transfer, or the viewer may not see it. ${altinn('1')}`,
  },
  SERVICE_OWNER_NOT_REGISTERED: {
    description: `The party is not registered as a service owner. ${altinn('2 or 24')}`,
  },
  SERVICE_OWNER_ALREADY_REGISTERED: {
    description: `The party is registered as a service owner already. ${altinn('7002')}`,
  },
  RESOURCE_NOT_FOUND: { description: `There is no such resource. ${altinn('5 or 25')}` },
  NOT_RESOURCE_OWNER: { description: 'The resource belongs to another service owner.' },
  INVALID_MAX_TRANSFER_SIZE: {
    description: `The largest size of a transfer is out of its bounds. ${altinn('11, 12, 13 or 22')}`,
  },
  INVALID_TIME_TO_LIVE: {
    description: `The time to live is out of its bounds. ${altinn('14 or 15')}`,
  },
  INVALID_GRACE_PERIOD: {
    description: `The grace period is out of its bounds. ${altinn('17 or 18')}`,
  },
  INVALID_EXPIRY_REMINDER: {
    description: 'The reminder is out of its bounds, or longer than half the time to live.',
  },

  NO_ACCESS_TO_RESOURCE: {
    description: `The party may not do this through the resource. ${altinn('6')}`,
  },
  NOT_THE_SENDER: { description: 'The caller is not the sender of the transfer.' },
  NOT_A_RECIPIENT: { description: 'The caller is not a recipient of the transfer.' },
  REQUIRED_PARTY_MISSING: {
    description: `The party that the resource requires is neither the sender nor the only recipient. ${altinn('26')}`,
  },
  REQUIRED_PARTY_TOO_MANY_RECIPIENTS: {
    description: `The party that the resource requires would have to be the only recipient. ${altinn('27')}`,
  },
  RECIPIENT_NOT_IN_ACCESS_LIST: {
    description: `A recipient may not receive through the resource. ${altinn('28')}`,
  },
  IDEMPOTENCY_KEY_REUSED: {
    description: 'The idempotency key made a transfer from another input.',
  },

  TRANSFER_ALREADY_UPLOADED: {
    description: `The file of the transfer has been uploaded already. ${altinn('4')}`,
  },
  UPLOAD_FAILED: { description: `The upload failed. ${altinn('8')}` },
  UPLOAD_ABANDONED: { description: 'The upload was given up: nothing came for 24 hours.' },
  DIGEST_MISMATCH: { description: `The digest is not the one of the file. ${altinn('9')}` },
  FILE_TOO_LARGE: {
    description: `The file has more bytes than were declared or are allowed. ${altinn('16')}`,
  },
  VIRUS_SCAN_REQUIRED: {
    description: `The resource does not let a sender skip the virus scan. ${altinn('20')}`,
  },
  SCANNER_NOT_AVAILABLE: {
    description: 'The resource requires a scan, and the broker has no scanner.',
  },
  VIRUS_FOUND: { description: 'A scanner found malware in the file.' },
  STORAGE_NOT_READY: { description: `The storage cannot take files now. ${altinn('21')}` },

  NO_FILE_UPLOADED: {
    description: `The file of the transfer has not been uploaded yet. ${altinn('3')}`,
  },
  FILE_NOT_AVAILABLE: {
    description: `The file is not published yet, or it is gone. ${altinn('7')}`,
  },
  RANGE_NOT_SATISFIABLE: {
    description: `The range begins after the end of the file. ${altinn('29')}`,
  },
  TRANSFER_NOT_PUBLISHED: {
    description: `The file is being processed and is not published yet. ${altinn('10')}`,
  },
  DOWNLOAD_NOT_STARTED: {
    description: `The recipient has not started a download yet. ${altinn('19')}`,
  },
  TRANSFER_ENDED: { description: 'The transfer was purged or cancelled, or it failed.' },

  WEBHOOK_NOT_FOUND: { description: 'There is no such webhook, or the viewer may not see it.' },
  WEBHOOK_NOT_ACTIVE: { description: 'The webhook is disabled or has not been validated yet.' },
  WEBHOOK_URL_NOT_ALLOWED: { description: 'The broker does not call this URL.' },
  TOO_MANY_WEBHOOKS: { description: 'The viewer has as many webhooks as one party may have.' },
  DELIVERY_NOT_FOUND: { description: 'There is no such delivery, or the viewer may not see it.' },
  EXPORT_NOT_FOUND: { description: 'There is no such export, or the viewer may not see it.' },

  STORAGE_FULL: { description: 'The storage is full. What was acknowledged is kept.' },
  ISSUER_NOT_AVAILABLE: { description: "The keys of the token's issuer cannot be fetched now." },
  STREAM_TOO_SLOW: { description: 'The client read too slowly for what it subscribed to.' },
  SHUTTING_DOWN: { description: 'The broker is stopping. Subscribe again after the last cursor.' },
  LINK_INVALID: {
    description: 'The link is forged or has ended. Only endpoints outside GraphQL answer this.',
  },
  PATH_NOT_FOUND: {
    description: 'There is nothing under this path. Only endpoints outside GraphQL answer this.',
  },
  METHOD_NOT_ALLOWED: {
    description: 'The path does not know this method. Only endpoints outside GraphQL answer this.',
  },
  LENGTH_REQUIRED: {
    description:
      'The request has to say how long its body is. Only endpoints outside GraphQL answer this.',
  },
  PRECONDITION_FAILED: {
    description:
      'A condition that the request made does not hold. Only endpoints outside GraphQL answer this.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    description:
      'The body has another type than asked for. Only endpoints outside GraphQL answer this.',
  },
  OFFSET_MISMATCH: {
    description: 'The upload is at another offset. Only endpoints outside GraphQL answer this.',
  },
  UPLOAD_ENDED: {
    description:
      'The upload failed, expired or was cancelled. Only endpoints outside GraphQL answer this.',
  },
  UPLOAD_BUSY: {
    description: 'Another request holds the upload. Only endpoints outside GraphQL answer this.',
  },
  CHECKSUM_MISMATCH: {
    description:
      'The bytes do not have the checksum that came with them. Only endpoints outside GraphQL answer this.',
  },
  NOT_IMPLEMENTED: {
    description: 'The broker does not offer this. Only endpoints outside GraphQL answer this.',
  },
} as const satisfies Record<ErrorCode, EnumValue>;

function altinn(codes: string): string {
  return `Altinn 3 Broker calls it ${codes}.`;
}

/** Every expected failure. */
export const ErrorCodeEnum = builder.enumType('ErrorCode', {
  description:
    "Every expected failure. A description names Altinn 3 Broker's own code for it, where there is one.",
  values: VALUES,
});
