/**
 * Lists of transfers, compared with a plain list in memory that filters and sorts as the contract says: every filter and
 * order alone and together, walked page by page to the end, also while the transfers change.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES } from '../../src/domain/caller.ts';
import { DAY_MS } from '../../src/domain/duration.ts';
import { encodeCursor } from '../../src/domain/keyset-cursor.ts';
import type { RecipientStatus, TransferStatus } from '../../src/domain/transfer-status.ts';
import type { TransferRow } from '../../src/transfers/index.ts';
import {
  type Asker,
  makeTransfer,
  party,
  pick,
  type Room,
  START,
  type Variables,
} from '../support/graphql-room.ts';
import {
  type Asked,
  type Direction,
  expectedList,
  type Filter,
  type Known,
  type Order,
  OWNERS,
  openWorld,
  PARTIES,
  PROPERTIES,
  STRANGER,
} from './known-transfers.ts';

const COUNT = 240;

const TRANSFERS = `query (
  $filter: TransferFilter, $orderBy: TransferOrder! = CREATED_AT, $order: SortDirection! = DESC,
  $first: Int, $after: String, $counts: Boolean! = false
) {
  transfers(filter: $filter, orderBy: $orderBy, order: $order, first: $first, after: $after) {
    totalCount @include(if: $counts)
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

interface ListPage {
  readonly totalCount?: number | null;
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

async function readPage(asker: Asker, variables: Variables): Promise<ListPage> {
  return pick(await asker.ask(TRANSFERS, variables), 'transfers') as ListPage;
}

/** Every page to the end; what stands between them is done before each next one. */
async function walk(
  asker: Asker,
  list: Variables,
  first: number,
  between: () => Promise<void> = async () => undefined,
): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null, isFirst = true; ; isFirst = false) {
    const page: ListPage = await readPage(asker, { ...list, first, after });
    const { startCursor, endCursor, hasNextPage, hasPreviousPage } = page.pageInfo;
    expect(page.edges.length).toBeLessThanOrEqual(first);
    if (hasNextPage) expect(page.edges).toHaveLength(first);
    expect(hasPreviousPage).toBe(!isFirst);
    expect(startCursor).toBe(page.edges[0]?.cursor ?? null);
    expect(endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
    ids.push(...page.edges.map(({ node }) => node.id));
    if (!hasNextPage) return ids;
    after = endCursor;
    await between();
  }
}

const iso = (time: number) => new Date(time).toISOString();
const ORDERS = (['CREATED_AT', 'PUBLISHED_AT', 'STATUS_CHANGED_AT'] as const).flatMap((orderBy) =>
  (['ASC', 'DESC'] as const).map((order) => ({ orderBy, order })),
);

