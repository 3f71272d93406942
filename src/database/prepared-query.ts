/** Queries that are asked again and again in the same shape are built once: building one takes a good part of a request. */
import type { Compilable, CompiledQuery } from 'kysely';
import type { Queries } from './database.ts';

/** What differs each time, by name. */
type Values = Readonly<Record<string, string | number | null>>;

/** What a parameter is: the value of that name of that one of the items. */
interface Place {
  readonly item: number;
  readonly name: string;
}

interface PreparedQuery {
  readonly query: CompiledQuery;
  /** Of what differs; undefined where a parameter is always the same. */
  readonly places: readonly (Place | undefined)[];
}

/** Of each database, by shape. */
const prepared = new WeakMap<object, Map<string, PreparedQuery>>();

/**
 * The rows of a query. It is built where its shape is met for the first time, from values that only stand for those that
 * each query has: they may go nowhere but into it. A list of values, such as the rows of an insert, is of another shape
 * with each other length, so there should be few of them.
 */
export async function executePrepared<Row, V extends Values | readonly Values[]>(
  db: Queries,
  shape: string,
  values: V,
  build: (placeholders: V) => Promise<Compilable<Row>>,
): Promise<Row[]> {
  const { adapter } = db.getExecutor();
  const known = prepared.get(adapter) ?? new Map<string, PreparedQuery>();
  prepared.set(adapter, known);
  const isList = Array.isArray(values);
  const items = (isList ? values : [values]) as readonly Values[];
  const key = `${items.length} ${shape}`;
  let found = known.get(key);
  if (found === undefined) {
    const placeholders = new Map<unknown, Place>();
    const standIns = items.map((item, index) => makeStandIns(item, index, placeholders));
    const query = (await build((isList ? standIns : standIns[0]) as unknown as V)).compile();
    found = { query, places: query.parameters.map((value) => placeholders.get(value)) };
    known.set(key, found);
  }
  const { query, places } = found;
  const parameters = places.map((place, at) =>
    place === undefined ? query.parameters[at] : items[place.item]?.[place.name],
  );
  const { rows } = await db.executeQuery<Row>({ ...query, parameters } as CompiledQuery<Row>);
  return rows;
}

/** A symbol for each value; `placeholders` gets to know what they stand for. */
function makeStandIns(
  values: Values,
  item: number,
  placeholders: Map<unknown, Place>,
): Readonly<Record<string, symbol>> {
  return Object.fromEntries(
    Object.keys(values).map((name) => {
      const standIn = Symbol(name);
      placeholders.set(standIn, { item, name });
      return [name, standIn];
    }),
  );
}
