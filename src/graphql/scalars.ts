/** The contract's scalars: text from outside becomes a value of the domain here, once. */
import {
  GraphQLError,
  type GraphQLScalarLiteralParser,
  Kind,
  print,
  type ValueNode,
} from 'graphql';
import { DAY_RULE, formatDay, parseDay } from '../domain/calendar-day.ts';
import { DATE_TIME_RULE, formatDateTime, parseDateTime } from '../domain/date-time.ts';
import { DURATION_RULE, formatDuration, parseDuration } from '../domain/duration.ts';
import { PARTY_ID_RULE, parsePartyId } from '../domain/party-id.ts';
import { builder } from './builder.ts';

/** How much of a value at fault a message repeats. */
const MAX_SHOWN = 80;

function refuse(name: string, shown: string, rule: string): GraphQLError {
  const short = shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
  return new GraphQLError(`${name} ${short.toWellFormed()} is not ${rule}.`);
}

/** The two ways in, by variable and by literal, of a scalar that is written as a string. */
function textScalar<T>(name: string, rule: string, parse: (text: string) => T | undefined) {
  const parseText = (text: unknown, shown: string): T => {
    const value = typeof text === 'string' ? parse(text) : undefined;
    if (value === undefined) throw refuse(name, shown, rule);
    return value;
  };
  return {
    parseValue: (value: unknown) => parseText(value, JSON.stringify(value)),
    parseLiteral: (node: ValueNode) =>
      // Without the check of its kind an enum value or a number would pass for text.
      parseText(node.kind === Kind.STRING ? node.value : undefined, print(node)),
  } satisfies { parseValue: unknown; parseLiteral: GraphQLScalarLiteralParser<T> };
}

builder.scalarType('DateTime', {
  description:
    'RFC 3339 date and time with an offset, at most three decimals of a second. Output is UTC with three decimals.',
  serialize: formatDateTime,
  ...textScalar('DateTime', DATE_TIME_RULE, parseDateTime),
});

builder.scalarType('Date', {
  description: 'A calendar day in UTC, YYYY-MM-DD.',
  serialize: formatDay,
  ...textScalar('Date', DAY_RULE, parseDay),
});

builder.scalarType('Duration', {
  description:
    'ISO 8601 duration of weeks, days, hours, minutes and seconds, such as P30D or PT2H. No years or months.',
  serialize: formatDuration,
  ...textScalar('Duration', DURATION_RULE, parseDuration),
});

builder.scalarType('PartyId', {
  description: `Identifies a party. Accepted: \`0192:NNNNNNNNN\` (ISO 6523 prefix and Norwegian organisation number) and
\`urn:altinn:organization:identifier-no:NNNNNNNNN\`. Output is always the first form. The check digit is not tested.`,
  serialize: (party) => party,
  ...textScalar('PartyId', PARTY_ID_RULE, parsePartyId),
});

builder.scalarType('URL', {
  description: 'An absolute http(s) URL.',
  serialize: (url) => url,
  ...textScalar('URL', 'an absolute http or https URL', parseHttpUrl),
});

/** The text as it was given: what reads it later takes it apart again. */
function parseHttpUrl(text: string): string | undefined {
  // The parser would cut off or drop white space in silence.
  if (/\s/.test(text) || !URL.canParse(text)) return undefined;
  return /^https?:$/.test(new URL(text).protocol) ? text : undefined;
}

const BYTE_SIZE_RULE = 'a whole number of bytes from 0 to 9007199254740991';

function parseByteSize(value: unknown, shown: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw refuse('ByteSize', shown, BYTE_SIZE_RULE);
}

builder.scalarType('ByteSize', {
  description: 'A count of bytes: a JSON integer from 0 to 2^53-1. A sum above that is rounded.',
  serialize: (size) => size,
  parseValue: (value) => parseByteSize(value, JSON.stringify(value)),
  parseLiteral: (node) =>
    parseByteSize(node.kind === Kind.INT ? Number(node.value) : undefined, print(node)),
});
