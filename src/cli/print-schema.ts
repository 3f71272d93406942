/**
 * Prints the GraphQL schema that the code defines to schema/schema.graphql, which is kept in git: a change of the
 * contract shows in a diff. With `--check` it only says whether the file is current.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printSchema } from 'graphql';
import { schema } from '../graphql/index.ts';

const FILE = join('schema', 'schema.graphql');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const printed = `${printSchema(schema)}\n`;

if (!values.check) {
  await writeFile(FILE, printed);
} else if (printed !== (await readFile(FILE, 'utf8').catch(() => undefined))) {
  console.error(
    `${FILE} is not what the code defines. Run \`npm run schema\` and commit what it writes.`,
  );
  process.exitCode = 1;
}
