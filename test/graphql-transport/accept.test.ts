import { expect, test } from 'vitest';
import { acceptsEventStream, chooseAnswerType } from '../../src/graphql/accept.ts';

const JSON_TYPE = 'application/json';
const RESPONSE = 'application/graphql-response+json';
const STREAM = 'text/event-stream';

test.each([
  [undefined, JSON_TYPE, false],
  ['', JSON_TYPE, false],
  ['*/*', JSON_TYPE, false],
  ['application/*', JSON_TYPE, false],
  ['text/*', undefined, false],
  ['image/png', undefined, false],
  [STREAM, STREAM, true],
  ['Text/Event-Stream', STREAM, true],
  [`${RESPONSE}, ${JSON_TYPE};q=0.9`, RESPONSE, false],
  [`${JSON_TYPE};q=0.5, ${RESPONSE}; charset=utf-8`, RESPONSE, false],
  [`${RESPONSE}, ${STREAM}`, RESPONSE, true],
  [`*/*;q=0.1, ${STREAM}`, STREAM, true],
  [`${STREAM};q=0`, undefined, false],
  [`${JSON_TYPE};q=0, */*`, JSON_TYPE, false],
  ['text/html, */*;q=0.8', JSON_TYPE, false],
])('Accept: %s', (accept, type, streams) => {
  expect(chooseAnswerType(accept)).toBe(type);
  expect(acceptsEventStream(accept)).toBe(streams);
});
