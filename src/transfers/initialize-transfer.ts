/** A sender announces a file: the transfer is there from now on, its upload can begin. */
import { createHash } from 'node:crypto';
import type { WriteTransaction } from '../database/index.ts';
import { type Caller, requireScope, SCOPES } from '../domain/caller.ts';
import { DAY_MS } from '../domain/duration.ts';
import type { PartyId } from '../domain/party-id.ts';
import { fail, failWith, ok, type Result } from '../domain/result.ts';
import { foldCase, quote } from '../domain/text.ts';
import type { TransferRole } from '../domain/transfer-status.ts';
import { appendEvents } from '../events/index.ts';
import { scheduleJob } from '../jobs/index.ts';
import { type AccessPolicy, findResource, type ResourceRow } from '../resources/index.ts';
import { toFileNameBeginning } from './file-name-beginning.ts';
import { checkInitializeTransfer, type InitializeTransfer } from './initialize-input.ts';
import { MEET_DEADLINE } from './job-kinds.ts';
import { hasStatusBits, recipientStatusBits } from './recipient-statuses.ts';
import { toReferenceKey } from './reference-key.ts';
import type { TransferPartyRow, TransferRow } from './transfer.ts';
import type { TransferContext } from './transfer-context.ts';

/** How long an idempotency key answers the transfer that it made. */
const IDEMPOTENCY_MS = DAY_MS;

const REQUIRES_NOTHING = { required_party: null, virus_scan: 'OPTIONAL' } as const;

export async function initializeTransfer(
  context: TransferContext,
  caller: Caller,
  input: InitializeTransfer,
): Promise<Result<TransferRow>> {
  const allowed = requireScope(caller, SCOPES.write);
  if (!allowed.ok) return allowed;
  const now = context.clock.now();
  return context.database.write(async (tx): Promise<Result<TransferRow>> => {
    const resource = await findResource(tx, input.resourceId);
    if (resource === undefined) {
      return fail('RESOURCE_NOT_FOUND', `There is no resource ${quote(input.resourceId)}.`);
    }
    if (input.sender !== caller.party) {
      return fail(
        'NOT_THE_SENDER',
        `The access token acts for ${caller.party}, which cannot send in the name of ${input.sender}.`,
      );
    }
    // Found before the resource is asked: it may have come to require more since the key was used.
    const sound = checkInitializeTransfer(input, { ...resource, ...REQUIRES_NOTHING });
    const made = sound.ok ? await findMadeBefore(tx, sound.value, now) : undefined;
    if (made?.ok === true) return made;
    const checked = checkInitializeTransfer(input, resource);
    if (!checked.ok) return checked;
    if (made !== undefined) return made;
    const access = await checkAccess(tx, context.policy, resource, checked.value);
    if (!access.ok) return access;
    if (resource.virus_scan === 'REQUIRED' && context.scanner === null) {
      return fail(
        'SCANNER_NOT_AVAILABLE',
        `The resource ${resource.id} requires a virus scan, and this broker has no scanner.`,
      );
    }
    return ok(await insertTransfer(tx, context, caller, resource, checked.value, now));
  });
}

/** What the same idempotency key made before; undefined where it is new. */
async function findMadeBefore(
  tx: WriteTransaction,
  input: InitializeTransfer,
  now: number,
): Promise<Result<TransferRow> | undefined> {
  if (input.idempotencyKey == null) return undefined;
  const made = await tx
    .selectFrom('idempotency_key')
    .selectAll()
    .where('sender_id', '=', input.sender)
    .where('key', '=', input.idempotencyKey)
    .where('created_at', '>', now - IDEMPOTENCY_MS)
    .executeTakeFirst();
  if (made === undefined) return undefined;
  if (made.input_hash !== hashInput(input)) {
    return fail(
      'IDEMPOTENCY_KEY_REUSED',
      `The idempotency key "${input.idempotencyKey}" made transfer ${made.transfer_id} from another input.`,
    );
  }
  return ok(
    await tx
      .selectFrom('transfer')
      .selectAll()
      .where('id', '=', made.transfer_id)
      .executeTakeFirstOrThrow(),
  );
}

function hashInput(input: InitializeTransfer): string {
  const { resourceId, fileName, sender, recipients, skipVirusScan } = input;
  const { sendersReference, properties, expectedDigest } = input;
  const parts = [resourceId, fileName, sender, recipients, skipVirusScan, sendersReference];
  const digest = expectedDigest && [expectedDigest.algorithm, expectedDigest.value];
  const pairs = properties?.map(({ key, value }) => [key, value]);
  return createHash('sha256')
    .update(JSON.stringify([...parts, pairs, digest]))
    .digest('hex');
}

async function checkAccess(
  tx: WriteTransaction,
  policy: AccessPolicy,
  resource: ResourceRow,
  { sender, recipients }: InitializeTransfer,
): Promise<Result<undefined>> {
  const [mayNotSend] = await policy.findDenied(tx, resource, [sender], 'SEND');
  if (mayNotSend !== undefined) {
    return fail('NO_ACCESS_TO_RESOURCE', `${sender} may not send through ${resource.id}.`);
  }
  const denied = new Set(await policy.findDenied(tx, resource, recipients, 'RECEIVE'));
  const problems = recipients.flatMap((party, index) =>
    denied.has(party)
      ? [
          {
            field: `recipients.${index}`,
            code: 'RECIPIENT_NOT_IN_ACCESS_LIST' as const,
            message: `recipients.${index} ${party} may not receive through ${resource.id}.`,
          },
        ]
      : [],
  );
  return failWith(problems) ?? ok(undefined);
}

