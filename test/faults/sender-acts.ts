/** A sender begins transfers and withdraws them. */
import { drawSize } from './contents.ts';
import { type Answered, CANCEL, INITIALIZE } from './documents.ts';
import {
  digestOf,
  type ExpectedDigest,
  mayHaveEndedByItself,
  noteStatus,
  nothingKnown,
  type TransferRecord,
} from './ledger.ts';
import type { Life } from './lives.ts';
import type { Random } from './random.ts';
import { ask } from './requests.ts';
import type { ResourceKind } from './resource-kinds.ts';
import { type Actor, accuse, attempt, note, RECIPIENTS, SENDERS } from './run.ts';

/** Draws a transfer, of which the broker knows nothing yet. */
export function planTransfer({ run, random }: Actor): TransferRecord {
  const resource = drawResource(run.resources, random);
  const sender = random.pick(SENDERS);
  const recipients: string[] = shuffle<string>(RECIPIENTS, random).slice(0, random.between(1, 3));
  // The sender may be among the recipients.
  if (random.isTrue(0.1)) recipients.push(sender);
  const isNarrow = resource.maxSize < 1024 * 1024;
  const size = isNarrow ? random.between(0, 3 * resource.maxSize) : drawSize(random);
  const goesBeyond = !isNarrow && size > 1 && random.isTrue(0.04);
  const content = run.contents.take(random, size);
  const isMismatch = !goesBeyond && size <= resource.maxSize && random.isTrue(0.07);
  const expectedDigest = drawExpectedDigest(random, content, isMismatch);
  const record: TransferRecord = {
    number: run.records.length + 1,
    resource,
    sender,
    recipients,
    idempotencyKey: random.isTrue(0.9) ? `key-${run.records.length + 1}` : undefined,
    expectedDigest,
    content,
    length: goesBeyond ? size - random.between(1, Math.min(1000, size - 1)) : size,
    sha256: digestOf('sha256', content),
    isMismatch,
    isTooLarge: goesBeyond || size > resource.maxSize,
    plan: {
      way: goesBeyond ? 'patch' : drawWay(random, size > resource.maxSize),
      defersLength: !goesBeyond && size > 0 && random.isTrue(0.15),
      leavesAt: random.isTrue(0.15) ? random.between(0, size) : undefined,
    },
    transfer: undefined,
    known: nothingKnown(recipients),
    asked: { cancel: false, downloads: new Set(), confirmations: new Set() },
    isBusy: false,
    upload: { isCreated: false, offset: undefined, isOver: false, cutInLife: 0 },
    journal: [],
  };
  run.records.push(record);
  return record;
}

/** Asks for it, or, where the answer was lost, once more with the same key: it has to be the same transfer. */
export async function initialize(
  { run }: Actor,
  life: Life,
  record: TransferRecord,
): Promise<void> {
  const { resource, sender, recipients, expectedDigest, idempotencyKey } = record;
  const input = {
    resourceId: resource.id,
    fileName: fileNameOf(record),
    sender,
    recipients,
    expectedDigest,
    idempotencyKey,
  };
  type Initialized = Answered<{ id: string; status: string; createdAt: string; expiresAt: string }>;
  const answered = await attempt(
    run,
    life,
    'initialize',
    () => ask<Initialized>(run, life, sender, INITIALIZE, { input }),
    record,
  );
  if (answered === undefined) return;
  const { answer } = answered;
  if (answer.__typename !== 'Transfer' || !('id' in answer)) {
    run.acts.count('initialize', 'refused');
    return accuse(run, record, `It could not be initialized: ${JSON.stringify(answer)}`);
  }
  run.acts.count('initialize', 'acknowledged');
  const [createdAt, expiresAt] = [Date.parse(answer.createdAt), Date.parse(answer.expiresAt)];
  const before = record.transfer;
  record.transfer = { id: answer.id, expiresAt };
  note(record, life, 'initialize', `${answer.id} ${answer.status}, until ${answer.expiresAt}`);
  if (before !== undefined && before.id !== answer.id) {
    accuse(run, record, `One key made two transfers, ${before.id} and ${answer.id}`);
  }
  if (expiresAt - createdAt !== resource.timeToLiveMs) {
    accuse(run, record, `It lives from ${answer.createdAt} to ${answer.expiresAt}`);
  }
}

/** The sender withdraws it, again where it has done so before. */
export async function cancel({ run }: Actor, life: Life, record: TransferRecord): Promise<void> {
  const { transfer, known, sender } = record;
  if (transfer === undefined) return;
  record.asked.cancel = true;
  const answered = await attempt(
    run,
    life,
    'cancel',
    () => ask<Answered<{ status: 'CANCELLED' }>>(run, life, sender, CANCEL, { id: transfer.id }),
    record,
  );
  if (answered === undefined) return;
  const { answer } = answered;
  if (answer.__typename === 'Transfer' && 'status' in answer) {
    run.acts.count('cancel', 'acknowledged');
    note(record, life, 'cancel', answer.status);
    if (answer.status !== 'CANCELLED') accuse(run, record, `Cancelled, it is ${answer.status}`);
    if (known.status === 'PURGED' || known.status === 'FAILED') {
      accuse(run, record, `It was ${known.status} and could be cancelled`);
    }
    return accuse(run, record, noteStatus(record, 'CANCELLED'));
  }
  run.acts.count('cancel', 'refused');
  const code = 'code' in answer ? answer.code : answer.__typename;
  note(record, life, 'cancel', code);
  // It has expired, was purged, or has failed; what was cancelled answers as before.
  if (code !== 'TRANSFER_ENDED' || known.status === 'CANCELLED' || !mayHaveEndedByItself(record)) {
    accuse(run, record, `cancel: ${JSON.stringify(answer)}`);
  }
}

/** By which a transfer whose initialization was never acknowledged is recognized. */
export function fileNameOf({ number }: Pick<TransferRecord, 'number'>): string {
  return `file-${number}.bin`;
}

function drawResource(resources: readonly ResourceKind[], random: Random): ResourceKind {
  let left = random.next() * resources.reduce((sum, { weight }) => sum + weight, 0);
  const drawn = resources.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return drawn ?? random.pick(resources);
}

function drawExpectedDigest(
  random: Random,
  content: Buffer,
  isMismatch: boolean,
): ExpectedDigest | undefined {
  if (!isMismatch && !random.isTrue(0.2)) return undefined;
  const algorithm = random.pick(['MD5', 'SHA256'] as const);
  const expected = isMismatch ? Buffer.concat([content, Buffer.from('more')]) : content;
  return { algorithm, value: digestOf(algorithm === 'MD5' ? 'md5' : 'sha256', expected) };
}

function drawWay(random: Random, isTooLarge: boolean): 'patch' | 'put' | 'tus client' {
  const kind = random.next();
  if (kind < 0.55) return 'patch';
  return kind < 0.8 || isTooLarge ? 'put' : 'tus client';
}

function shuffle<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((item) => ({ item, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
