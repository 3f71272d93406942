/** The statements that our own rooms send for a page of a list, so that a bare program can prepare the very same ones. */
import { Kysely } from 'kysely';
import type { Tables } from '../../src/database/index.ts';
import { SqliteDialect } from '../../src/database/sqlite-dialect.ts';
import { encodeCursor } from '../../src/domain/keyset-cursor.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import { TRANSFER_ROLES } from '../../src/domain/transfer-status.ts';
import { findRecipients, listTransfers } from '../../src/transfers/index.ts';
import { END, VIEWER } from './population.ts';

/** Where a page begins: behind a row of the list. */
export interface ListPlace {
  readonly party: PartyId;
  readonly time: number;
  readonly id: string;
}

/** No transfer has it; a place behind the last one. */
const NO_ID = 'ffffffff-ffff-7fff-8fff-ffffffffffff';

export interface RecordedPage {
  readonly transfers: {
    readonly sql: string;
    /** Its parameters for a page. */
    readonly bind: (place: ListPlace) => readonly unknown[];
  };
  /** Its parameters are the ids of a page, and then the rest. */
  readonly recipients: { readonly sql: string; readonly rest: readonly unknown[] };
}

/** Reads one full page of the newest transfers as the broker does. */
export async function recordPage(path: string, size: number): Promise<RecordedPage> {
  const sent: { readonly sql: string; readonly parameters: readonly unknown[] }[] = [];
  const db = new Kysely<Tables>({
    dialect: new SqliteDialect({ path, readonly: true, connections: 1 }),
    log({ query: { sql, parameters } }) {
      sent.push({ sql, parameters });
    },
  });
  try {
    const after = encodeCursor('transfers:CREATED_AT:DESC', [END, NO_ID]);
    const page = await listTransfers(
      db,
      { party: VIEWER, roles: TRANSFER_ROLES },
      { filter: {}, orderBy: 'CREATED_AT', direction: 'DESC' },
      { size, backwards: false, after, before: null },
    );
    if (!page.ok) throw new Error(page.error.message);
    const ids = page.value.edges.map(({ node }) => node.id);
    await findRecipients(db, ids);
    const [transfers, recipients, ...others] = sent;
    if (transfers === undefined || recipients === undefined || others.length > 0) {
      throw new Error(`A page takes ${sent.length} statements instead of 2.`);
    }
    return {
      transfers: {
        sql: transfers.sql,
        bind: ({ party, time, id }) =>
          transfers.parameters.map((value) =>
            value === VIEWER ? party : value === END ? time : value === NO_ID ? id : value,
          ),
      },
      recipients: { sql: recipients.sql, rest: recipients.parameters.slice(ids.length) },
    };
  } finally {
    await db.destroy();
  }
}