async function insertTransfer(
  tx: WriteTransaction,
  { ids, scanner }: TransferContext,
  caller: Caller,
  resource: ResourceRow,
  input: InitializeTransfer,
  now: number,
): Promise<TransferRow> {
  const skipsScan = resource.virus_scan === 'DISABLED' || input.skipVirusScan;
  const scannedBy = skipsScan ? null : scanner;
  const transfer: TransferRow = {
    id: ids.next(),
    resource_id: resource.id,
    owner_id: resource.owner_id,
    sender_id: input.sender,
    file_name: input.fileName,
    file_name_folded: foldCase(input.fileName),
    senders_reference: input.sendersReference ?? null,
    status: 'INITIALIZED',
    failure: null,
    status_changed_at: now,
    created_at: now,
    published_at: null,
    expires_at: now + resource.time_to_live_ms,
    file_deleted_at: null,
    expected_algorithm: input.expectedDigest?.algorithm ?? null,
    expected_value: input.expectedDigest?.value ?? null,
    max_size: resource.max_transfer_size,
    purge_after_all_confirmed: resource.purge_after_all_confirmed,
    purge_grace_ms: resource.purge_grace_ms,
    expiry_reminder_ms: resource.expiry_reminder_ms,
    virus_scan: resource.virus_scan,
    compute_md5: resource.compute_md5,
    scan_status: scannedBy === null ? 'SKIPPED' : 'PENDING',
    scanned_at: null,
    scan_finding: null,
    recipients_total: input.recipients.length,
    recipients_started: 0,
    recipients_confirmed: 0,
    reminded_at: null,
    purge_begun_at: null,
  };
  await tx.insertInto('transfer').values(transfer).execute();
  await scheduleJob(tx, {
    kind: MEET_DEADLINE,
    subject: transfer.id,
    dueAt: transfer.expires_at,
  });
  await insertProperties(tx, transfer.id, input);
  await insertParties(tx, ids, transfer, input.recipients);
  await insertFileAndUpload(tx, ids, transfer.id);
  if (input.idempotencyKey != null) {
    await insertIdempotencyKey(tx, input.idempotencyKey, input, transfer);
  }
  await appendEvents(
    tx,
    ids,
    {
      transferId: transfer.id,
      resourceId: resource.id,
      sender: input.sender,
      owner: resource.owner_id,
      details: { failure: null, finding: null },
      actor: caller,
      time: now,
    },
    [
      {
        type: 'FILE_TRANSFER_INITIALIZED',
        transferStatus: 'INITIALIZED',
        subject: input.sender,
        recipientStatus: null,
      },
    ],
  );
  return transfer;
}

/** Fails where another request has used the key at the same moment: this one then runs again, and finds what that one made. */
async function insertIdempotencyKey(
  tx: WriteTransaction,
  key: string,
  input: InitializeTransfer,
  { id, created_at }: TransferRow,
): Promise<void> {
  // One that has lapsed stands for the new transfer from now on.
  await tx
    .deleteFrom('idempotency_key')
    .where('sender_id', '=', input.sender)
    .where('key', '=', key)
    .where('created_at', '<=', created_at - IDEMPOTENCY_MS)
    .execute();
  await tx
    .insertInto('idempotency_key')
    .values({
      sender_id: input.sender,
      key,
      input_hash: hashInput(input),
      transfer_id: id,
      created_at,
    })
    .execute();
}

async function insertProperties(
  tx: WriteTransaction,
  transferId: string,
  { properties }: InitializeTransfer,
): Promise<void> {
  if (properties == null || properties.length === 0) return;
  await tx
    .insertInto('transfer_property')
    .values(
      properties.map(({ key, value }, position) => ({
        transfer_id: transferId,
        position,
        key,
        value,
      })),
    )
    .execute();
}

/** One row per party and role. */
async function insertParties(
  tx: WriteTransaction,
  ids: TransferContext['ids'],
  transfer: TransferRow,
  recipients: readonly PartyId[],
): Promise<void> {
  const reference = transfer.senders_reference;
  const fileNameBeginning = toFileNameBeginning(transfer.file_name_folded);
  const statusBits = recipientStatusBits(transfer);
  const row = (party: PartyId, role: TransferRole, position: number): TransferPartyRow => ({
    id: ids.next(),
    transfer_id: transfer.id,
    party_id: party,
    role,
    position,
    created_at: transfer.created_at,
    status: 'INITIALIZED',
    status_changed_at: transfer.created_at,
    download_started_at: null,
    confirmed_at: null,
    last_download_event_at: null,
    resource_id: transfer.resource_id,
    transfer_status: transfer.status,
    transfer_status_changed_at: transfer.status_changed_at,
    published_at: transfer.published_at,
    expires_at: transfer.expires_at,
    reference_key: reference === null ? null : toReferenceKey(reference),
    file_name_beginning: fileNameBeginning,
    recipient_statuses: hasStatusBits(role, transfer) ? statusBits : null,
  });
  await tx
    .insertInto('transfer_party')
    .values([
      row(transfer.sender_id, 'SENDER', 0),
      row(transfer.owner_id, 'SERVICE_OWNER', 0),
      ...recipients.map((party, position) => row(party, 'RECIPIENT', position)),
    ])
    .execute();
}

async function insertFileAndUpload(
  tx: WriteTransaction,
  ids: TransferContext['ids'],
  transferId: string,
): Promise<void> {
  const fileId = ids.next();
  await tx
    .insertInto('file')
    .values({
      id: fileId,
      transfer_id: transferId,
      storage: 'disk',
      size: null,
      sha256: null,
      md5: null,
    })
    .execute();
  await tx
    .insertInto('upload')
    .values({
      id: ids.next(),
      transfer_id: transferId,
      file_id: fileId,
      length: null,
      metadata: null,
      offset_flushed: 0,
      pending_from: null,
      started_at: null,
      last_byte_at: null,
      finished_at: null,
    })
    .execute();
}
