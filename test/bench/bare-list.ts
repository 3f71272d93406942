/**
 * The limit of a list: Fastify that sends the broker's own statements, prepared once, and makes the answer by hand. Its
 * second argument is the database.
 */
import BetterSqlite3 from 'better-sqlite3';
import fastify from 'fastify';
import { groupBy } from '../../src/domain/group-by.ts';
import type { Row } from './insert-rows.ts';
import { type ListPlace, recordPage } from './recorded-page.ts';

const [, path = ''] = process.argv.slice(2);
const database = new BetterSqlite3(path, { readonly: true });

const PAGE = 50;
const recorded = await recordPage(path, PAGE);
const listTransfers = database.prepare<unknown[], Row<'transfer'>>(recorded.transfers.sql);
const listRecipients = database.prepare<unknown[], Row<'transfer_party'>>(recorded.recipients.sql);

/** On one snapshot. */
const readPage = database.transaction((place: ListPlace) => {
  const transfers = listTransfers.all(...recorded.transfers.bind(place)).slice(0, PAGE);
  const ids = transfers.map((transfer) => transfer.id);
  const recipients = groupBy(
    listRecipients.all(...ids, ...recorded.recipients.rest),
    (recipient) => recipient.transfer_id,
  );
  return { transfers, recipients };
});

const server = fastify();
server.post<{ Body: ListPlace }>('/list', (request, reply) => {
  const { transfers, recipients } = readPage(request.body);
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
