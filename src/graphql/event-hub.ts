/**
 * Subscriptions to the event log that want the same results follow it together: each event is executed once and pushed to
 * all of them. One that starts further back, or whose client was too slow, reads by itself until it has come up with the
 * others; so it waits for nobody, nobody waits for it, and nothing is kept for it but its position.
 */
import type { Caller } from '../domain/caller.ts';
import type { EventBatch, EventRow } from '../events/index.ts';
import { type OperationRequest, toGraphQLError } from './execute-operation.ts';
import { executeShared } from './execute-payload.ts';
import { type LogStretch, toPayload } from './log-source.ts';
import type { Services } from './operation.ts';
import type { ResultFlow, ResultSink } from './result-flow.ts';
import type { Selection } from './selection.ts';
import { type Execution, type SharedResults, viewerKey } from './shared-results.ts';

/** A subscription that follows the log. */
export interface EventSubscription {
  readonly request: OperationRequest;
  readonly caller: Caller;
  readonly selection: Selection;
  readonly stretch: LogStretch;
}

/** All who follow the log over one server. */
export interface EventHub {
  /** Pushes the results of a subscription into a sink until its flow is stopped or the log is closed. */
  open(subscription: EventSubscription, sink: ResultSink): ResultFlow;
  /** How many groups follow the log. */
  readonly groups: number;
}

/** One subscription. */
interface Member {
  readonly subscription: EventSubscription;
  readonly sink: ResultSink;
  /** Members with the same key may be in one group. */
  key: string;
  /** It has what comes before or here. In a group it is behind where nothing came that is for it. */
  position: number;
  group: Group | undefined;
  isBlocked: boolean;
  isOver: boolean;
}

interface Group {
  readonly key: string;
  readonly members: Set<Member>;
  readonly batches: AsyncIterableIterator<EventBatch>;
  /** All members have what comes before or here. */
  position: number;
}

/** Nothing is followed before somebody comes. */
export function createEventHub(services: Services, results: SharedResults): EventHub {
  const { events } = services;
  const groups = new Map<string, Group>();
  let loners = 0;

  function run(row: EventRow, { subscription }: Member): Promise<Execution> {
    const { request, caller } = subscription;
    return results.get(row.position, subscription, () =>
      executeShared(request, services, caller, toPayload(events, row)),
    );
  }

  /** Joins its group where it has come as far, else reads until it has. */
  function advance(member: Member): void {
    const group = groups.get(member.key);
    if (group !== undefined && member.position >= group.position) join(member, group);
    else catchUp(member).catch((error: unknown) => fail(member, error));
  }

  async function catchUp(member: Member): Promise<void> {
    const { viewer, filter } = member.subscription.stretch;
    while (!member.isOver) {
      const { rows, end, isLast } = await events.readBatch(viewer, filter, member.position);
      for (const row of rows) {
        if (member.isOver) return;
        const { result } = await run(row, member);
        if (member.isOver) return;
        member.position = row.position;
        if (member.sink.write(result)) continue;
        member.isBlocked = true;
        return;
      }
      if (member.isOver) return;
      member.position = end;
      const group = groups.get(member.key);
      if (group === undefined ? isLast : end >= group.position) {
        return join(member, group ?? begin(member));
      }
    }
  }

  function join(member: Member, group: Group): void {
    member.group = group;
    group.members.add(member);
  }

  function begin({ key, position, subscription: { stretch } }: Member): Group {
    const batches = events.followBatches(stretch.viewer, stretch.filter, position);
    const group: Group = { key, members: new Set(), batches, position };
    groups.set(key, group);
    follow(group)
      .catch((error: unknown) => {
        for (const member of group.members) fail(member, error);
      })
      .finally(() => forget(group));
    return group;
  }

  async function follow(group: Group): Promise<void> {
    for await (const { rows, end } of group.batches) {
      for (const row of rows) {
        // Whoever is there stands for all.
        const [one] = group.members;
        if (one === undefined) return;
        push(group, row.position, one, await run(row, one));
      }
      group.position = end;
    }
    for (const member of group.members) finish(member);
  }

  function push(group: Group, position: number, maker: Member, { result, validity }: Execution) {
    for (const member of group.members) {
      if (member.position >= position) continue;
      if (validity === 'caller' && member !== maker) {
        part(member);
        continue;
      }
      member.position = position;
      if (member.sink.write(result)) continue;
      leave(member);
      member.isBlocked = true;
    }
    group.position = position;
  }

  /** What it selects is each caller's own: from here on it goes alone. */
  function part(member: Member): void {
    leave(member);
    loners += 1;
    member.key = `${loners} alone`;
    advance(member);
  }

  function leave(member: Member): void {
    const { group } = member;
    if (group === undefined) return;
    member.position = Math.max(member.position, group.position);
    member.group = undefined;
    group.members.delete(member);
    if (group.members.size === 0) forget(group);
  }

  function forget(group: Group): void {
    if (groups.get(group.key) === group) groups.delete(group.key);
    group.batches.return?.().catch(() => undefined);
  }

  function finish(member: Member): void {
    if (member.isOver) return;
    member.isOver = true;
    leave(member);
    member.sink.end();
  }

  /** The last result says why. */
  function fail(member: Member, error: unknown): void {
    if (member.isOver) return;
    member.sink.write({ errors: [toGraphQLError(error)] });
    finish(member);
  }

  return {
    open(subscription, sink) {
      const member: Member = {
        subscription,
        sink,
        key: groupKey(subscription),
        position: subscription.stretch.after,
        group: undefined,
        isBlocked: false,
        isOver: false,
      };
      advance(member);
      return {
        resume() {
          if (!member.isBlocked) return;
          member.isBlocked = false;
          advance(member);
        },
        stop() {
          member.isOver = true;
          leave(member);
        },
      };
    },
    get groups() {
      return groups.size;
    },
  };
}

function groupKey({ caller, selection, stretch: { filter } }: EventSubscription): string {
  const { types, resourceIds, transferId, role, audience } = filter;
  const wanted = [types?.toSorted(), resourceIds?.toSorted(), transferId, role, audience];
  return `${viewerKey(caller)} ${JSON.stringify(wanted)} ${selection.key}`;
}
