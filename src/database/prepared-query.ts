/** Queries that are asked again and again in the same shape are built once: building one takes a good part of a request. */
import type { Compilable, CompiledQuery } from 'kysely';
import type { Queries } from './database.ts';

/** What differs each time, by name. */
type Values = Readonly<Record<string, string | number>>;

interface PreparedQuery {
  readonly query: CompiledQuery;
  /** Of what differs; undefined where a parameter is always the same. */
  readonly names: readonly (string | undefined)[];
}

/** Of each database, by shape. */
const prepared = new WeakMap<object, Map<string, PreparedQuery>>();

/**
 * The rows of a query. It is built where its shape is met for the first time, from values that only stand for those that
 * each query has: they may go nowhere but into it.
 */
export async function executePrepared<Row, V extends Values>(
  db: Queries,
  shape: string,
  values: V,
  build: (placeholders: V) => Promise<Compilable<Row>>,
): Promise<Row[]> {
  const { adapter } = db.getExecutor();
  const known = prepared.get(adapter) ?? new Map<string, PreparedQuery>();
  prepared.set(adapter, known);
  let found = known.get(shape);
  if (found === undefined) {
    const placeholders = new Map(Object.keys(values).map((name) => [Symbol(name), name]));
    const standIns = Object.fromEntries([...placeholders].map(([symbol, name]) => [name, symbol]));
    const query = (await build(standIns as unknown as V)).compile();
    const names = query.parameters.map((value) => placeholders.get(value as symbol));
    found = { query, names };
    known.set(shape, found);
  }
  const { query, names } = found;
  const parameters = names.map((name, at) =>
    name === undefined ? query.parameters[at] : values[name],
  );
  const { rows } = await db.executeQuery<Row>({ ...query, parameters } as CompiledQuery<Row>);
  return rows;
}
