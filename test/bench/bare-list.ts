/**
 * The limit of a list: Fastify with the broker's own statements, written out and prepared, for a viewer in all three
 * roles. Its second argument is the database.
 */
import BetterSqlite3 from 'better-sqlite3';
import fastify from 'fastify';
import { groupBy } from '../../src/domain/group-by.ts';
import type { Row } from './insert-rows.ts';

const [, path = ''] = process.argv.slice(2);
const database = new BetterSqlite3(path, { readonly: true });

const stretch = (role: string) => `
  select stretch.transfer_id, stretch.key from (
    select transfer_party.transfer_id, transfer_party.created_at as key
    from transfer_party
    where transfer_party.party_id = @party and transfer_party.role = '${role}'
      and (transfer_party.created_at, transfer_party.transfer_id) < (@time, @id)
    order by transfer_party.created_at desc, transfer_party.transfer_id desc
    limit @limit
  ) as stretch`;

const listTransfers = database.prepare<[object], Row<'transfer'>>(`
  select transfer.* from (
    ${['SENDER', 'RECIPIENT', 'SERVICE_OWNER'].map(stretch).join(' union ')}
    order by key desc, transfer_id desc limit @limit
  ) as found
  inner join transfer on transfer.id = found.transfer_id
  order by found.key desc, found.transfer_id desc`);

const PAGE = 50;
const listRecipients = database.prepare<string[], Row<'transfer_party'>>(`
  select * from transfer_party
  where transfer_id in (${Array.from({ length: PAGE }, () => '?').join(', ')}) and role = ?
  order by transfer_id, position`);

interface ListRequest {
  readonly party: string;
  /** The place that the page comes after. */
  readonly time: number;
  readonly id: string;
}

/** On one snapshot. */
const readPage = database.transaction((party: string, time: number, id: string) => {
  const transfers = listTransfers.all({ party, time, id, limit: PAGE + 1 }).slice(0, PAGE);
  const ids = transfers.map((transfer) => transfer.id);
  const recipients = groupBy(
    listRecipients.all(...ids, 'RECIPIENT'),
    (recipient) => recipient.transfer_id,
  );
  return { transfers, recipients };
});

const server = fastify();
server.post<{ Body: ListRequest }>('/list', (request, reply) => {
  const { party, time, id } = request.body;
  const { transfers, recipients } = readPage(party, time, id);
  reply.send({
    data: {
      transfers: {
        edges: transfers.map((transfer) => ({
          node: {
            id: transfer.id,
            fileName: transfer.file_name,
            status: transfer.status,
            createdAt: new Date(transfer.created_at).toISOString(),
            sender: { id: transfer.sender_id },
            recipients: (recipients.get(transfer.id) ?? []).map((recipient) => ({
              party: { id: recipient.party_id },
              status: recipient.status,
            })),
          },
        })),
      },
    },
  });
});
process.stdout.write(`${await server.listen({ host: '127.0.0.1', port: 0 })}\n`);
// Whoever started this holds the other end.
process.stdin.on('end', () => process.exit(0)).resume();
