/** Lists that are asked of a database of many transfers: every order, pages far down, and every filter by itself. */
import BetterSqlite3 from 'better-sqlite3';
import { encodeCursor } from '../../src/domain/keyset-cursor.ts';
import { RARE } from './population.ts';

const ORDERS = {
  CREATED_AT: 'created_at',
  PUBLISHED_AT: 'published_at',
  STATUS_CHANGED_AT: 'status_changed_at',
} as const;
type Order = keyof typeof ORDERS;
const DIRECTIONS = ['DESC', 'ASC'] as const;
type Direction = (typeof DIRECTIONS)[number];

/** How much of a list bounds of time let through. */
const BOUNDED_SHARE = 0.015;
const PAGE = 50;
/** Where there are fewer pages, the last full one is read. */
const DEEP_PAGE = 10_000;

/** Cases of one kind are judged together. */
export type ListKind =
  | 'pages'
  | 'filters by CREATED_AT'
  | 'filters by another order'
  | 'bounds of the order'
  | 'bounds of another time';

export interface ListCase {
  readonly name: string;
  readonly kind: ListKind;
  readonly variables: {
    readonly orderBy: Order;
    readonly order: Direction;
    readonly filter?: Readonly<Record<string, unknown>>;
    readonly after?: string;
  };
}

/** The same cases, in the same order, for every database that `fillDatabase` makes. */
export function findListCases(path: string): readonly ListCase[] {
  const database = new BetterSqlite3(path, { readonly: true });
  try {
    return [...listPages(database), ...listFilters(database)];
  } finally {
    database.close();
  }
}

function listPages(database: BetterSqlite3.Database): ListCase[] {
  const orders = Object.keys(ORDERS) as Order[];
  const lists = orders.flatMap((orderBy) =>
    DIRECTIONS.map((order) => ({
      name: `${orderBy} ${order}`,
      kind: 'pages' as const,
      variables: { orderBy, order },
    })),
  );
  const deep = lists.map(({ name, variables: { orderBy, order } }): ListCase => {
    const pages = Math.min(DEEP_PAGE, Math.floor(countRows(database, orderBy) / PAGE));
    // The row before the page.
    const { time, id } = findPlace(database, orderBy, order, (pages - 1) * PAGE - 1);
    const after = encodeCursor(`transfers:${orderBy}:${order}`, [time, id]);
    return { name: `${name}, far down`, kind: 'pages', variables: { orderBy, order, after } };
  });
  return [...lists, ...deep];
}

function listFilters(database: BetterSqlite3.Database): ListCase[] {
  const orders = Object.keys(ORDERS) as Order[];
  const filters = Object.entries(FILTERS).flatMap(([name, value]) =>
    orders.map(
      (orderBy): ListCase => ({
        name: `${name} (${orderBy} DESC)`,
        kind: orderBy === 'CREATED_AT' ? 'filters by CREATED_AT' : 'filters by another order',
        variables: { orderBy, order: 'DESC', filter: { [name.split(' ')[0] ?? '']: value } },
      }),
    ),
  );
  // Bounds of time lie at one of the ends: read from there and from the other one.
  const bounds = findBounds(database).flatMap(({ name, of, value }) =>
    orders.flatMap((orderBy) =>
      DIRECTIONS.map(
        (order): ListCase => ({
          name: `${name} (${orderBy} ${order})`,
          kind: of === orderBy ? 'bounds of the order' : 'bounds of another time',
          variables: { orderBy, order, filter: { [name]: value } },
        }),
      ),
    ),
  );
  return [...filters, ...bounds];
}

const FILTERS = {
  resourceIds: [RARE.resource],
  'role SENDER': 'SENDER',
  'role RECIPIENT': 'RECIPIENT',
  'role SERVICE_OWNER': 'SERVICE_OWNER',
  statuses: [RARE.status],
  viewerRecipientStatuses: [RARE.ownStatus],
  recipientStatuses: [RARE.recipientStatus],
  sender: RARE.sender,
  recipient: RARE.recipient,
  sendersReference: RARE.reference,
  fileNameStartsWith: RARE.fileNamePrefix,
  properties: [RARE.property],
};

interface Bound {
  readonly name: string;
  /** The order whose time it bounds; null where no list goes by it. */
  readonly of: Order | null;
  readonly value: string;
}

/** From-bounds that only the latest are beyond, to-bounds that only the first are before. */
function findBounds(database: BetterSqlite3.Database): Bound[] {
  const offset = Math.floor(countRows(database, 'CREATED_AT') * BOUNDED_SHARE);
  const columns = [
    ['created', 'created_at', 'CREATED_AT'],
    ['statusChanged', 'status_changed_at', 'STATUS_CHANGED_AT'],
    ['expires', 'expires_at', null],
  ] as const;
  return columns.flatMap(([name, column, of]) =>
    DIRECTIONS.map((direction): Bound => {
      const time = database
        .prepare<[number], number>(
          `select ${column} from transfer order by ${column} ${direction} limit 1 offset ?`,
        )
        .pluck()
        .get(offset);
      return {
        name: `${name}${direction === 'DESC' ? 'From' : 'To'}`,
        of,
        value: new Date(time ?? 0).toISOString(),
      };
    }),
  );
}

function countRows(database: BetterSqlite3.Database, orderBy: Order): number {
  const sql = `select count(${ORDERS[orderBy]}) from transfer`;
  return database.prepare<[], number>(sql).pluck().get() ?? 0;
}

function findPlace(
  database: BetterSqlite3.Database,
  orderBy: Order,
  order: Direction,
  offset: number,
): { readonly time: number; readonly id: string } {
  const column = ORDERS[orderBy];
  const place = database
    .prepare<[number], { time: number; id: string }>(
      `select ${column} as time, id from transfer where ${column} is not null
       order by ${column} ${order}, id ${order} limit 1 offset ?`,
    )
    .get(offset);
  if (place === undefined) throw new Error(`There is no row ${offset} by ${orderBy}.`);
  return place;
}
