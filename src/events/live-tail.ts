/**
 * The end of the log in memory, for all who follow it live: each event is read once however many follow, and is one object
 * for all of them. It is kept while anybody follows; who falls behind it reads from the database.
 */
import type { Database } from '../database/index.ts';
import type { PartyId } from '../domain/party-id.ts';
import type { Bell } from './bell.ts';
import type { EventMatch, RoleBits } from './event-match.ts';
import { createPartyRoles, type PartyRoles } from './party-roles.ts';
import { type EventRow, findLogEnd, readEvents } from './read-events.ts';

/** What a follower is given at once. */
export interface EventBatch {
  /** In log order; none where only a long stretch of the log was passed over. */
  readonly rows: readonly EventRow[];
  /** Up to this position there are no others for this follower. */
  readonly end: number;
}

/** One who follows the tail. */
export interface LiveReader {
  /** What has come since; undefined where it has come to lie before the tail, or the reader has left. */
  take(): EventBatch | undefined;
  /** Settles when there is something to take, or the signal is aborted. */
  wait(signal: AbortSignal): Promise<void>;
  leave(): void;
}

/** The end of the log, for who follows it. */
export interface LiveTail {
  /**
   * Begins to follow after a position; undefined where the tail does not reach back to it. `isEnd` says that the log was
   * seen to end there, which is where a tail can begin.
   */
  join(match: EventMatch, position: number, isEnd: boolean): LiveReader | undefined;
  /** Where the log ends, as far as the tail knows; many who ask at once are answered by one read. */
  findEnd(): Promise<number>;
  /** What the tail has after a position; undefined where it does not reach back to it, or has nothing more. */
  peek(match: EventMatch, position: number, limit: number): EventBatch | undefined;
  /** Looks for what is new, where anybody follows. */
  look(): void;
}

/** As many events are kept, unless the transfers that they are of have too many parties. */
const MAX_EVENTS = 1000;
/** An event counts with all parties of its transfer. */
const MAX_PARTIES = 100_000;
/** How many events are read, and taken, at once. */
const BATCH = 200;
/** After so many events everybody is woken, to be told how far the log is. */
const WAKE_EVERY = 10_000;

interface Entry {
  readonly row: EventRow;
  readonly roles: PartyRoles;
}

/** A follower, as the tail knows it: two numbers, whatever waits for it. */
interface Follower {
  readonly match: EventMatch;
  /** It has what comes before or here. */
  position: number;
  /** The first event that waits for it. */
  due: number | undefined;
}

/** What is kept while anybody follows. */
interface Tail {
  entries: Entry[];
  /** Of all entries' transfers, each counted with every entry. */
  parties: number;
  /** What comes after this position is here, as far as it has been read. */
  base: number;
  /** The same for parties: while only the broker itself follows, nobody's roles are read. */
  baseOfParties: number;
  /** Up to this position the log has been read. */
  head: number;
  wokenAt: number;
}

const NO_ROLES: PartyRoles = new Map();

function startAt(position: number): Tail {
  return {
    entries: [],
    parties: 0,
    base: position,
    baseOfParties: position,
    head: position,
    wokenAt: position,
  };
}

