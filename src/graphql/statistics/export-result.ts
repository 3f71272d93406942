/** ExportResult: where an export can be fetched, or why it cannot. */
import { TemporaryLinkRef } from '../object-refs.ts';
import { createResultUnion } from '../result-union.ts';

/** What both export mutations answer. */
export const ExportResult = createResultUnion(
  'ExportResult',
  TemporaryLinkRef,
  ['ValidationError', 'AccessDeniedError'],
  'The link, or why there is none.',
);
