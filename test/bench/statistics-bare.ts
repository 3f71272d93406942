/**
 * The limit of statistics: Fastify with statements written by hand over the tables that the broker reads, and with a look at
 * one transfer by its key. As the broker does, it answers the number of all rows and at most a thousand of them; it knows
 * neither tokens nor GraphQL. Its second argument is the database.
 */
import BetterSqlite3 from 'better-sqlite3';
import fastify from 'fastify';
import { GROUPINGS, WITH_MEDIAN, writeByHand } from './statistics-cases.ts';
import { VIEWER } from './statistics-population.ts';

/** As much as one of the broker's own connections has. */
const CACHE_KIB = 16 * 1024;

const [, path = ''] = process.argv.slice(2);
const database = new BetterSqlite3(path, { readonly: true });
database.pragma(`cache_size = -${CACHE_KIB}`);

const findGeneration = database
  .prepare<[], number>('select generation from statistics_generation where is_in_use = 1')
  .pluck();
const findTransfer = database.prepare('select * from transfer where id = ?');
const statements = new Map(
  [...GROUPINGS, WITH_MEDIAN].map((grouping) => [
    grouping.name,
    database.prepare<object, { readonly rowCount: number }>(writeByHand(grouping)),
  ]),
);

/** On one snapshot. */
const readStatistics = database.transaction((name: string) => {
  const statement = statements.get(name);
  if (statement === undefined) throw new Error(`Nothing is written for ${name}.`);
  const found = statement.all({ generation: findGeneration.get(), owner: VIEWER });
  return {
    rowCount: found[0]?.rowCount ?? 0,
    rows: found.map(({ rowCount: _, ...row }) => row),
  };
});

const server = fastify();
server.get<{ Querystring: { groupBy: string } }>('/statistics', (request, reply) => {
  reply.send(readStatistics(request.query.groupBy));
});
server.get<{ Params: { id: string } }>('/transfers/:id', (request, reply) => {
  reply.send(findTransfer.get(request.params.id));
});
process.stdout.write(`${await server.listen({ host: '127.0.0.1', port: 0 })}\n`);
// Whoever started this holds the other end.
process.stdin.on('end', () => process.exit(0)).resume();
