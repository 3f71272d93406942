/** A sender uploads: one request at a time, in pieces, cut off, resumed by whoever comes next. */
import { setTimeout as pause } from 'node:timers/promises';
import { DetailedError } from 'tus-js-client';
import { checksumHeader, patchHeaders, rawRequest, tusUpload } from '../support/uploads.ts';
import type { ActKind } from './acts.ts';
import { mayHaveEnded, noteOffset, noteStatus, type TransferRecord } from './ledger.ts';
import type { Life } from './lives.ts';
import type { HttpAnswer } from './requests.ts';
import { type Actor, accuse, attempt, note } from './run.ts';
import { idOf, judged, receivedAll, refused, send, takeOffset } from './upload-answers.ts';

const MIB = 1024 * 1024;

/** The next request of an upload, and what follows from its answer. `upload.isOver` tells when there is none left. */
export async function stepUpload(actor: Actor, life: Life, record: TransferRecord): Promise<void> {
  const { upload, plan } = record;
  if (isLeft(record)) {
    upload.isOver = true;
  } else if (plan.way === 'tus client') {
    await sendByTusClient(actor, life, record);
  } else if (plan.way === 'put' && !upload.isCreated) {
    await put(actor, life, record);
  } else if (!upload.isCreated) {
    await create(actor, life, record);
  } else if (upload.offset === undefined) {
    await askOffset(actor, life, record);
  } else {
    await patch(actor, life, record, upload.offset);
  }
}

/** Asks how far an upload is, which ends a running request. */
export async function askOffset({ run }: Actor, life: Life, record: TransferRecord): Promise<void> {
  const { known } = record;
  const answer = await send(run, life, 'head of an upload', record, 'HEAD', {});
  if (answer === undefined) return;
  switch (answer.status) {
    case 200:
      judged(run, life, record, 'head of an upload', answer, 'acknowledged');
      takeOffset({ run }, record, answer, known.offset);
      accuse(run, record, noteStatus(record, 'UPLOAD_STARTED'));
      record.upload.isCreated = true;
      if (answer.offset === record.length && isLengthKnown(answer)) record.upload.isOver = true;
      return;
    case 404:
      // Not begun yet.
      judged(run, life, record, 'head of an upload', answer, 'refused');
      if (known.status !== 'INITIALIZED') accuse(run, record, 'HEAD of a begun upload: 404');
      record.upload.isCreated = false;
      return;
    default:
      refused({ run }, life, record, 'head of an upload', answer);
  }
}

function isLengthKnown({ headers }: HttpAnswer): boolean {
  return headers.has('upload-length');
}

async function create({ run, random }: Actor, life: Life, record: TransferRecord): Promise<void> {
  const { content, length, plan, upload } = record;
  const first = random.isTrue(0.2) && !record.isTooLarge ? random.between(0, length) : 0;
  const answer = await send(run, life, 'create', record, 'POST', {
    headers: {
      ...(plan.defersLength ? { 'Upload-Defer-Length': '1' } : { 'Upload-Length': `${length}` }),
      ...(first > 0 ? { 'Content-Type': 'application/offset+octet-stream' } : {}),
    },
    ...(first > 0 ? { body: content.subarray(0, first) } : {}),
  });
  // Without an answer the same is asked again, or HEAD tells; a 409 tells too.
  if (answer === undefined) {
    upload.isCreated = random.isTrue(0.5);
    upload.offset = undefined;
    return;
  }
  if (answer.status === 201) {
    judged(run, life, record, 'create', answer, 'acknowledged');
    accuse(run, record, noteStatus(record, 'UPLOAD_STARTED'));
    upload.isCreated = true;
    upload.offset = first > 0 ? answer.offset : 0;
    if (first > 0) takeOffset({ run }, record, answer, first);
    if (!plan.defersLength && (upload.offset ?? 0) === length) receivedAll({ run }, record);
  } else if (answer.status === 409) {
    judged(run, life, record, 'create', answer, 'refused');
    upload.isCreated = true;
    upload.offset = undefined;
  } else if (answer.status === 413 && length > record.resource.maxSize) {
    // Refused, and nothing is left behind: the sender tries without saying how much it is.
    judged(run, life, record, 'create', answer, 'refused');
    plan.defersLength = true;
  } else {
    refused({ run }, life, record, 'create', answer);
  }
}