describe('a list of some hundred transfers', () => {
  let room: Room;
  let known: readonly Known[];
  beforeAll(async () => {
    const opened = await openWorld(1);
    room = opened.room;
    known = opened.world.known;
    for (let made = 0; made < COUNT; made += 1) {
      await opened.world.live();
      // Some in the same millisecond.
      room.clock.time += (made % 4) * 700;
    }
  });
  afterAll(() => room[Symbol.asyncDispose]());

  async function expectList(asked: Asked, first: number): Promise<void> {
    const { viewer, isOwnerOnly = false, ...list } = asked;
    const scopes = isOwnerOnly ? [SCOPES.serviceOwner] : Object.values(SCOPES);
    const asker = room.as(viewer, { scopes });
    const expected = expectedList(known, asked);
    expect(await walk(asker, list, first)).toEqual(expected);
    const counted = await readPage(asker, { ...list, first: 1, counts: true });
    expect(counted.totalCount).toBe(expected.length);
  }

  test('has transfers of every status that can be brought about here', () => {
    expect(new Set(known.map(({ status }) => status))).toEqual(
      new Set([
        'INITIALIZED',
        'UPLOAD_STARTED',
        'PUBLISHED',
        'ALL_CONFIRMED_DOWNLOADED',
        'CANCELLED',
        'FAILED',
      ]),
    );
    // Of which some were made, and some changed, at the same time.
    expect(new Set(known.map(({ createdAt }) => createdAt)).size).toBeLessThan(COUNT);
  });

  test.each(ORDERS)('is in the order $orderBy $order, for whoever looks', async (order) => {
    for (const viewer of [...OWNERS, ...PARTIES, STRANGER]) {
      for (const isOwnerOnly of [true, false]) {
        await expectList({ viewer, isOwnerOnly, ...order }, 40);
      }
    }
  });

  const middle = (times: (t: Known) => number) => {
    const sorted = known.map(times).sort((a, b) => a - b);
    return iso(sorted[Math.floor(sorted.length / 2)] ?? 0);
  };
  const createdAt = () => middle((t) => t.createdAt);
  const changedAt = () => middle((t) => t.statusChangedAt);
  const expiresAt = () => middle((t) => t.createdAt + t.resource.days * DAY_MS);

  /** Each filter alone; of values that let through some, all and nothing. */
  const FILTERS: Readonly<Record<keyof Filter, () => readonly Filter[]>> = {
    resourceIds: () => [
      { resourceIds: ['of-two'] },
      { resourceIds: ['of-one', 'of-one-too', 'of-one'] },
      { resourceIds: ['none'] },
      // Too many to be read one by one.
      { resourceIds: [...Array.from({ length: 20 }, (_, i) => `none-${i}`), 'of-two'] },
    ],
    role: () => [{ role: 'SENDER' }, { role: 'RECIPIENT' }, { role: 'SERVICE_OWNER' }],
    statuses: () => [
      { statuses: ['PUBLISHED'] },
      { statuses: ['CANCELLED', 'FAILED', 'UPLOAD_STARTED'] },
      { statuses: ['PURGED'] },
    ],
    viewerRecipientStatuses: () => [
      { viewerRecipientStatuses: ['DOWNLOAD_CONFIRMED'] },
      { viewerRecipientStatuses: ['INITIALIZED', 'DOWNLOAD_STARTED'] },
    ],
    recipientStatuses: () => [
      { recipientStatuses: ['DOWNLOAD_CONFIRMED'] },
      { recipientStatuses: ['DOWNLOAD_STARTED'] },
      { recipientStatuses: ['INITIALIZED', 'DOWNLOAD_STARTED'] },
    ],
    sender: () => [{ sender: OWNERS[1] }, { sender: party(4) }, { sender: STRANGER }],
    recipient: () => [{ recipient: OWNERS[1] }, { recipient: party(4) }, { recipient: STRANGER }],
    sendersReference: () => [
      { sendersReference: 'ref-1' },
      { sendersReference: 'r'.repeat(4096) },
      { sendersReference: 'ref' },
      { sendersReference: '' },
    ],
    fileNameStartsWith: () =>
      [
        ...['REP', 'report.pdf', 'årsr', 'σίσυφοσ', 'data_', 'data%', '', '😀', 'x'],
        'MÅNEDSRAPPORT 😀 FRA STATE',
        'månedsrapport 😀 fra statens',
        'månedsrapport 😀 fra statens k',
        'månedsrapport 😀 fra statens kartverk.pdf.asc',
      ].map((fileNameStartsWith) => ({ fileNameStartsWith })),
    createdFrom: () => [{ createdFrom: createdAt() }],
    createdTo: () => [{ createdTo: createdAt() }, { createdTo: iso(0) }],
    statusChangedFrom: () => [{ statusChangedFrom: changedAt() }],
    statusChangedTo: () => [{ statusChangedTo: changedAt() }],
    expiresFrom: () => [{ expiresFrom: expiresAt() }],
    expiresTo: () => [{ expiresTo: expiresAt() }],
    properties: () => [
      { properties: [{ key: 'kind', value: 'tax' }] },
      {
        properties: [
          { key: 'year', value: '2025' },
          { key: 'kind', value: 'tax' },
        ],
      },
      { properties: [{ key: 'kind', value: '2025' }] },
    ],
  };

  test.each(Object.keys(FILTERS) as (keyof Filter)[])(
    'narrowed by %s alone holds what matches, in every order',
    async (name) => {
      const filters = FILTERS[name]();
      const lists = filters.map((filter) => expectedList(known, { viewer: OWNERS[1], filter }));
      // A filter that lets everything through, or nothing, would show little.
      expect(lists.some(({ length }) => length > 0 && length < COUNT / 2)).toBe(true);
      for (const filter of filters) {
        for (const order of ORDERS) await expectList({ viewer: OWNERS[1], filter, ...order }, 30);
        await expectList({ viewer: OWNERS[0], filter }, 100);
        await expectList({ viewer: PARTIES[1], filter }, 7);
      }
    },
  );

  test('takes null for a filter as if it were left out', async () => {
    const filter = Object.fromEntries(Object.keys(FILTERS).map((name) => [name, null]));
    const all = expectedList(known, { viewer: OWNERS[1] });
    expect(await walk(room.as(OWNERS[1]), { filter }, 100)).toEqual(all);
    expect(await walk(room.as(OWNERS[1]), { filter: null }, 100)).toEqual(all);
  });

  test('narrowed by any filters together holds what matches them all', async () => {
    const times = [...new Set(known.flatMap((t) => [t.createdAt, t.statusChangedAt]))];
    const time = fc
      .tuple(fc.constantFrom(...times), fc.constantFrom(-1, 0, 1))
      .map(([at, by]) => iso(at + by));
    const expiry = fc.constantFrom(
      ...known.map((t) => iso(t.createdAt + t.resource.days * DAY_MS)),
    );
    const some = <T>(...values: readonly T[]) =>
      fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 4 });
    const filter = fc.record<Filter, never>(
      {
        resourceIds: some('of-one', 'of-one-too', 'of-two', 'none'),
        role: fc.constantFrom('SENDER', 'RECIPIENT', 'SERVICE_OWNER'),
        statuses: some<TransferStatus>('INITIALIZED', 'PUBLISHED', 'CANCELLED', 'FAILED'),
        viewerRecipientStatuses: some<RecipientStatus>('INITIALIZED', 'DOWNLOAD_CONFIRMED'),
        recipientStatuses: some<RecipientStatus>('INITIALIZED', 'DOWNLOAD_STARTED'),
        sender: fc.constantFrom(...PARTIES),
        recipient: fc.constantFrom(...PARTIES),
        sendersReference: fc.constantFrom('ref-1', 'REF-1', 'r'.repeat(4096), 'other'),
        fileNameStartsWith: fc.constantFrom('re', 'ÅR', 'data', 'Data_', ''),
        createdFrom: time,
        createdTo: time,
        statusChangedFrom: time,
        statusChangedTo: time,
        expiresFrom: expiry,
        expiresTo: expiry,
        properties: some(...PROPERTIES.flat()),
      },
      { requiredKeys: [] },
    );
    // Each filter is there one time in four, so that what is left is seldom nothing.
    const sparse = fc
      .tuple(filter, fc.infiniteStream(fc.nat(3)))
      .map(([whole, dice]) =>
        Object.fromEntries(Object.entries(whole).filter(() => dice.next().value === 0)),
      );
    const asked = fc.record({
      viewer: fc.constantFrom(...OWNERS, ...PARTIES),
      isOwnerOnly: fc.constantFrom(false, false, false, true),
      filter: sparse as fc.Arbitrary<Filter>,
      orderBy: fc.constantFrom<Order>('CREATED_AT', 'PUBLISHED_AT', 'STATUS_CHANGED_AT'),
      order: fc.constantFrom<Direction>('ASC', 'DESC'),
    });
    let found = 0;
    await fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 3, max: 100 }), async (list, first) => {
        if (expectedList(known, list).length > 0) found += 1;
        await expectList(list, first);
      }),
      { numRuns: 150 },
    );

    expect(found).toBeGreaterThan(25);
  });

  test.each([1, 2, 99, 100])('is the same by pages of %i', async (first) => {
    const filter: Filter = { sender: PARTIES[1] };
    await expectList({ viewer: OWNERS[0], filter }, first);
  });

  test('has 50 entries to a page, unless told otherwise', async () => {
    const asker = room.as(OWNERS[0]);
    for (const first of [undefined, null]) {
      expect((await readPage(asker, { first })).edges).toHaveLength(50);
    }
  });

  test.each([0, -1, 101, 2_147_483_647])('has no pages of %i', async (first) => {
    const { errors } = await room.as(OWNERS[0]).request(TRANSFERS, { first });
    expect(errors).toMatchObject([
      {
        message: `first is ${first}; it has to be from 1 to 100.`,
        path: ['transfers'],
        extensions: { code: 'INVALID_INPUT' },
      },
    ]);
  });

  test('is counted only where that is asked for', async () => {
    const asker = room.as(OWNERS[1]);
    async function queriesOf(variables: Variables): Promise<number> {
      const before = room.queries();
      await readPage(asker, variables);
      return room.queries() - before;
    }
    const filter = { statuses: ['PUBLISHED'] };
    expect(await queriesOf({ filter, counts: true })).toBe((await queriesOf({ filter })) + 1);
  });

  test.each(ORDERS)('takes in $orderBy $order no cursor but its own', async (own) => {
    const asker = room.as(OWNERS[0]);
    const cursorOf = async (list: Variables) =>
      (await readPage(asker, { ...list, first: 5 })).pageInfo.endCursor;
    const after = await cursorOf(own);
    // A place in the list, whatever is let through: also of a transfer that is not.
    for (const filter of [{}, { statuses: ['FAILED'] }, { sender: PARTIES[2] }]) {
      const expected = expectedList(known, { viewer: OWNERS[0], filter: filter as Filter, ...own });
      const passed = expectedList(known, { viewer: OWNERS[0], ...own }).slice(0, 5);
      const { edges } = await readPage(asker, { ...own, filter, after, first: 100 });
      expect(edges.map(({ node }) => node.id)).toEqual(
        expected.filter((id) => !passed.includes(id)).slice(0, 100),
      );
    }
    const others = await Promise.all(
      ORDERS.filter(({ orderBy, order }) => orderBy !== own.orderBy || order !== own.order).map(
        cursorOf,
      ),
    );
    const lists = await asker.ask('{ eventLogEnd resources(first: 1) { pageInfo { endCursor } } }');
    const list = `transfers:${own.orderBy}:${own.order}`;
    const id = known[0]?.id ?? '';
    for (const wrong of [
      ...others,
      pick(lists, 'eventLogEnd'),
      pick(lists, 'resources.pageInfo.endCursor'),
      '',
      'x',
      `${after}A`,
      id,
      encodeCursor(list, [START]),
      encodeCursor(list, [id, START]),
      encodeCursor(list, [START, 'no-uuid']),
      encodeCursor(list, [START + 0.5, id]),
      encodeCursor(list, [START, id, id]),
    ]) {
      expect(await asker.errorCodes(TRANSFERS, { ...own, after: wrong })).toEqual([
        'INVALID_CURSOR',
      ]);
    }
  });

  test('begins after any place that a cursor can name, there or not', async () => {
    const asker = room.as(OWNERS[0]);
    const all = expectedList(known, { viewer: OWNERS[0], order: 'ASC' });
    const nil = '00000000-0000-0000-0000-000000000000';
    const place = (time: number) => encodeCursor('transfers:CREATED_AT:ASC', [time, nil]);
    const from = async (cursor: string) => {
      const { edges } = await readPage(asker, { order: 'ASC', after: cursor, first: 100 });
      return edges.map(({ node }) => node.id);
    };
    expect(await from(place(Number.MIN_SAFE_INTEGER))).toEqual(all.slice(0, 100));
    expect(await from(place(Number.MAX_SAFE_INTEGER))).toEqual([]);
    expect(await from(place(START))).toEqual(all.slice(0, 100));
  });
});

