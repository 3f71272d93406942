/**
 * Links that download a file without an access token, for a short time, in the name of one recipient. They are signed
 * with a key that all brokers on a database share; rights and status are checked at each use, by whoever serves it.
 */
import { randomBytes } from 'node:crypto';
import { type LinkUse, readLink, signLink, type TemporaryLink } from '../auth/index.ts';
import type { Database } from '../database/index.ts';
import { type Actor, type Caller, requireScope, SCOPES, toViewer } from '../domain/caller.ts';
import { MINUTE_MS } from '../domain/duration.ts';
import { type PartyId, parsePartyId } from '../domain/party-id.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { decide } from '../domain/transfer.ts';
import { requireAction, seeAsRecipient } from './recipient-access.ts';
import { toState } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';

const LINK_LIFETIME_MS = 15 * MINUTE_MS;
const SECRET_NAME = 'download-links';
const USE: LinkUse = { audience: 'ferje:download', name: 'download link' };

/** The key that signs links: made once per database. */
export async function loadLinkKey(database: Database, now: number): Promise<Uint8Array> {
  const value = await database.write(async (tx) => {
    await tx
      .insertInto('secret')
      .values({
        name: SECRET_NAME,
        value: randomBytes(32).toString('base64url'),
        created_at: now,
      })
      .onConflict((oc) => oc.column('name').doNothing())
      .execute();
    return tx
      .selectFrom('secret')
      .select('value')
      .where('name', '=', SECRET_NAME)
      .executeTakeFirstOrThrow();
  });
  return Buffer.from(value.value, 'base64url');
}

/** A link for the caller, who has to be a recipient of a file that is there. */
export async function createDownloadLink(
  context: TransferContext,
  { key, urlOf }: { readonly key: Uint8Array; readonly urlOf: (transferId: string) => string },
  caller: Caller,
  transferId: string,
): Promise<Result<TemporaryLink>> {
  const allowed = requireScope(caller, SCOPES.read);
  if (!allowed.ok) return allowed;
  const now = context.clock.now();
  const checked = await context.database.read(async (db): Promise<Result<unknown>> => {
    const seen = await seeAsRecipient(db, toViewer(caller), transferId);
    if (!seen.ok) return seen;
    const access = await requireAction(db, context.policy, seen.value, caller.party, 'RECEIVE');
    if (!access.ok) return access;
    return decide(toState(seen.value), { type: 'requestDownload', at: now });
  });
  if (!checked.ok) return checked;
  const target = {
    id: transferId,
    url: urlOf(transferId),
    subject: caller.party,
    claims: {
      vendor: caller.vendor,
      client_id: caller.clientId,
      system_user: caller.systemUserId,
    },
  };
  return ok(await signLink(key, USE, target, now, LINK_LIFETIME_MS));
}

/** Who a link acts as; LINK_INVALID for one that is forged, has ended or is of another transfer. */
export async function readDownloadLink(
  key: Uint8Array,
  link: string,
  transferId: string,
  now: number,
): Promise<Result<Actor>> {
  const read = await readLink(key, USE, link, transferId, now);
  if (!read.ok) return read;
  const payload = read.value;
  const party = parsePartyId(payload.sub ?? '');
  if (party === undefined) return fail('LINK_INVALID', 'The download link names no recipient.');
  return ok({
    party,
    vendor: textOrNull(payload.vendor) as PartyId | null,
    clientId: textOrNull(payload.client_id),
    systemUserId: textOrNull(payload.system_user),
  });
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