async function put({ run, random }: Actor, life: Life, record: TransferRecord): Promise<void> {
  const { content, plan, upload } = record;
  // A cut one is finished by PATCH.
  plan.way = 'patch';
  upload.offset = undefined;
  if (content.length > 1 && random.isTrue(0.3)) {
    upload.isCreated = true;
    await sendCut({ run, random }, life, record, 'put cut by the client', 'PUT', {}, content);
    return;
  }
  const answer = await send(run, life, 'put', record, 'PUT', { body: content });
  if (answer === undefined) {
    upload.isCreated = true;
  } else if (answer.status === 201) {
    judged(run, life, record, 'put', answer, 'acknowledged');
    const { status, size } = JSON.parse(answer.text);
    if (size !== content.length) accuse(run, record, `PUT answered the size ${size}`);
    accuse(run, record, noteStatus(record, status));
    receivedAll({ run }, record);
  } else if (answer.status === 409) {
    judged(run, life, record, 'put', answer, 'refused');
    upload.isCreated = true;
  } else if (answer.status === 413 && record.isTooLarge) {
    judged(run, life, record, 'put', answer, 'refused');
    plan.defersLength = true;
  } else {
    refused({ run }, life, record, 'put', answer);
  }
}

async function patch(
  actor: Actor,
  life: Life,
  record: TransferRecord,
  offset: number,
): Promise<void> {
  const { run, random } = actor;
  const { content, plan, length, upload, known } = record;
  const end = drawEnd(actor, record, offset);
  const piece = content.subarray(offset, end);
  const tellsLength = plan.defersLength && end === length && !record.isTooLarge;
  const headers = {
    ...patchHeaders(offset),
    ...(tellsLength ? { 'Upload-Length': String(length) } : {}),
  };
  upload.offset = undefined;
  if (piece.length > 1 && random.isTrue(0.15)) {
    await sendCut(actor, life, record, 'patch cut by the client', 'PATCH', headers, piece);
    return;
  }
  const checks = random.isTrue(0.25);
  const isWrong = checks && piece.length > 0 && random.isTrue(0.15);
  const kind = checks ? 'patch with checksum' : 'patch';
  const algorithm = random.pick(['sha1', 'sha256', 'md5'] as const);
  const answer = await send(run, life, kind, record, 'PATCH', {
    headers: {
      ...headers,
      ...(checks ? checksumHeader(isWrong ? piece.subarray(1) : piece, algorithm) : {}),
    },
    body: piece,
  });
  if (answer === undefined) {
    // Half of them believe that nothing came, and hear of it by a 409.
    upload.offset = random.isTrue(0.5) ? undefined : offset;
  } else if (answer.status === 204) {
    judged(run, life, record, kind, answer, 'acknowledged');
    // A request that was cut, and comes to its turn later, ends this one, which keeps what came.
    const mayBeEnded = !checks && upload.cutInLife === life.number;
    if (answer.offset !== end && !mayBeEnded) {
      accuse(run, record, `PATCH up to ${end} answered ${answer.offset}`);
    }
    if (isWrong) accuse(run, record, 'A piece with a wrong checksum was taken');
    takeOffset({ run }, record, answer, offset);
    const isTold = !plan.defersLength || tellsLength;
    if (isTold && answer.offset === length && !record.isTooLarge) receivedAll({ run }, record);
  } else if (answer.status === 460 && isWrong) {
    judged(run, life, record, kind, answer, 'refused');
    upload.offset = offset;
  } else if (answer.status === 404 && known.status === 'INITIALIZED') {
    judged(run, life, record, kind, answer, 'refused');
    upload.isCreated = false;
  } else {
    refused({ run }, life, record, kind, answer);
  }
}