describe('while transfers come and change, pages of', () => {
  /** Walks a list of what was there; between its pages one comes and one of those is cancelled. */
  async function walkMoving(orderBy: Order, order: Direction) {
    const { room, world } = await openWorld(2);
    await using _room = room;
    for (let made = 0; made < 40; made += 1) {
      const transfer = await world.make();
      room.clock.time += (made % 3) * 1000;
      if (made % 2 === 0) await world.publish(transfer);
    }
    const before = world.known.map((transfer) => ({ ...transfer }));
    const expected = expectedList(before, { viewer: OWNERS[0], orderBy, order });
    const changed = new Set<string>();
    const come = new Set<string>();
    let turn = 0;
    const ids = await walk(room.as(OWNERS[0]), { orderBy, order }, 2, async () => {
      room.clock.time += 1000;
      const transfer = await world.make();
      await world.publish(transfer);
      come.add(transfer.id);
      const other = world.known[(turn * 7) % before.length];
      turn += 1;
      if (turn > 9 || other === undefined || changed.has(other.id)) return;
      await world.cancel(other);
      changed.add(other.id);
    });
    expect(turn).toBeGreaterThan(5);
    expect(changed.size).toBeGreaterThan(5);
    expect(new Set(ids).size).toBe(ids.length);
    return { ids, expected, changed, come };
  }

  test.each(['CREATED_AT', 'PUBLISHED_AT'] as const)(
    'the latest by %s hold exactly what was there',
    async (orderBy) => {
      const { ids, expected } = await walkMoving(orderBy, 'DESC');
      expect(ids).toEqual(expected);
    },
  );

  test('the latest by STATUS_CHANGED_AT hold what was there and did not change, in order', async () => {
    const { ids, expected, changed, come } = await walkMoving('STATUS_CHANGED_AT', 'DESC');
    const still = (id: string) => !changed.has(id);
    expect(ids.filter(still)).toEqual(expected.filter(still));
    expect(ids.some((id) => come.has(id))).toBe(false);
  });
});

