/** The whole log against the histories of the transfers, and against those who read it meanwhile. */
import type { SeenEvent } from './documents.ts';
import { nameOf, type Run } from './run.ts';

/** `again` was read from the beginning at the end, `meanwhile` and `followedIds` through all deaths. */
export function checkLog(
  run: Run,
  again: readonly SeenEvent[],
  meanwhile: readonly SeenEvent[],
  followedIds: readonly string[],
): void {
  const ids = again.map(({ id }) => id);
  const accuse = (what: string) => run.violations.add('the log', what);
  if (new Set(ids).size !== ids.length) accuse('An event is in it twice');
  compare(
    ids,
    meanwhile.map(({ id }) => id),
    'a reader of its pages',
    accuse,
  );
  compare(ids, followedIds, 'a subscriber', accuse);
  const byTransfer = groupByTransfer(again);
  for (const record of run.records) {
    const id = record.transfer?.id;
    if (id === undefined) continue;
    const places = byTransfer.get(id) ?? [];
    const inLog = places.map((place) => ids[place]);
    const { eventIds } = record.known;
    if (inLog.join() !== eventIds.join()) {
      run.violations.add(nameOf(record), 'Its history differs from the log', record.journal);
    }
    for (const fault of findTornCommits(again, places)) {
      run.violations.add(nameOf(record), fault, record.journal);
    }
  }
}

/** The transfers that the log tells of. */
export function transfersIn(log: readonly SeenEvent[]): Set<string> {
  return new Set(log.map(({ transferId }) => transferId));
}

function compare(
  log: readonly string[],
  read: readonly string[],
  who: string,
  accuse: (what: string) => void,
): void {
  const place = log.findIndex((id, index) => read[index] !== id);
  if (place >= 0) accuse(`At ${place} of ${log.length}, ${who} got another event, or none`);
  else if (read.length !== log.length) accuse(`${who} got ${read.length - log.length} events more`);
}

function groupByTransfer(log: readonly SeenEvent[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [place, { transferId }] of log.entries()) {
    const known = places.get(transferId);
    if (known === undefined) places.set(transferId, [place]);
    else known.push(place);
  }
  return places;
}

/** What one commit tells stands together. */
function findTornCommits(log: readonly SeenEvent[], places: readonly number[]): string[] {
  const faults: string[] = [];
  const standTogether = (is: (event: SeenEvent) => boolean, what: string) => {
    const of = places.filter((place) => is(log[place] as SeenEvent));
    const [first = 0, last = 0] = [of.at(0), of.at(-1)];
    if (of.length > 0 && last - first !== of.length - 1) faults.push(`${what} is torn in the log`);
  };
  standTogether(({ transferStatus }) => transferStatus === 'PURGED', 'The purge');
  standTogether(({ type }) => type === 'FILE_EXPIRING', 'The reminder');
  for (const place of places) {
    const isLastConfirmation = log[place]?.type === 'ALL_CONFIRMED_DOWNLOADED';
    if (isLastConfirmation && !places.includes(place - 1)) {
      faults.push('The last confirmation is torn in the log');
    }
  }
  return faults;
}
