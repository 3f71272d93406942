/** A recipient downloads, whole and in part, and confirms. */
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { hasEnded, type RecipientStatus } from '../../src/domain/transfer-status.ts';
import type { ActKind } from './acts.ts';
import { type Answered, CONFIRM, LINK } from './documents.ts';
import {
  digestOf,
  type Known,
  mayHaveEnded,
  noteRecipient,
  noteStatus,
  type TransferRecord,
} from './ledger.ts';
import type { Life } from './lives.ts';
import { ask } from './requests.ts';
import { type Actor, accuse, attempt, note, type Run } from './run.ts';

/** Longer than any of these files takes. */
const MAX_DOWNLOAD_MS = 30_000;

type DownloadKind = Extract<ActKind, `download${string}`>;

/** Downloads and compares every byte with what was sent. */
export async function download(
  { run, random }: Actor,
  life: Life,
  record: TransferRecord,
  party: string,
  kind: DownloadKind,
): Promise<void> {
  const { transfer, known, content } = record;
  if (transfer === undefined) return;
  const range = kind === 'download of a range' && content.length > 0 ? drawRange() : undefined;
  function drawRange() {
    const start = random.between(0, content.length - 1);
    return { start, end: random.between(start + 1, content.length) };
  }
  record.asked.downloads.add(party);
  const link = kind === 'download by link' ? await askLink(run, life, record, party) : undefined;
  if (kind === 'download by link' && link === undefined) return;
  const expected = content.subarray(range?.start, range?.end);
  const cutAfter =
    kind === 'download cut by the client' ? random.between(0, content.length) : undefined;

  const status = await attempt(
    run,
    life,
    kind,
    async () => {
      const response = await fetch(link ?? `${life.url}/files/${transfer.id}`, {
        headers: {
          ...(link === undefined ? { Authorization: `Bearer ${run.tokenOf(party)}` } : {}),
          ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end - 1}` }),
        },
        signal: AbortSignal.timeout(MAX_DOWNLOAD_MS),
      });
      if (response.status !== 200 && response.status !== 206) {
        return refuse(run, life, record, kind, known, response.status, await response.text());
      }
      note(record, life, kind, `${response.status} for ${party}`);
      if (hasEnded(known.status)) accuse(run, record, `A file that was ${known.status} was served`);
      // Committed before the status line is sent.
      noteRecipient(record, party, 'DOWNLOAD_STARTED');
      accuse(run, record, noteStatus(record, 'PUBLISHED'));
      judgeHead(run, record, response, expected, range !== undefined);
      await compareBody(run, life, record, response, expected, cutAfter);
      return response.status;
    },
    record,
  );
  if (status === 200 || status === 206) run.acts.count(kind, 'acknowledged');
}

function judgeHead(
  run: Run,
  record: TransferRecord,
  response: Response,
  expected: Buffer,
  isPart: boolean,
): void {
  const { headers, status } = response;
  if (status !== (isPart ? 206 : 200)) accuse(run, record, `A download answered ${status}`);
  if (headers.get('content-length') !== String(expected.length)) {
    accuse(run, record, `A download has ${headers.get('content-length')} bytes`);
  }
  if (headers.get('etag') !== `"${record.sha256}"`) {
    accuse(run, record, `A download has the ETag ${headers.get('etag')}`);
  }
}

/** Every byte that comes has to be the right one. Only a kill, or a cancel, may cut it. */
async function compareBody(
  run: Run,
  life: Life,
  record: TransferRecord,
  { body }: Response,
  expected: Buffer,
  cutAfter: number | undefined,
): Promise<void> {
  let position = 0;
  try {
    for await (const chunk of body === null ? [] : Readable.fromWeb(body as WebStream)) {
      const end = position + chunk.length;
      if (!expected.subarray(position, end).equals(chunk)) {
        return accuse(run, record, `A download has wrong bytes between ${position} and ${end}`);
      }
      position = end;
      // Leaving the loop cuts the connection.
      if (cutAfter !== undefined && position >= cutAfter) return;
    }
  } catch (error) {
    if (!life.isOver && record.asked.cancel) return;
    throw error;
  }
  if (position !== expected.length) accuse(run, record, `A download ended after ${position} bytes`);
}

/** A refusal, and whether the contract knows it of such a transfer. Answers its status. */
function refuse(
  run: Run,
  life: Life,
  record: TransferRecord,
  kind: ActKind,
  known: Known,
  status: number,
  text: string,
): number {
  run.acts.count(kind, 'refused');
  note(record, life, kind, `${status} ${text.slice(0, 200)}`);
  const isExpected =
    (status === 410 && mayHaveEnded(record)) || (status === 409 && !wasPublished(known));
  if (!isExpected) accuse(run, record, `A download answered ${status} ${text}`);
  return status;
}

async function askLink(
  run: Run,
  life: Life,
  record: TransferRecord,
  party: string,
): Promise<string | undefined> {
  const { transfer, known } = record;
  const id = transfer?.id;
  const answered = await attempt(
    run,
    life,
    'download by link',
    () => ask<Answered<{ url: string }>>(run, life, party, LINK, { id }),
    record,
  );
  if (answered === undefined) return undefined;
  const { answer } = answered;
  if ('url' in answer) return answer.url;
  run.acts.count('download by link', 'refused');
  const isExpected =
    answer.code === 'FILE_NOT_AVAILABLE' && (mayHaveEnded(record) || !wasPublished(known));
  if (!isExpected) accuse(run, record, `A link was refused: ${JSON.stringify(answer)}`);
  return undefined;
}

/** Says that it has the file: with its digest, with another one, or with none; perhaps not for the first time. */
export async function confirm(
  { run, random }: Actor,
  life: Life,
  record: TransferRecord,
  party: string,
): Promise<void> {
  const { transfer, known, asked } = record;
  if (transfer === undefined) return;
  const choice = random.next();
  const isWrong = choice < 0.1;
  const sha256 = isWrong ? digestOf('sha256', Buffer.from('other')) : record.sha256;
  const variables = { id: transfer.id, ...(choice < 0.6 ? { sha256 } : {}) };
  if (!isWrong) asked.confirmations.add(party);
  type Confirmed = Answered<{ viewerRecipient: { status: RecipientStatus } }>;
  const answered = await attempt(
    run,
    life,
    'confirm',
    () => ask<Confirmed>(run, life, party, CONFIRM, variables),
    record,
  );
  if (answered === undefined) return;
  const { answer } = answered;
  if ('viewerRecipient' in answer) {
    run.acts.count('confirm', 'acknowledged');
    const { status } = answer.viewerRecipient;
    note(record, life, 'confirm', `${status} for ${party}`);
    if (status !== 'DOWNLOAD_CONFIRMED') accuse(run, record, `Confirmed, ${party} is ${status}`);
    if (isWrong && !asked.confirmations.has(party)) {
      accuse(run, record, 'A wrong digest was confirmed');
    }
    accuse(run, record, noteStatus(record, 'PUBLISHED'));
    return noteRecipient(record, party, 'DOWNLOAD_CONFIRMED');
  }
  run.acts.count('confirm', 'refused');
  note(record, life, 'confirm', `${answer.code} for ${party}`);
  if (!mayBeRefused(record, known, known.recipients.get(party), answer.code, isWrong)) {
    accuse(run, record, `A confirmation by ${party} was refused: ${JSON.stringify(answer)}`);
  }
}

/** Whether the contract lets a confirmation be refused so, after what was known before it was sent. */
function mayBeRefused(
  record: TransferRecord,
  known: Known,
  recipient: RecipientStatus | undefined,
  code: string,
  isWrong: boolean,
): boolean {
  if (recipient === 'DOWNLOAD_CONFIRMED') return false;
  switch (code) {
    case 'NO_FILE_UPLOADED':
      return known.status === 'INITIALIZED' || known.status === 'UPLOAD_STARTED';
    case 'TRANSFER_NOT_PUBLISHED':
      return !wasPublished(known);
    case 'DOWNLOAD_NOT_STARTED':
      return recipient === 'INITIALIZED';
    case 'DIGEST_MISMATCH':
      return isWrong;
    case 'TRANSFER_ENDED':
      return mayHaveEnded(record);
    default:
      return false;
  }
}

function wasPublished({ status }: Known): boolean {
  return status === 'PUBLISHED' || status === 'ALL_CONFIRMED_DOWNLOADED';
}
