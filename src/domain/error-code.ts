/**
 * Every expected failure of the broker, as data: what kind of GraphQL answer carries it and which HTTP status it has.
 * Only doors act on this table; a code without a row does not compile.
 */

/**
 * How GraphQL tells of a failure: as a member of a mutation's union, or (`request`) as an entry of `errors`.
 * `door` codes come from the HTTP doors alone.
 */
export type ErrorKind =
  | 'validation'
  | 'accessDenied'
  | 'notFound'
  | 'conflict'
  | 'request'
  | 'door';

export interface ErrorCodeInfo {
  readonly kind: ErrorKind;
  /** The HTTP status outside GraphQL. */
  readonly status: number;
}

const validation = (status = 400): ErrorCodeInfo => ({ kind: 'validation', status });
const accessDenied: ErrorCodeInfo = { kind: 'accessDenied', status: 403 };
const notFound: ErrorCodeInfo = { kind: 'notFound', status: 404 };
const conflict = (status = 409): ErrorCodeInfo => ({ kind: 'conflict', status });
const request = (status: number): ErrorCodeInfo => ({ kind: 'request', status });
const door = (status: number): ErrorCodeInfo => ({ kind: 'door', status });

export const ERROR_CODES = {
  UNAUTHENTICATED: request(401),
  INSUFFICIENT_SCOPE: accessDenied,
  BAD_USER_INPUT: validation(),
  INVALID_CURSOR: validation(),
  INVALID_INPUT: validation(),
  RATE_LIMITED: request(429),
  INTERNAL_ERROR: request(500),

  TRANSFER_NOT_FOUND: notFound,
  SERVICE_OWNER_NOT_REGISTERED: notFound,
  SERVICE_OWNER_ALREADY_REGISTERED: conflict(),
  RESOURCE_NOT_FOUND: notFound,
  NOT_RESOURCE_OWNER: accessDenied,
  INVALID_MAX_TRANSFER_SIZE: validation(),
  INVALID_TIME_TO_LIVE: validation(),
  INVALID_GRACE_PERIOD: validation(),
  INVALID_EXPIRY_REMINDER: validation(),

  NO_ACCESS_TO_RESOURCE: accessDenied,
  NOT_THE_SENDER: accessDenied,
  NOT_A_RECIPIENT: accessDenied,
  REQUIRED_PARTY_MISSING: validation(),
  REQUIRED_PARTY_TOO_MANY_RECIPIENTS: validation(),
  RECIPIENT_NOT_IN_ACCESS_LIST: validation(),
  IDEMPOTENCY_KEY_REUSED: conflict(),

  TRANSFER_ALREADY_UPLOADED: conflict(),
  UPLOAD_FAILED: conflict(),
  UPLOAD_ABANDONED: conflict(),
  DIGEST_MISMATCH: validation(),
  FILE_TOO_LARGE: validation(413),
  VIRUS_SCAN_REQUIRED: validation(),
  SCANNER_NOT_AVAILABLE: conflict(503),
  VIRUS_FOUND: validation(),
  STORAGE_NOT_READY: conflict(503),

  NO_FILE_UPLOADED: conflict(),
  /** 409 before the file is published; the doors answer 410 after it is gone. */
  FILE_NOT_AVAILABLE: conflict(),
  RANGE_NOT_SATISFIABLE: door(416),
  TRANSFER_NOT_PUBLISHED: conflict(),
  DOWNLOAD_NOT_STARTED: conflict(),
  TRANSFER_ENDED: conflict(),

  WEBHOOK_NOT_FOUND: notFound,
  WEBHOOK_NOT_ACTIVE: conflict(),
  WEBHOOK_URL_NOT_ALLOWED: validation(),
  TOO_MANY_WEBHOOKS: conflict(),
  DELIVERY_NOT_FOUND: notFound,
  EXPORT_NOT_FOUND: notFound,

  STORAGE_FULL: request(507),
  ISSUER_NOT_AVAILABLE: request(503),
  STREAM_TOO_SLOW: request(503),
  SHUTTING_DOWN: request(503),
  LINK_INVALID: door(403),
  PATH_NOT_FOUND: door(404),
  METHOD_NOT_ALLOWED: door(405),
  LENGTH_REQUIRED: door(411),
  PRECONDITION_FAILED: door(412),
  UNSUPPORTED_MEDIA_TYPE: door(415),
  OFFSET_MISMATCH: door(409),
  UPLOAD_ENDED: door(410),
  UPLOAD_BUSY: door(423),
  CHECKSUM_MISMATCH: door(460),
  NOT_IMPLEMENTED: door(501),
} as const satisfies Record<string, ErrorCodeInfo>;

/** One of the contract's `ErrorCode` values. */
export type ErrorCode = keyof typeof ERROR_CODES;

export const ERROR_CODE_NAMES = Object.keys(ERROR_CODES) as readonly ErrorCode[];
