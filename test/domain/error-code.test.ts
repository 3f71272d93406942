import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, GraphQLEnumType } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  ERROR_CODE_NAMES,
  ERROR_CODES,
  type ErrorCode,
  type ErrorKind,
} from '../../src/domain/error-code.ts';
import { fail } from '../../src/domain/result.ts';
import { statusOf } from '../../src/http/index.ts';
import { CHECKOUT } from '../support/checkout.ts';

const contract = buildSchema(readFileSync(join(CHECKOUT, 'schema', 'contract.graphql'), 'utf8'));

/** The contract's table of codes: how GraphQL tells of each, and its HTTP status; null where it has none. */
const TABLE: Readonly<Record<ErrorCode, readonly [ErrorKind, number | null]>> = {
  UNAUTHENTICATED: ['request', 401],
  INSUFFICIENT_SCOPE: ['accessDenied', 403],
  NO_ACCESS_TO_RESOURCE: ['accessDenied', 403],
  NOT_THE_SENDER: ['accessDenied', 403],
  NOT_A_RECIPIENT: ['accessDenied', 403],
  NOT_RESOURCE_OWNER: ['accessDenied', 403],
  TRANSFER_NOT_FOUND: ['notFound', 404],
  RESOURCE_NOT_FOUND: ['notFound', 404],
  WEBHOOK_NOT_FOUND: ['notFound', 404],
  DELIVERY_NOT_FOUND: ['notFound', 404],
  EXPORT_NOT_FOUND: ['notFound', 404],
  SERVICE_OWNER_NOT_REGISTERED: ['notFound', 404],
  INVALID_CURSOR: ['validation', 400],
  INVALID_INPUT: ['validation', 400],
  INVALID_MAX_TRANSFER_SIZE: ['validation', 400],
  INVALID_TIME_TO_LIVE: ['validation', 400],
  INVALID_GRACE_PERIOD: ['validation', 400],
  INVALID_EXPIRY_REMINDER: ['validation', 400],
  BAD_USER_INPUT: ['validation', 400],
  DIGEST_MISMATCH: ['validation', 400],
  VIRUS_FOUND: ['validation', 400],
  RECIPIENT_NOT_IN_ACCESS_LIST: ['validation', 400],
  REQUIRED_PARTY_MISSING: ['validation', 400],
  REQUIRED_PARTY_TOO_MANY_RECIPIENTS: ['validation', 400],
  VIRUS_SCAN_REQUIRED: ['validation', 400],
  WEBHOOK_URL_NOT_ALLOWED: ['validation', 400],
  FILE_TOO_LARGE: ['validation', 413],
  RANGE_NOT_SATISFIABLE: ['door', 416],
  LINK_INVALID: ['door', 403],
  PATH_NOT_FOUND: ['door', 404],
  OFFSET_MISMATCH: ['door', 409],
  UPLOAD_ENDED: ['door', 410],
  PRECONDITION_FAILED: ['door', 412],
  UNSUPPORTED_MEDIA_TYPE: ['door', 415],
  UPLOAD_BUSY: ['door', 423],
  CHECKSUM_MISMATCH: ['door', 460],
  NOT_IMPLEMENTED: ['door', 501],
  METHOD_NOT_ALLOWED: ['door', 405],
  LENGTH_REQUIRED: ['door', 411],
  ISSUER_NOT_AVAILABLE: ['request', 503],
  STREAM_TOO_SLOW: ['request', null],
  SHUTTING_DOWN: ['request', null],
  FILE_NOT_AVAILABLE: ['conflict', 409],
  RATE_LIMITED: ['request', 429],
  STORAGE_NOT_READY: ['conflict', 503],
  SCANNER_NOT_AVAILABLE: ['conflict', 503],
  STORAGE_FULL: ['request', 507],
  INTERNAL_ERROR: ['request', 500],
  // Every other one is a conflict.
  SERVICE_OWNER_ALREADY_REGISTERED: ['conflict', 409],
  IDEMPOTENCY_KEY_REUSED: ['conflict', 409],
  TRANSFER_ALREADY_UPLOADED: ['conflict', 409],
  UPLOAD_FAILED: ['conflict', 409],
  UPLOAD_ABANDONED: ['conflict', 409],
  NO_FILE_UPLOADED: ['conflict', 409],
  TRANSFER_NOT_PUBLISHED: ['conflict', 409],
  DOWNLOAD_NOT_STARTED: ['conflict', 409],
  TRANSFER_ENDED: ['conflict', 409],
  WEBHOOK_NOT_ACTIVE: ['conflict', 409],
  TOO_MANY_WEBHOOKS: ['conflict', 409],
};

describe('the error codes', () => {
  it('are those of the contract, no more and no fewer', () => {
    const type = contract.getType('ErrorCode');
    if (!(type instanceof GraphQLEnumType)) throw new Error('The contract has no ErrorCode.');
    const names = type.getValues().map(({ name }) => name);
    expect([...ERROR_CODE_NAMES].sort()).toEqual(names.sort());
    expect(Object.keys(TABLE).sort()).toEqual(names.sort());
  });

  it.each(Object.entries(TABLE).map(([code, [kind, status]]) => ({ code, kind, status })))(
    '$code is $kind with status $status',
    ({ code, kind, status }) => {
      const info = ERROR_CODES[code as ErrorCode];
      expect(info.kind).toBe(kind);
      if (status !== null) expect(info.status).toBe(status);
    },
  );

  it('of what is gone for good have the status 410', () => {
    expect(statusOf(fail('FILE_NOT_AVAILABLE', 'Gone.', { gone: true }).error)).toBe(410);
    expect(statusOf(fail('FILE_NOT_AVAILABLE', 'Not yet.').error)).toBe(409);
  });
});
