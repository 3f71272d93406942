/** What the schema says of fields whose value depends on who asks. */
import { isInterfaceType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/index.ts';

const fields = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) || isInterfaceType(type))
  .filter(({ name }) => !name.startsWith('__'))
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })),
  );

const OPERATIONS = ['Query.', 'Mutation.', 'Subscription.'];

test('each field below the operations that depends on the viewer says so, and no other does', () => {
  const below = fields.filter(({ name }) => !OPERATIONS.some((root) => name.startsWith(root)));
  const marked = below.filter(({ field }) => field.extensions.dependsOnViewer === true);
  const told = below.filter(({ field }) => field.description?.endsWith('Depends on the viewer.'));
  expect(told.map(({ name }) => name)).toEqual(marked.map(({ name }) => name));
  expect(marked.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'Event.actor',
      'Resource.accessList',
      'Resource.viewerActions',
      'ServiceOwner.resources',
      'Transfer.upload',
      'Transfer.viewerRecipient',
      'Transfer.viewerRoles',
    ]),
  );
});
