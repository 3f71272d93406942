/** Why a token was refused, in a sentence that never repeats the token. */
import { errors } from 'jose';

/** Asymmetric ones only: with a shared secret, who verifies could also sign. */
export const ACCEPTED_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;

/** The sentence for what jose found wrong; it has no more than the names of claims. */
export function describeRefusal(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The access token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return describeClaim(error);
  if (error instanceof errors.JOSEAlgNotAllowed)
    return `The access token is not signed with any of ${ACCEPTED_ALGORITHMS.join(', ')}.`;
  if (error instanceof errors.JWKSNoMatchingKey)
    return 'The access token is signed with a key that its issuer does not publish.';
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return 'The signature of the access token is wrong.';
  return 'The access token is not a well-formed signed JWT.';
}

function describeClaim({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (reason === 'missing') return `The access token lacks the claim "${claim}".`;
  if (reason === 'invalid') return `The claim "${claim}" of the access token is not a number.`;
  if (claim === 'nbf') return 'The access token is not valid yet, says its claim "nbf".';
  if (claim === 'aud') return 'The access token is for another audience, says its claim "aud".';
  return `The claim "${claim}" of the access token is wrong.`;
}
