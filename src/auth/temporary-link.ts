/**
 * Links that carry their own permission, for a short time: signed with a key that all brokers on a database share, each for
 * one thing and one use.
 */
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { fail, ok, type Result } from '../domain/result.ts';

export interface TemporaryLink {
  readonly url: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** What a link is for: one of a download is none of an export. */
export interface LinkUse {
  readonly audience: string;
  /** What messages call it, such as "download link". */
  readonly name: string;
}

export interface LinkTarget {
  /** The thing that it leads to. */
  readonly id: string;
  /** Where that is, without the permission. */
  readonly url: string;
  /** In whose name. */
  readonly subject: string;
  readonly claims?: JWTPayload;
}

/** A link that ends so long after `now`, cut to whole seconds. */
export async function signLink(
  key: Uint8Array,
  use: LinkUse,
  { id, url, subject, claims = {} }: LinkTarget,
  now: number,
  lifetimeMs: number,
): Promise<TemporaryLink> {
  // Whole seconds are what a JWT can say; the end that is told is the one that is kept.
  const expiresAt = Math.floor((now + lifetimeMs) / 1000) * 1000;
  const link = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(use.audience)
    .setJti(id)
    .setSubject(subject)
    .setExpirationTime(expiresAt / 1000)
    .sign(key);
  return { url: `${url}?link=${link}`, expiresAt };
}

/** What a link says; LINK_INVALID for one that is forged, has ended or is of another thing. */
export async function readLink(
  key: Uint8Array,
  use: LinkUse,
  link: string,
  id: string,
  now: number,
): Promise<Result<JWTPayload>> {
  try {
    const { payload } = await jwtVerify(link, key, {
      algorithms: ['HS256'],
      audience: use.audience,
      currentDate: new Date(now),
    });
    if (payload.jti !== id) return fail('LINK_INVALID', `The ${use.name} is not of ${id}.`);
    return ok(payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      return fail('LINK_INVALID', `The ${use.name} has ended; ask for a new one.`);
    }
    if (error instanceof errors.JOSEError) {
      return fail('LINK_INVALID', `The ${use.name} is not one that this broker made.`);
    }
    throw error;
  }
}
