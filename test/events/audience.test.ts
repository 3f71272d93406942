import { describe, expect, it } from 'vitest';
import { SCOPES, type Viewer } from '../../src/domain/caller.ts';
import {
  type EventFilter,
  type EventRow,
  findEvent,
  findVisibleActor,
  listEvents,
  listTransferEvents,
  readEvents,
} from '../../src/events/index.ts';
import {
  ANNA,
  BO,
  OWNER,
  openTransferScene,
  SENDER,
  STRANGER,
  type TransferScene,
  viewerOf,
} from '../support/transfer-scene.ts';

/** One transfer from its beginning to the deletion of its file: Anna confirms, Bo only starts a download. */
async function openHistory(): Promise<TransferScene & { readonly id: string }> {
  const scene = await openTransferScene();
  const id = await scene.publish(ANNA, BO);
  await scene.download(ANNA, id);
  await scene.download(BO, id);
  await scene.confirm(ANNA, id);
  await scene.cancel(id);
  await scene.deleteFile(id);
  return { ...scene, id };
}

const HISTORY = [
  'FILE_TRANSFER_INITIALIZED',
  'UPLOAD_STARTED',
  'UPLOAD_PROCESSING',
  'PUBLISHED',
  'DOWNLOAD_STARTED of Anna',
  'DOWNLOAD_STARTED of Bo',
  'DOWNLOAD_CONFIRMED of Anna',
  'FILE_TRANSFER_CANCELLED',
  'FILE_DELETED',
];

function say({ type, subject_id: subject }: EventRow): string {
  if (subject === ANNA) return `${type} of Anna`;
  return subject === BO ? `${type} of Bo` : type;
}

async function sees(
  { database }: TransferScene,
  viewer: Viewer,
  filter: EventFilter = {},
): Promise<string[]> {
  const rows = await database.read((db) => readEvents(db, viewer, filter, { limit: 100 }));
  return rows.map(say);
}

describe('the audience ALL', () => {
  it.each([
    ['the sender', SENDER],
    ['a recipient', ANNA],
    ['another recipient', BO],
    ['the owner of the resource', OWNER],
  ])('brings %s the whole history of the transfer', async (_, who) => {
    await using scene = await openHistory();
    expect(await sees(scene, viewerOf(who))).toEqual(HISTORY);
    expect(await sees(scene, viewerOf(who), { audience: 'ALL' })).toEqual(HISTORY);
  });
});