test('the oldest first, a list that grows is read to its end, each transfer once', async () => {
  const { room, world } = await openWorld(3);
  await using _room = room;
  for (let made = 0; made < 20; made += 1) await world.make();
  const asker = room.as(OWNERS[0]);
  let grown = 0;
  const ids = await walk(asker, { order: 'ASC' }, 4, async () => {
    if (grown < 8) await world.make();
    grown += 1;
  });
  expect(ids).toEqual(expectedList(world.known, { viewer: OWNERS[0], order: 'ASC' }));
});

/** More transfers like one that there is, as rows, each with what is its own. */
async function copyTransfer(
  { services: { database, ids } }: Room,
  id: string,
  copies: readonly Partial<Pick<TransferRow, 'created_at' | 'status_changed_at'>>[],
): Promise<string[]> {
  const made = copies.map((own) => ({ ...own, id: ids.next() }));
  await database.write(async (tx) => {
    const transfer = await tx
      .selectFrom('transfer')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const part = await tx
      .selectFrom('transfer_party')
      .selectAll()
      .where('transfer_id', '=', id)
      .where('role', '=', 'SENDER')
      .executeTakeFirstOrThrow();
    for (let first = 0; first < made.length; first += 500) {
      const rows = made.slice(first, first + 500).map((own) => ({ ...transfer, ...own }));
      await tx.insertInto('transfer').values(rows).execute();
      const parts = rows.map((row) => ({
        ...part,
        id: ids.next(),
        transfer_id: row.id,
        created_at: row.created_at,
        transfer_status_changed_at: row.status_changed_at,
      }));
      await tx.insertInto('transfer_party').values(parts).execute();
    }
  });
  return made.map((own) => own.id);
}