/** It reads nothing until somebody joins. */
export function createLiveTail(database: Pick<Database, 'read'>, bell: Bell): LiveTail {
  const partyRoles = createPartyRoles(MAX_PARTIES);
  /** By the party whose events they follow. */
  const followers = new Map<PartyId | null, Set<Follower>>();
  let tail: Tail | undefined;
  let end: Promise<number> | undefined;
  let isLooking = false;
  let lookAgain = false;

  const isPartyFollowing = () => followers.size > (followers.has(null) ? 1 : 0);

  function look(): void {
    lookAgain = true;
    if (isLooking || tail === undefined) return;
    isLooking = true;
    readOn()
      // A failed look costs a moment: the next one comes with the next commit or the slow poll.
      .catch(() => undefined)
      .finally(() => {
        isLooking = false;
        if (lookAgain) look();
      });
  }

  /** Reads until nothing is new. One at a time; what comes during a read is found by the next. */
  async function readOn(): Promise<void> {
    while (lookAgain && tail !== undefined) {
      lookAgain = false;
      const current = tail;
      const withRoles = isPartyFollowing();
      const entries = await database.read(async (db) => {
        const range = { after: current.head, limit: BATCH };
        const rows = await readEvents(db, null, {}, range);
        const ids = withRoles ? rows.map((row) => row.transfer_id) : [];
        const roles = await partyRoles.find(db, ids);
        return rows.map((row) => ({ row, roles: roles.get(row.transfer_id) ?? NO_ROLES }));
      });
      // Everybody has left meanwhile, or a party has come whose roles were not read.
      const isUseless = tail !== current || (isPartyFollowing() && !withRoles);
      if (isUseless || entries.length === BATCH) lookAgain = true;
      if (!isUseless) append(current, entries, withRoles);
    }
  }

  function append(current: Tail, entries: readonly Entry[], withRoles: boolean): void {
    for (const entry of entries) {
      current.entries.push(entry);
      current.parties += entry.roles.size;
      current.head = entry.row.position;
      tell(entry);
    }
    if (!withRoles) current.baseOfParties = current.head;
    forget(current);
    if (current.head - current.wokenAt < WAKE_EVERY) return;
    current.wokenAt = current.head;
    bell.ringAll();
  }

  function tell({ row, roles }: Entry): void {
    const tellAll = (all: Iterable<Follower> | undefined, own: RoleBits) => {
      for (const follower of all ?? []) {
        // Who has not taken the one before is woken already.
        if (follower.due !== undefined || row.position <= follower.position) continue;
        if (!follower.match.matches(row, own)) continue;
        follower.due = row.position;
        bell.ring(follower);
      }
    };
    tellAll(followers.get(null), 0);
    if (roles.size < followers.size) {
      for (const [party, own] of roles) tellAll(followers.get(party), own);
      return;
    }
    for (const [party, all] of followers) {
      const own = party === null ? undefined : roles.get(party);
      if (own !== undefined) tellAll(all, own);
    }
  }

  function forget(current: Tail): void {
    let count = 0;
    for (const { row, roles } of current.entries) {
      if (current.entries.length - count <= MAX_EVENTS && current.parties <= MAX_PARTIES) break;
      count += 1;
      current.parties -= roles.size;
      current.base = row.position;
    }
    current.entries.splice(0, count);
  }

  /** Matching events after a position, and where the next one is. */
  function collect(
    current: Tail,
    { party, matches }: EventMatch,
    position: number,
    limit: number,
  ): { readonly rows: EventRow[]; readonly next: number | undefined } {
    const { entries } = current;
    let index = entries.length;
    while ((entries[index - 1]?.row.position ?? 0) > position) index -= 1;
    const rows: EventRow[] = [];
    for (const { row, roles } of entries.slice(index)) {
      const own = party === null ? 0 : roles.get(party);
      if (own === undefined || !matches(row, own)) continue;
      if (rows.length === limit) return { rows, next: row.position };
      rows.push(row);
    }
    return { rows, next: undefined };
  }

  function reaches(current: Tail, { party }: EventMatch, position: number): boolean {
    return (
      position >= (party === null ? current.base : Math.max(current.base, current.baseOfParties))
    );
  }

  function peek(match: EventMatch, position: number, limit: number): EventBatch | undefined {
    if (tail === undefined || position >= tail.head || !reaches(tail, match, position)) return;
    const { rows, next } = collect(tail, match, position, limit);
    return { rows, end: next === undefined ? tail.head : (rows.at(-1)?.position ?? position) };
  }

  function leave(follower: Follower): void {
    const { party } = follower.match;
    const alike = followers.get(party);
    if (alike?.delete(follower) !== true) return;
    if (alike.size === 0) followers.delete(party);
    if (followers.size > 0) return;
    tail = undefined;
    partyRoles.clear();
  }

  return {
    join(match, position, isEnd) {
      const isFirst = tail === undefined;
      if (isFirst && !isEnd) return undefined;
      tail ??= startAt(position);
      if (!reaches(tail, match, position)) return undefined;
      const { next } = collect(tail, match, position, 0);
      const follower: Follower = { match, position, due: next };
      followers.set(match.party, (followers.get(match.party) ?? new Set()).add(follower));
      let hasLeft = false;
      // Nobody listened when the end was seen.
      if (isFirst) look();
      return {
        take() {
          if (hasLeft || tail === undefined) return undefined;
          if (follower.due === undefined) {
            follower.position = Math.max(follower.position, tail.head);
            return { rows: [], end: follower.position };
          }
          if (!reaches(tail, match, follower.due - 1)) return undefined;
          const { rows, next } = collect(tail, match, follower.due - 1, BATCH);
          follower.due = next;
          const end = next === undefined ? tail.head : (rows.at(-1)?.position ?? 0);
          follower.position = Math.max(follower.position, end);
          return { rows, end: follower.position };
        },
        wait: (signal) =>
          follower.due === undefined ? bell.wait(follower, signal) : Promise.resolve(),
        leave() {
          hasLeft = true;
          leave(follower);
        },
      };
    },
    async findEnd() {
      if (tail !== undefined) return tail.head;
      end ??= database.read(findLogEnd).finally(() => {
        end = undefined;
      });
      return end;
    },
    peek,
    look,
  };
}
