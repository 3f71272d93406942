/** A process that opens a database when it is told to, and prints which history it found there. */
import { once } from 'node:events';
import { openSqliteDatabase } from '../../src/database/index.ts';

process.stdout.write('ready\n');
await once(process.stdin, 'data');
const database = await openSqliteDatabase(process.argv[2] ?? '');
const { epoch } = await database.read((db) =>
  db.selectFrom('history').select('epoch').executeTakeFirstOrThrow(),
);
await database.close();
process.stdout.write(`${epoch}\n`);
process.exit(0);
