/** What the broker answers to a sender's requests, and what is known from then on. */
import { hasEnded } from '../../src/domain/transfer-status.ts';
import type { ActKind, Outcome } from './acts.ts';
import { mayHaveEnded, noteOffset, noteStatus, type TransferRecord } from './ledger.ts';
import type { Life } from './lives.ts';
import { type HttpAnswer, request } from './requests.ts';
import { type Actor, accuse, attempt, note } from './run.ts';

/** A request for an upload. Undefined where no answer came. */
export async function send(
  run: Actor['run'],
  life: Life,
  kind: ActKind,
  record: TransferRecord,
  method: string,
  options: Parameters<typeof request>[4],
): Promise<HttpAnswer | undefined> {
  const token = run.tokenOf(record.sender);
  const { status } = record.known;
  const answer = await attempt(
    run,
    life,
    kind,
    () => request(life, method, `/uploads/${idOf(record)}`, token, options),
    record,
  );
  if (answer !== undefined && answer.status < 300 && hasEnded(status)) {
    accuse(run, record, `${kind} of a transfer that is ${status}: ${answer.status}`);
  }
  return answer;
}

/** Refusals that come with any of these requests; others are none that the contract knows here. */
export function refused(
  { run }: Pick<Actor, 'run'>,
  life: Life,
  record: TransferRecord,
  kind: ActKind,
  answer: HttpAnswer,
): void {
  const { known, upload } = record;
  judged(run, life, record, kind, answer, 'refused');
  const saying = `${kind}: ${answer.status} ${answer.code ?? ''}`;
  switch (answer.status) {
    case 409:
      // Another offset, or the file is complete.
      upload.offset = undefined;
      if (answer.code !== 'OFFSET_MISMATCH') upload.isOver = true;
      return;
    case 410:
      upload.isOver = true;
      if (!mayHaveEnded(record)) accuse(run, record, saying);
      return;
    case 413:
      upload.isOver = true;
      if (!record.isTooLarge) accuse(run, record, saying);
      else accuse(run, record, noteStatus(record, 'FAILED'));
      return;
    case 400:
      upload.isOver = true;
      if (answer.code === 'DIGEST_MISMATCH' && record.isMismatch) {
        accuse(run, record, noteStatus(record, 'FAILED'));
      } else accuse(run, record, `${saying} ${answer.text}`);
      return;
    case 423:
      upload.offset = undefined;
      return;
    default:
      upload.isOver = true;
      accuse(run, record, `${saying} ${answer.text} (known: ${known.status}, ${known.offset})`);
  }
}

/** An answer that the contract knows here. */
export function judged(
  run: Actor['run'],
  life: Life,
  record: TransferRecord,
  kind: ActKind,
  answer: HttpAnswer,
  outcome: Outcome,
): void {
  run.acts.count(kind, outcome);
  const offset = answer.offset === undefined ? '' : ` at ${answer.offset}`;
  note(record, life, kind, `${answer.status}${offset} ${answer.code ?? ''}`);
}

/** An offset that the broker tells never falls behind one that it told before. */
export function takeOffset(
  { run }: Pick<Actor, 'run'>,
  record: TransferRecord,
  { offset }: HttpAnswer,
  atLeast: number,
): void {
  if (offset === undefined) {
    accuse(run, record, 'There is no Upload-Offset');
    return;
  }
  if (offset < atLeast) accuse(run, record, `The upload is at ${offset}, and was at ${atLeast}`);
  if (offset > record.content.length) accuse(run, record, `The upload is at ${offset}, too far`);
  record.upload.offset = offset;
  noteOffset(record, offset);
}

/** The last byte was acknowledged. */
export function receivedAll({ run }: Pick<Actor, 'run'>, record: TransferRecord): void {
  record.upload.isOver = true;
  accuse(run, record, noteStatus(record, 'UPLOAD_PROCESSING'));
}

/** Its id; only what was acknowledged has one. */
export function idOf({ transfer }: TransferRecord): string {
  if (transfer === undefined) throw new Error('It was never acknowledged.');
  return transfer.id;
}
