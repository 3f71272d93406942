/** A list and the cursor that comes with it are of one moment: the events after it lead from the one state to the other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf, initialize, openResource, type Scene } from '../support/api.ts';
import { PARTIES, startTestBroker, type TestBroker } from '../support/broker.ts';
import type { LoadTransfersQuery } from '../support/graphql/graphql.ts';
import {
  CancelTransfer,
  ConfirmDownload,
  FollowChanges,
  FollowEvents,
  ListEvents,
  LoadTransfers,
} from '../support/operations.ts';
import { follow, TRANSPORTS } from './followers.ts';
import { createUpload, download, sendChunk } from './tus-steps.ts';

/** As many as one list holds. */
const TRANSFERS = 96;
const WRITERS = 4;
const RECIPIENTS = [PARTIES.recipient, PARTIES.otherRecipient];

let broker: TestBroker;
let scene: Scene;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker[Symbol.asyncDispose]());

interface State {
  status: string;
  readonly recipients: Record<string, string>;
}
type States = Map<string, State>;

function toStates({ transfers }: LoadTransfersQuery): States {
  return new Map(
    (transfers?.edges ?? []).map(({ node }) => [
      node.id,
      {
        status: node.status,
        recipients: Object.fromEntries(node.recipients.map((r) => [r.party.id, r.status])),
      },
    ]),
  );
}

interface Change {
  readonly transferId: string;
  readonly transferStatus: string;
  readonly recipientStatus: string | null;
  readonly subject: { readonly id: string } | null;
}

/** Applies an event as an application would that shows a list. */
function apply(states: States, change: Change): void {
  const known = states.get(change.transferId) ?? {
    status: '',
    recipients: Object.fromEntries(RECIPIENTS.map((party) => [party, 'INITIALIZED'])),
  };
  known.status = change.transferStatus;
  if (change.recipientStatus !== null && change.subject !== null) {
    known.recipients[change.subject.id] = change.recipientStatus;
  }
  states.set(change.transferId, known);
}

/** Makes transfers and takes each through its life, some of them to different ends. */
async function write(): Promise<void> {
  let made = 0;
  const other = await clientOf(broker, PARTIES.otherRecipient);
  async function writeOn(): Promise<void> {
    while (made < TRANSFERS) {
      made += 1;
      const end = made % 4;
      const transfer = await initialize(scene, { recipients: RECIPIENTS });
      const { id } = transfer;
      if (end > 0) {
        await createUpload(scene.sender, transfer, 3);
        await sendChunk(scene.sender, transfer, 0, 'abc');
        for (const recipient of end > 1 ? [scene.recipient, other] : [scene.recipient]) {
          await download(recipient, transfer);
          if (end > 2) await recipient.run(ConfirmDownload, { id });
        }
      }
      if (end % 2 === 0) await scene.sender.run(CancelTransfer, { id });
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, writeOn));
}

/** After a cancel the bytes go within moments. Every fourth transfer is cancelled when it had some. */
async function untilDeleted(): Promise<void> {
  const filter = { resourceIds: [scene.resourceId], types: ['FILE_DELETED' as const] };
  const deletions = follow('WebSocket', broker, scene.sender, FollowEvents, {
    filter,
    startAt: 'BEGINNING',
  });
  await deletions.until(({ length }) => length >= TRANSFERS / 4);
  deletions.leave();
}

/** The ids of all events after a cursor, or of the whole log. */
async function logAfter(cursor?: string): Promise<string[]> {
  const ids: string[] = [];
  for (let after = cursor; ; ) {
    const page = after === undefined ? {} : { after };
    const { events } = await scene.sender.run(ListEvents, { first: 100, ...page });
    ids.push(...(events?.edges ?? []).map(({ node }) => node.id));
    if (events?.pageInfo.hasNextPage !== true) return ids;
    after = events.pageInfo.endCursor ?? undefined;
  }
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  test('load, then follow: nothing is lost between them or comes twice', {
    timeout: 300_000,
  }, async () => {
    scene = await openResource(broker);
    const filter = { resourceIds: [scene.resourceId] };
    let isOver = false;
    const writing = write().finally(() => {
      isOver = true;
    });
    const loads: LoadTransfersQuery[] = [];
    while (!isOver) loads.push(await scene.sender.run(LoadTransfers, { filter }));
    await writing;
    await untilDeleted();
    const last = await scene.sender.run(LoadTransfers, { filter });
    expect(loads.length).toBeGreaterThan(10);

    // All of the log, as it comes from the first of the loads on.
    const [first] = loads;
    if (first === undefined) throw new Error('Nothing was loaded.');
    const log = await logAfter(first.eventLogEnd);
    const watching = follow(transport, broker, scene.sender, FollowChanges, {
      after: first.eventLogEnd,
    });
    await watching.until(({ length }) => length >= log.length);
    watching.leave();
    const changes = watching.results.map(({ events }) => events);
    expect(changes.map(({ node }) => node.id)).toEqual(log);

    const places = new Map(changes.map(({ cursor }, index) => [cursor, index]));
    const final = toStates(last);
    for (const load of loads) {
      expect(load.transfers?.pageInfo.hasNextPage).toBe(false);
      const place = places.get(load.eventLogEnd) ?? -1;
      if (place === -1) expect(load.eventLogEnd).toBe(first.eventLogEnd);

      // The list is what the log had come to by then, to the event.
      const told = toStates(first);
      for (const { node } of changes.slice(0, place + 1)) apply(told, node);
      expect(toStates(load)).toEqual(told);

      // And what comes after its cursor makes of it what there is in the end.
      const states = toStates(load);
      for (const { node } of changes.slice(place + 1)) apply(states, node);
      expect(states).toEqual(final);
    }

    // Some of them followed for themselves, by either of the cursors.
    for (const load of loads.filter((_, index) => index % 10 === 0)) {
      for (const after of [load.eventLogEnd, load.events?.pageInfo.endCursor ?? '']) {
        const place = places.get(load.eventLogEnd) ?? -1;
        const rest = log.slice(place + 1);
        const follower = follow(transport, broker, scene.sender, FollowChanges, { after });
        await follower.until(({ length }) => length >= rest.length);
        follower.leave();
        expect(follower.results.map(({ events }) => events.node.id)).toEqual(rest);
      }
    }
  });
});
