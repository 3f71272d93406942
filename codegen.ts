/**
 * Typed documents for the operations that our own programs and tests send, from the printed schema. Each of the two
 * places gets its own, so that what is built for release holds nothing of the tests. `npm run codegen` writes them,
 * with `-- --check` it only says whether they are current.
 *
 * An operation is written as graphql(`query Name { … }`), with `graphql` from the `index.ts` made here. The document
 * is a text with types (TypedDocumentString), so sending it needs no GraphQL library.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodegenConfig } from '@graphql-codegen/cli';

type Outputs = CodegenConfig['generates'];

/** Whether a program under this folder writes operations; without any the preset makes files that do not compile. */
function holdsOperations(folder: string, generated: string): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.ts') && !path.startsWith(join(generated)))
    .some((path) => readFileSync(path, 'utf8').includes('graphql(`'));
}

function typedDocuments(folder: string, generated: string): Outputs {
  if (!holdsOperations(folder, generated)) return {};
  return {
    [generated]: {
      documents: [`${folder}/**/*.ts`, `!${generated}**`],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
        // Enums and inputs, but of answers only what an operation asks for, __typename too.
        onlyOperationTypes: true,
        skipTypename: true,
        // An answer always holds what was asked for, if only as null.
        avoidOptionals: { field: true, object: true, inputValue: false, defaultValue: false },
        strictScalars: true,
        scalars: {
          ByteSize: 'number',
          Date: 'string',
          DateTime: 'string',
          Duration: 'string',
          PartyId: 'string',
          URL: 'string',
        },
      },
    },
  };
}

const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  importExtension: '.ts',
  generates: {
    ...typedDocuments('src/cli', 'src/cli/graphql/'),
    ...typedDocuments('test', 'test/support/graphql/'),
  },
};

export default config;