test('bounds of another time than the order find what lies far off in it, page by page', async () => {
  const { room } = await openWorld(5);
  await using _room = room;
  const asker = room.as(PARTIES[1]);
  const id = await makeTransfer(asker, [PARTIES[2]], { resourceId: 'of-one' });
  // They changed nearly in the order in which they were made, several at the same time.
  const copies = Array.from({ length: 1600 }, (_, n) => ({
    created_at: START + DAY_MS + n * 1000,
    status_changed_at:
      START + 2 * DAY_MS + Math.floor((n * 1000 + ((n * 7919) % 90_000)) / 3000) * 3000,
  }));
  const made = await copyTransfer(room, id, copies);
  const all = copies.map((copy, index) => ({ ...copy, id: made[index] ?? '' }));
  const inOrder = all.toSorted(
    (a, b) => a.status_changed_at - b.status_changed_at || (a.id < b.id ? -1 : 1),
  );
  const [early, late] = [all[199]?.created_at ?? 0, all[1400]?.created_at ?? 0];
  const oldest = { orderBy: 'STATUS_CHANGED_AT', order: 'ASC', filter: { createdFrom: iso(late) } };
  expect(await walk(asker, oldest, 30)).toEqual(
    inOrder.filter((t) => t.created_at >= late).map((t) => t.id),
  );
  const createdFrom = iso(START + DAY_MS);
  const filter = { createdFrom, createdTo: iso(early) };
  const latest = { orderBy: 'STATUS_CHANGED_AT', order: 'DESC', filter };
  expect(await walk(asker, latest, 30)).toEqual(
    inOrder
      .filter((t) => t.created_at < early)
      .map((t) => t.id)
      .reverse(),
  );
});

test('above 10 000 a list is not counted any more', async () => {
  const { room } = await openWorld(4);
  await using _room = room;
  const id = await makeTransfer(room.as(PARTIES[1]), [PARTIES[2]], { resourceId: 'of-one' });
  const count = async () =>
    (await readPage(room.as(PARTIES[1]), { first: 1, counts: true })).totalCount;
  await copyTransfer(room, id, new Array(9_999).fill({}));
  expect(await count()).toBe(10_000);
  await copyTransfer(room, id, [{}]);
  expect(await count()).toBeNull();
});
