/** Who is calling: access tokens in, callers out; and the embedded issuer for development. */

export type {
  Authenticator,
  AuthenticatorOptions,
  RequestOrigin,
  TrustedIssuer,
} from './authenticate.ts';
export { CLOCK_SKEW_SECONDS, createAuthenticator } from './authenticate.ts';
export type { DevelopmentTokenOptions } from './development-issuer.ts';
export { DEVELOPMENT_ISSUER, issueDevelopmentToken } from './development-issuer.ts';
export type { DevelopmentKey } from './development-key.ts';
export { loadDevelopmentKey } from './development-key.ts';
export {
  type LinkTarget,
  type LinkUse,
  readLink,
  signLink,
  type TemporaryLink,
} from './temporary-link.ts';
