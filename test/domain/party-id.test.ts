import { describe, expect, it } from 'vitest';
import { organizationNumber, parsePartyId, toPartyUrn } from '../../src/domain/party-id.ts';

describe('a party id', () => {
  it.each(['0192:991825827', 'urn:altinn:organization:identifier-no:991825827'])(
    'is read from %s and written in its first form',
    (text) => {
      const party = parsePartyId(text);
      expect(party).toBe('0192:991825827');
      if (party === undefined) return;
      expect(organizationNumber(party)).toBe('991825827');
      expect(toPartyUrn(party)).toBe('urn:altinn:organization:identifier-no:991825827');
    },
  );

  it('is not tested for its check digit', () => {
    expect(parsePartyId('0192:000000000')).toBe('0192:000000000');
  });

  it.each([
    ['digits alone', '991825827'],
    ['eight digits', '0192:99182582'],
    ['ten digits', '0192:9918258270'],
    ['another register', '0007:991825827'],
    ['a letter', '0192:99182582x'],
    ['a space', '0192: 991825827'],
    ['a line break', '0192:991825827\n'],
    ['something before it', 'x0192:991825827'],
    ['digits of another script', '0192:٩٩١٨٢٥٨٢٧'],
    ['the URN of a person', 'urn:altinn:person:identifier-no:991825827'],
    ['an URN in upper case', 'URN:ALTINN:ORGANIZATION:IDENTIFIER-NO:991825827'],
    ['nothing', ''],
  ])('with %s is refused', (_, text) => {
    expect(parsePartyId(text)).toBeUndefined();
  });
});
