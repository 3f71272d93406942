import { GraphQLScalarType, parseValue } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/graphql/index.ts';

function scalar(name: string): GraphQLScalarType {
  const type = schema.getType(name);
  if (type instanceof GraphQLScalarType) return type;
  throw new Error(`There is no scalar ${name}.`);
}

/** By a variable and by a literal of the document. */
const ways = [
  ['a variable', (name: string, value: unknown) => scalar(name).parseValue(value)],
  [
    'a literal',
    (name: string, value: unknown) => scalar(name).parseLiteral(parseValue(JSON.stringify(value))),
  ],
] as const;

describe.each(ways)('in %s', (_, parse) => {
  test.each([
    ['DateTime', '2026-02-28T12:00:00Z', Date.UTC(2026, 1, 28, 12)],
    ['DateTime', '2026-02-28t12:00:00.5z', Date.UTC(2026, 1, 28, 12, 0, 0, 500)],
    ['DateTime', '2024-02-29T00:30:00.123+02:00', Date.UTC(2024, 1, 28, 22, 30, 0, 123)],
    ['DateTime', '1969-12-31T23:00:00-05:30', Date.UTC(1970, 0, 1, 4, 30)],
    ['DateTime', '0001-01-01T00:00:00Z', Date.parse('0001-01-01T00:00:00Z')],
    ['Duration', 'P30D', 30 * 86_400_000],
    ['Duration', 'P1W2DT3H4M5.006S', 9 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000 + 5006],
    ['PartyId', '0192:991825827', '0192:991825827'],
    ['PartyId', 'urn:altinn:organization:identifier-no:991825827', '0192:991825827'],
    ['ByteSize', 0, 0],
    ['ByteSize', 9_007_199_254_740_991, 9_007_199_254_740_991],
    ['URL', 'https://example.com/hook?a=b', 'https://example.com/hook?a=b'],
    ['URL', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('%s takes %j', (name, given, value) => {
    expect(parse(name, given)).toBe(value);
  });

  test.each([
    ['DateTime', '2026-02-30T00:00:00Z'],
    ['DateTime', '2025-02-29T00:00:00Z'],
    ['DateTime', '2026-13-01T00:00:00Z'],
    ['DateTime', '2026-00-10T00:00:00Z'],
    ['DateTime', '2026-12-31T23:59:60Z'],
    ['DateTime', '2026-01-01T24:00:00Z'],
    ['DateTime', '2026-01-01T00:00:00'],
    ['DateTime', '2026-01-01T00:00:00.1234Z'],
    ['DateTime', '2026-01-01T00:00:00.Z'],
    ['DateTime', '2026-01-01T00:00:00+24:00'],
    ['DateTime', '2026-01-01T00:00:00+0200'],
    ['DateTime', '2026-01-01 00:00:00Z'],
    ['DateTime', '2026-01-01'],
    ['DateTime', 1_767_225_600_000],
    ['Duration', 'P1Y'],
    ['Duration', 'P1M'],
    ['Duration', 'P'],
    ['Duration', 'PT'],
    ['Duration', '-P1D'],
    ['Duration', 3600],
    ['PartyId', '991825827'],
    ['PartyId', '0192:99182582'],
    ['PartyId', '0192:9918258270'],
    ['PartyId', 991_825_827],
    ['ByteSize', -1],
    ['ByteSize', 1.5],
    ['ByteSize', 9_007_199_254_740_992],
    ['ByteSize', '1'],
    ['URL', 'ftp://example.com'],
    ['URL', '/hook'],
    ['URL', ' https://example.com'],
    ['URL', 'https://'],
  ])('%s refuses %j, and says what it may be', (name, given) => {
    const shown = JSON.stringify(given);
    expect(() => parse(name, given)).toThrow(`${name} ${shown} is not `);
  });
});

test('an enum value is no text', () => {
  const literal = () => scalar('Duration').parseLiteral(parseValue('P1D'));
  expect(literal).toThrow('Duration P1D is not');
});

test('what is given out is what would be taken', () => {
  expect(scalar('DateTime').serialize(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(scalar('Duration').serialize(93_600_000)).toBe('P1DT2H');
  expect(scalar('ByteSize').serialize(5)).toBe(5);
});
