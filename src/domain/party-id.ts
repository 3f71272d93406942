/** Organisations, by the ISO 6523 identifier that Norwegian public systems use. */

declare const partyIdBrand: unique symbol;
/** `0192:NNNNNNNNN`: the ISO 6523 prefix of Norwegian organisation numbers and nine digits. */
export type PartyId = string & { readonly [partyIdBrand]: true };

const ISO_6523 = /^0192:(\d{9})$/;
const URN = /^urn:altinn:organization:identifier-no:(\d{9})$/;

export const PARTY_ID_RULE =
  '0192:NNNNNNNNN or urn:altinn:organization:identifier-no:NNNNNNNNN, N being digits';

/** Reads either accepted form; the check digit is not tested. */
export function parsePartyId(text: string): PartyId | undefined {
  const digits = ISO_6523.exec(text)?.[1] ?? URN.exec(text)?.[1];
  return digits === undefined ? undefined : (`0192:${digits}` as PartyId);
}

/** The nine digits. */
export function organizationNumber(party: PartyId): string {
  return party.slice('0192:'.length);
}

export function toPartyUrn(party: PartyId): string {
  return `urn:altinn:organization:identifier-no:${organizationNumber(party)}`;
}
