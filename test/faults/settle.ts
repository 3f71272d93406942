/** The last life: what was left open is asked for again, all that has to end ends, and everything is compared. */
import { setTimeout as pause } from 'node:timers/promises';
import { checkLog, transfersIn } from './check-log.ts';
import { judgeReminder, look, PATIENCE_MS } from './check-transfer.ts';
import { type SeenTransfer, TRANSFER } from './documents.ts';
import type { TransferRecord } from './ledger.ts';
import type { Life } from './lives.ts';
import { goOn, isUnfinished } from './load.ts';
import type { LogFollower } from './log-follower.ts';
import { createLogReader, type LogReader } from './log-reader.ts';
import { download } from './recipient-acts.ts';
import { ask } from './requests.ts';
import { isShortLived } from './resource-kinds.ts';
import { type Actor, accuse, forEachOf, OWNER, type Run } from './run.ts';
import { fileNameOf } from './sender-acts.ts';

const AT_ONCE = 6;
/** More requests than any upload needs. */
const MAX_STEPS = 200;
/** Beyond the last deadline: for jobs that were put off with growing pauses, on a busy machine. */
const MAX_LATE_MS = 20_000;
const POLL_MS = 100;

export async function settle(
  actor: Actor,
  life: Life,
  reader: LogReader,
  follower: LogFollower,
): Promise<void> {
  const { run, random } = actor;
  await forEachOf(run.records.filter(isUnfinished), AT_ONCE, async (record) => {
    // Every lost initialization is asked for again; of the uploads, half are left as they are.
    await goOn(actor, life, record, record.transfer === undefined ? 1 : 0);
    if (random.isTrue(0.5)) await goOn(actor, life, record, MAX_STEPS);
  });
  await reader.readOn(life);
  await adoptLost(run, life, reader);
  const published = run.records.filter(({ known }) => known.status === 'PUBLISHED');
  await forEachOf(published, AT_ONCE, (record) =>
    download(actor, life, record, random.pick(record.recipients), 'download'),
  );
  await untilSettled(run, life);
  // Once more and together, now that nothing happens any more.
  await forEachOf(run.records, AT_ONCE, async (record) => {
    const looked = await look(run, life, record);
    if (looked !== undefined) judgeReminder(run, record, looked);
  });
  await reader.readOn(life);
  const again = createLogReader(run);
  await again.readOn(life);
  await follower.followTo(again.events.length, life, AbortSignal.timeout(MAX_LATE_MS));
  checkLog(run, again.events, reader.events, follower.eventIds);
}

/** Transfers of which only the log tells: their senders got no answer and had no key to ask again with. */
async function adoptLost(run: Run, life: Life, { events }: LogReader): Promise<void> {
  const known = new Set(run.records.map(({ transfer }) => transfer?.id));
  for (const id of transfersIn(events)) {
    if (known.has(id)) continue;
    const { transfer } = await ask<{ transfer: SeenTransfer | null }>(run, life, OWNER, TRANSFER, {
      id,
    });
    const record = run.records.find((lost) => fileNameOf(lost) === transfer?.fileName);
    if (record === undefined || transfer === null) {
      run.violations.add(`transfer ${id}`, 'Nobody has asked for it');
    } else if (record.transfer !== undefined) {
      accuse(run, record, `It was made twice, as ${id} too`);
    } else {
      record.transfer = { id, expiresAt: Date.parse(transfer.expiresAt) };
    }
  }
}

/** Polls until nothing is left to be done, or it takes too long. */
async function untilSettled(run: Run, life: Life): Promise<void> {
  const deadlines = run.records
    .filter(({ resource }) => isShortLived(resource))
    .map(({ transfer }) => transfer?.expiresAt ?? 0);
  const latest = Math.max(Date.now() + PATIENCE_MS, ...deadlines) + MAX_LATE_MS;
  let open: readonly TransferRecord[] = run.records.filter(
    ({ transfer }) => transfer !== undefined,
  );
  for (;;) {
    const unsettled: TransferRecord[] = [];
    await forEachOf(open, AT_ONCE, async (record) => {
      const looked = await look(run, life, record);
      if (looked?.isSettled === false) unsettled.push(record);
    });
    open = unsettled;
    if (open.length === 0) return;
    if (Date.now() > latest) break;
    await pause(POLL_MS);
  }
  for (const record of open) {
    accuse(run, record, `It stays ${record.known.status}, and should have ended, or been deleted`);
  }
}
