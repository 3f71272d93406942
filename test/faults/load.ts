/** The load: senders, recipients, those who withdraw and those who look, each at it until the lives are stopped. */
import { setTimeout as pause } from 'node:timers/promises';
import { hasEnded } from '../../src/domain/transfer-status.ts';
import { look } from './check-transfer.ts';
import type { TransferRecord } from './ledger.ts';
import type { Life } from './lives.ts';
import type { LogFollower } from './log-follower.ts';
import type { LogReader } from './log-reader.ts';
import type { Random } from './random.ts';
import { confirm, download } from './recipient-acts.ts';
import type { Actor, Run } from './run.ts';
import { cancel, initialize, planTransfer } from './sender-acts.ts';
import { deleteUpload, stepUpload } from './upload-acts.ts';

const SENDING = 6;
const RECEIVING = 4;
/** With so many unfinished uploads, senders rather go on with one than begin another. */
const MANY_UNFINISHED = 50;
/** Of the transfers that were begun last: most acts are on them. */
const RECENT = 120;

/** Settles when the lives are stopped and everybody has done the last act. */
export async function runLoad(
  run: Run,
  random: Random,
  reader: LogReader,
  follower: LogFollower,
): Promise<void> {
  const times = (count: number, act: Act) => Array.from({ length: count }, () => act);
  const acts = [
    ...times(SENDING, sendSomething),
    ...times(RECEIVING, receiveSomething),
    withdrawSomething,
    lookAtSomething,
  ];
  await Promise.all([
    ...acts.map((act) => repeat({ run, random: random.fork() }, act)),
    repeat({ run, random: random.fork() }, async (_, life) => {
      await reader.readOn(life);
      await pause(100);
    }),
    repeat({ run, random: random.fork() }, (_, life) => follower.follow(life)),
  ]);
}

type Act = (actor: Actor, life: Life) => Promise<void>;

async function repeat(actor: Actor, act: Act): Promise<void> {
  for (;;) {
    const life = await actor.run.lives.running();
    if (life === undefined) return;
    await act(actor, life);
    await pause(actor.random.between(0, 6));
  }
}

async function sendSomething(actor: Actor, life: Life): Promise<void> {
  const { run, random } = actor;
  const unfinished = run.records.filter((record) => !record.isBusy && isUnfinished(record));
  const begins = random.isTrue(unfinished.length < MANY_UNFINISHED ? 0.4 : 0.02);
  const record = begins || unfinished.length === 0 ? planTransfer(actor) : random.pick(unfinished);
  record.isBusy = true;
  try {
    await goOn(actor, life, record, random.between(1, 6));
  } finally {
    record.isBusy = false;
  }
}

/** Whether its sender has something to do for it. */
export function isUnfinished({
  upload,
  transfer,
  idempotencyKey,
  journal,
}: TransferRecord): boolean {
  // Without a key, who got no answer does not ask again.
  const isKnown = transfer !== undefined || idempotencyKey !== undefined || journal.length === 0;
  return isKnown && !upload.isOver;
}

/** Some more requests of an upload, from its initialization on. */
export async function goOn(
  actor: Actor,
  life: Life,
  record: TransferRecord,
  steps: number,
): Promise<void> {
  for (let step = 0; step < steps && isUnfinished(record) && !life.isOver; step += 1) {
    if (record.transfer !== undefined) {
      await stepUpload(actor, life, record);
      continue;
    }
    // Some are impatient.
    const isTwice = record.idempotencyKey !== undefined && actor.random.isTrue(0.1);
    const twice = isTwice ? [initialize(actor, life, record)] : [];
    await Promise.all([initialize(actor, life, record), ...twice]);
  }
}

async function receiveSomething(actor: Actor, life: Life): Promise<void> {
  const { run, random } = actor;
  const record = pickTransfer(run, random);
  if (record === undefined) return;
  const { status, recipients } = record.known;
  // What has ended, or not begun, is asked for now and then only.
  const isOpen = status !== 'INITIALIZED' && !hasEnded(status);
  if (!isOpen && !random.isTrue(0.1)) return;
  const party = random.pick(record.recipients);
  const confirmsAt = { INITIALIZED: 0.05, DOWNLOAD_STARTED: 0.6, DOWNLOAD_CONFIRMED: 0.4 };
  if (random.isTrue(confirmsAt[recipients.get(party) ?? 'INITIALIZED'])) {
    return confirm(actor, life, record, party);
  }
  const kinds = [
    'download',
    'download',
    'download of a range',
    'download of a range',
    'download cut by the client',
    'download by link',
  ] as const;
  await download(actor, life, record, party, random.pick(kinds));
}

async function withdrawSomething(actor: Actor, life: Life): Promise<void> {
  const { run, random } = actor;
  await pause(random.between(50, 350));
  const record = pickTransfer(run, random);
  if (life.isOver || record === undefined) return;
  if (record.known.status === 'CANCELLED' && random.isTrue(0.7)) return;
  const deletes = !record.upload.isOver && random.isTrue(0.5);
  await (deletes ? deleteUpload : cancel)(actor, life, record);
}

/** At first at what was under way when the last life ended, then here and there. */
async function lookAtSomething({ run, random }: Actor, life: Life): Promise<void> {
  const first = run.records.slice(-25).concat(run.records.filter(isUnfinished).slice(-15));
  for (const record of new Set(first)) {
    if (life.isOver) return;
    await look(run, life, record);
  }
  while (!life.isOver) {
    const record = random.isTrue(0.8) ? pickTransfer(run, random) : pickOf(run.records, random);
    if (record !== undefined) await look(run, life, record);
    await pause(random.between(0, 20));
  }
}

function pickTransfer(run: Run, random: Random): TransferRecord | undefined {
  return pickOf(run.records.slice(-RECENT), random);
}

function pickOf(records: readonly TransferRecord[], random: Random): TransferRecord | undefined {
  const acknowledged = records.filter(({ transfer }) => transfer !== undefined);
  return acknowledged.length === 0 ? undefined : random.pick(acknowledged);
}