describe('a long log', () => {
  it('brings who sees little of it the same, in order, from both ends and from between', async () => {
    await using scene = await openTransferScene();
    const first = await scene.publish(ANNA);
    const other = await scene.publish(BO);
    await lengthen(scene, other, 6000);
    const second = await scene.publish(ANNA, BO);
    await scene.cancel(first);
    const { rows, pages } = await scene.database.read(async (db) => {
      const read = (range: Parameters<typeof readEvents>[3]) =>
        readEvents(db, viewerOf(ANNA), {}, range);
      const all = await read({ limit: 100 });
      const [middle] = all.slice(3);
      if (middle === undefined) throw new Error('There is no fourth event.');
      return {
        rows: all,
        pages: [
          await read({ limit: 3 }),
          await read({ limit: 3, backwards: true }),
          await read({ limit: 3, after: middle.position }),
          await read({ limit: 3, before: middle.position, backwards: true }),
        ],
      };
    });
    expect(rows.map(({ transfer_id }) => transfer_id)).toEqual([
      ...Array.from({ length: 4 }, () => first),
      ...Array.from({ length: 4 }, () => second),
      first,
    ]);
    const positions = rows.map(({ position }) => position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(pages).toEqual([
      rows.slice(0, 3),
      rows.slice(-3).toReversed(),
      rows.slice(4, 7),
      rows.slice(0, 3).toReversed(),
    ]);
  });
});

/** Events of one transfer that are more than anybody reads one by one. */
async function lengthen({ database }: TransferScene, id: string, count: number): Promise<void> {
  await database.write(async (tx) => {
    const like = await tx
      .selectFrom('event')
      .selectAll()
      .where('transfer_id', '=', id)
      .executeTakeFirstOrThrow();
    const { log_end } = await tx.selectFrom('history').select('log_end').executeTakeFirstOrThrow();
    for (let done = 0; done < count; done += 500) {
      const rows = Array.from({ length: 500 }, (_, index) => ({
        ...like,
        id: `made-up-${done + index}`,
        position: log_end + 1 + done + index,
      }));
      await tx.insertInto('event').values(rows).execute();
    }
    await tx
      .updateTable('history')
      .set({ log_end: log_end + count })
      .execute();
  });
}

describe('the audience MINE', () => {
  it.each([
    ['the sender', SENDER],
    ['the owner of the resource', OWNER],
  ])('brings %s everything', async (_, who) => {
    await using scene = await openHistory();
    expect(await sees(scene, viewerOf(who), { audience: 'MINE' })).toEqual(HISTORY);
  });

  it('brings a recipient what concerns all recipients and what it did itself, not what others did', async () => {
    await using scene = await openHistory();
    expect(await sees(scene, viewerOf(ANNA), { audience: 'MINE' })).toEqual([
      'PUBLISHED',
      'DOWNLOAD_STARTED of Anna',
      'DOWNLOAD_CONFIRMED of Anna',
      'FILE_TRANSFER_CANCELLED',
      'FILE_DELETED',
    ]);
    expect(await sees(scene, viewerOf(BO), { audience: 'MINE' })).toEqual([
      'PUBLISHED',
      'DOWNLOAD_STARTED of Bo',
      'FILE_TRANSFER_CANCELLED',
      'FILE_DELETED',
    ]);
  });

  it('brings a sender that is a recipient too each event once', async () => {
    await using scene = await openTransferScene();
    const id = await scene.publish(SENDER, ANNA);
    await scene.download(SENDER, id);
    await scene.download(ANNA, id);
    const mine = { audience: 'MINE' } as const;
    const all = [
      'FILE_TRANSFER_INITIALIZED',
      'UPLOAD_STARTED',
      'UPLOAD_PROCESSING',
      'PUBLISHED',
      'DOWNLOAD_STARTED',
      'DOWNLOAD_STARTED of Anna',
    ];
    expect(await sees(scene, viewerOf(SENDER), mine)).toEqual(all);
    // As a recipient: what concerns them all, and every event whose subject it is.
    expect(await sees(scene, viewerOf(SENDER), { ...mine, role: 'RECIPIENT' })).toEqual(
      all.slice(0, 5),
    );
  });

  it('does not bring what a recipient’s other transfer is about', async () => {
    await using scene = await openTransferScene();
    await scene.publish(BO);
    await scene.publish(ANNA);
    expect(await sees(scene, viewerOf(ANNA), { audience: 'MINE' })).toEqual(['PUBLISHED']);
  });
});

describe.each(['ALL', 'MINE'] as const)('under %s', (audience) => {
  it('a stranger sees nothing', async () => {
    await using scene = await openHistory();
    expect(await sees(scene, viewerOf(STRANGER), { audience })).toEqual([]);
    const [event] = await scene.database.read((db) => readEvents(db, null, {}, { limit: 1 }));
    const found = await scene.database.read((db) =>
      findEvent(db, viewerOf(STRANGER), event?.id ?? ''),
    );
    expect(found).toBeUndefined();
  });

  it('a token of no scope sees nothing, and one of a service owner what it owns', async () => {
    await using scene = await openHistory();
    const ownerOnly = [SCOPES.serviceOwner];
    expect(await sees(scene, viewerOf(SENDER, []), { audience })).toEqual([]);
    expect(await sees(scene, viewerOf(SENDER, ownerOnly), { audience })).toEqual([]);
    expect(await sees(scene, viewerOf(OWNER, ownerOnly), { audience })).toEqual(HISTORY);
  });

  it('a role that the viewer does not have brings nothing', async () => {
    await using scene = await openHistory();
    const roles = async (who: typeof SENDER) => {
      const counts: number[] = [];
      for (const role of ['SENDER', 'RECIPIENT', 'SERVICE_OWNER'] as const) {
        counts.push((await sees(scene, viewerOf(who), { audience, role })).length);
      }
      return counts.map((count) => count > 0);
    };
    expect(await roles(SENDER)).toEqual([true, false, false]);
    expect(await roles(ANNA)).toEqual([false, true, false]);
    expect(await roles(OWNER)).toEqual([false, false, true]);
  });

  it('types, resources and transfers narrow what is seen', async () => {
    await using scene = await openHistory();
    const other = await scene.publish(ANNA);
    const viewer = viewerOf(SENDER);
    expect(await sees(scene, viewer, { audience, types: ['PUBLISHED'] })).toHaveLength(2);
    expect(await sees(scene, viewer, { audience, transferId: scene.id })).toEqual(HISTORY);
    expect(await sees(scene, viewer, { audience, transferId: other })).toHaveLength(4);
    expect(await sees(scene, viewer, { audience, resourceIds: ['tax-files'] })).toHaveLength(13);
    expect(await sees(scene, viewer, { audience, resourceIds: ['other'] })).toEqual([]);
  });
});

describe('an event', () => {
  it('is found by its id by everybody who sees its transfer', async () => {
    await using scene = await openHistory();
    const rows = await scene.database.read((db) => readEvents(db, null, {}, { limit: 100 }));
    for (const who of [SENDER, ANNA, BO, OWNER]) {
      for (const row of rows) {
        expect(await scene.database.read((db) => findEvent(db, viewerOf(who), row.id))).toEqual(
          row,
        );
      }
    }
  });

  it('tells who did it to the sender and the owner alone, and of the broker’s own acts nobody', async () => {
    await using scene = await openHistory();
    const rows = await scene.database.read((db) => readEvents(db, null, {}, { limit: 100 }));
    const actors = (who: typeof SENDER) =>
      rows.map((row) => findVisibleActor(row, viewerOf(who))?.party ?? null);
    const all = [SENDER, SENDER, null, null, ANNA, BO, ANNA, SENDER, null];
    expect(actors(SENDER)).toEqual(all);
    expect(actors(OWNER)).toEqual(all);
    expect(actors(ANNA)).toEqual(all.map(() => null));
    expect(
      findVisibleActor(rows[0] as EventRow, viewerOf(SENDER, [SCOPES.serviceOwner])),
    ).toBeNull();
  });

  it('keeps the statuses of its time', async () => {
    await using scene = await openHistory();
    const rows = await scene.database.read((db) => readEvents(db, null, {}, { limit: 100 }));
    expect(rows.map((row) => `${row.transfer_status} ${row.recipient_status ?? '-'}`)).toEqual([
      'INITIALIZED -',
      'UPLOAD_STARTED -',
      'UPLOAD_PROCESSING -',
      'PUBLISHED -',
      'PUBLISHED DOWNLOAD_STARTED',
      'PUBLISHED DOWNLOAD_STARTED',
      'PUBLISHED DOWNLOAD_CONFIRMED',
      'CANCELLED -',
      'CANCELLED -',
    ]);
  });
});

describe('a page of the log', () => {
  async function page(scene: TransferScene, more: object, period = {}) {
    const request = { size: 4, backwards: false, after: null, before: null, ...more };
    const listed = await scene.database.read((db) =>
      listEvents(db, scene.events, viewerOf(ANNA), {}, period, request),
    );
    if (!listed.ok) throw new Error(listed.error.code);
    const { edges, hasNextPage, hasPreviousPage } = listed.value;
    return { says: edges.map(({ node }) => say(node)), edges, hasNextPage, hasPreviousPage };
  }

  it('leads to the next one until the end', async () => {
    await using scene = await openHistory();
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { says, edges, hasNextPage } = await page(scene, { after });
      seen.push(...says);
      after = edges.at(-1)?.cursor ?? null;
      if (!hasNextPage) break;
    }
    expect(seen).toEqual(HISTORY);
  });

  it('leads back to the beginning, oldest first', async () => {
    await using scene = await openHistory();
    const last = await page(scene, { backwards: true });
    expect(last.says).toEqual(HISTORY.slice(-4));
    expect(last).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
    const before = await page(scene, { backwards: true, before: last.edges[0]?.cursor });
    expect(before.says).toEqual(HISTORY.slice(1, 5));
    expect(before).toMatchObject({ hasPreviousPage: true, hasNextPage: true });
    const first = await page(scene, { backwards: true, before: before.edges[0]?.cursor });
    expect(first.says).toEqual(HISTORY.slice(0, 1));
    expect(first).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
  });

  it('is of a period whose beginning counts and whose end does not', async () => {
    await using scene = await openTransferScene();
    const start = scene.clock.time;
    for (const [time, count] of [
      [start + 10, 1],
      [start + 20, 2],
      [start + 30, 1],
    ] as const) {
      scene.clock.time = time;
      for (let made = 0; made < count; made += 1) await scene.initialize(ANNA);
    }
    const positions = async (from: number | null, to: number | null) =>
      (await page(scene, {}, { from, to })).edges.map(({ node }) => node.position);
    expect(await positions(start + 20, start + 30)).toEqual([2, 3]);
    expect(await positions(start + 21, null)).toEqual([4]);
    expect(await positions(null, start + 20)).toEqual([1]);
    expect(await positions(null, null)).toEqual([1, 2, 3, 4]);
  });

  it('of a cursor from elsewhere is refused', async () => {
    await using scene = await openHistory();
    await expect(page(scene, { after: 'garbage' })).rejects.toThrow('INVALID_CURSOR');
    await expect(page(scene, { before: scene.events.toCursor(1000) })).rejects.toThrow(
      'INVALID_CURSOR',
    );
  });

  it('of each of many transfers at once is what each of them has', async () => {
    await using scene = await openHistory();
    const other = await scene.publish(BO);
    const ids = [scene.id, other];
    for (const backwards of [false, true]) {
      const pages = await scene.database.read((db) =>
        listTransferEvents(db, scene.events, ids, { size: 5, backwards }),
      );
      const says = ids.map((id) => pages.get(id)?.edges.map(({ node }) => say(node)));
      expect(says).toEqual([
        backwards ? HISTORY.slice(-5) : HISTORY.slice(0, 5),
        HISTORY.slice(0, 4),
      ]);
      expect(pages.get(scene.id)).toMatchObject({
        hasNextPage: !backwards,
        hasPreviousPage: backwards,
      });
      expect(pages.get(other)).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    }
  });
});