/** Where the next piece ends. What is too large goes beyond its declared length at once, never just up to it. */
function drawEnd({ random }: Actor, record: TransferRecord, offset: number): number {
  const { content, length, isTooLarge } = record;
  const rest = content.length - offset;
  const whole = random.isTrue(0.4) || rest < 2000;
  const end = offset + (whole ? rest : random.between(1, Math.min(rest, 2 * MIB)));
  return isTooLarge && end >= length ? content.length : end;
}

/** A request that says how long it is and stops half-way. Bytes that came before the cut may count. */
async function sendCut(
  { run, random }: Actor,
  life: Life,
  record: TransferRecord,
  kind: ActKind,
  method: string,
  headers: Record<string, string>,
  piece: Buffer,
): Promise<void> {
  record.upload.cutInLife = life.number;
  await attempt(
    run,
    life,
    kind,
    async () => {
      using raw = await rawRequest(method, `${life.url}/uploads/${idOf(record)}`, {
        Authorization: `Bearer ${run.tokenOf(record.sender)}`,
        ...headers,
        'Content-Length': String(piece.length),
      });
      await raw.write(piece.subarray(0, random.between(0, piece.length - 1)));
      // Some are cut before the broker has read what came, some after.
      if (random.isTrue(0.5)) await pause(random.between(1, 15));
    },
    record,
  );
  run.acts.count(kind, 'unknown');
  note(record, life, kind, 'cut');
}

async function sendByTusClient(
  { run, random }: Actor,
  life: Life,
  record: TransferRecord,
): Promise<void> {
  const { content, length, upload } = record;
  const done = await attempt(
    run,
    life,
    'tus client',
    async () => {
      await tusUpload(
        content,
        `${life.url}/uploads/${idOf(record)}`,
        { Authorization: `Bearer ${run.tokenOf(record.sender)}` },
        {
          chunkSize: Math.max(1, Math.ceil(length / random.between(1, 4))),
          retryDelays: [],
          onChunkComplete: (_size, accepted) => {
            const status = accepted === length ? 'UPLOAD_PROCESSING' : 'UPLOAD_STARTED';
            accuse(run, record, noteStatus(record, status));
            noteOffset(record, accepted);
          },
        },
      ).catch((error: unknown) => {
        const status = error instanceof DetailedError ? error.originalResponse?.getStatus() : 0;
        if ((status ?? 0) >= 500) accuse(run, record, `tus client: ${error}`);
        throw error;
      });
      return true;
    },
    record,
  );
  if (done === true) {
    run.acts.count('tus client', 'acknowledged');
    note(record, life, 'tus client', 'done');
    // Where a HEAD told it that all bytes are there, nobody has said yet what became of them.
    noteOffset(record, length);
    upload.isOver = true;
  } else if (mayHaveEnded(record)) {
    // It tells a refusal and a lost connection alike.
    upload.isOver = true;
  }
}

/** The sender ends the upload, which cancels the transfer. */
export async function deleteUpload(
  { run }: Actor,
  life: Life,
  record: TransferRecord,
): Promise<void> {
  const { known } = record;
  record.asked.cancel = true;
  const answer = await send(run, life, 'delete', record, 'DELETE', {});
  if (answer === undefined) return;
  if (answer.status === 204) {
    judged(run, life, record, 'delete', answer, 'acknowledged');
    if (known.status === 'PUBLISHED') accuse(run, record, 'DELETE of a published file: 204');
    accuse(run, record, noteStatus(record, 'CANCELLED'));
  } else if (answer.status === 409 || (answer.status === 404 && known.status === 'INITIALIZED')) {
    judged(run, life, record, 'delete', answer, 'refused');
  } else {
    refused({ run }, life, record, 'delete', answer);
  }
}

function isLeft({ plan, upload }: TransferRecord): boolean {
  return plan.leavesAt !== undefined && (upload.offset ?? 0) >= plan.leavesAt;
}
