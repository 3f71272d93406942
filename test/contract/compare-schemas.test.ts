import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { findDifferences, findUndescribed } from './compare-schemas.ts';

const contract = `
  interface Node { id: ID! }
  type Book implements Node { id: ID! title: String! pages(from: Int = 1, to: Int): [Int!] }
  type Film implements Node { id: ID! }
  union Work = Book | Film
  enum Order { UP DOWN }
  input Filter { title: String, order: Order! = UP, kinds: [String!]! = ["book"] }
  type Query { node(id: ID!): Node, works(filter: Filter, order: Order! = UP): [Work!]! }
`;

/** How a schema differs that is the contract but for one piece of text. */
function differencesAfter(from: string, to: string): string[] {
  expect(contract).toContain(from);
  return findDifferences(buildSchema(contract), buildSchema(contract.replace(from, to)));
}

describe('what differs from the contract is found', () => {
  test.each([
    ['a removed field', 'title: String! pages', 'pages', 'Book.title was removed.'],
    ['a removed argument', ', to: Int', '', 'Book.pages arg to was removed.'],
    ['a removed input field', 'title: String, order', 'order', 'Filter.title was removed.'],
    ['a removed enum value', 'UP DOWN', 'UP', 'DOWN was removed from enum type Order.'],
    ['a removed union member', 'Book | Film', 'Book', 'Film was removed from union type Work.'],
    [
      'an interface no longer implemented',
      'Film implements Node',
      'Film',
      'Film no longer implements interface Node.',
    ],
    [
      'an answer that may be null',
      'title: String!',
      'title: String',
      'Book.title is String! in the contract and String here.',
    ],
    [
      'an answer that may no longer be null',
      '): [Int!]',
      '): [Int!]!',
      'Book.pages is [Int!] in the contract and [Int!]! here.',
    ],
    [
      'an argument that became required',
      'to: Int',
      'to: Int!',
      'Book.pages(to:) is Int in the contract and Int! here.',
    ],
    [
      'an argument that may be null now',
      'node(id: ID!)',
      'node(id: ID)',
      'Query.node(id:) is ID! in the contract and ID here.',
    ],
    [
      'an input field of another type',
      'Filter { title: String',
      'Filter { title: ID',
      'Filter.title is String in the contract and ID here.',
    ],
    [
      'a changed default of an argument',
      'from: Int = 1',
      'from: Int = 2',
      'Book.pages(from:) defaults to 1 in the contract and to 2 here.',
    ],
    [
      'a lost default of an argument',
      'from: Int = 1',
      'from: Int',
      'Book.pages(from:) defaults to 1 in the contract and to nothing here.',
    ],
    [
      'a new default of an argument',
      'to: Int',
      'to: Int = null',
      'Book.pages(to:) defaults to nothing in the contract and to null here.',
    ],
    [
      'a changed default of an input field',
      'Filter { title: String, order: Order! = UP',
      'Filter { title: String, order: Order! = DOWN',
      'Filter.order defaults to UP in the contract and to DOWN here.',
    ],
    [
      'a changed list as default',
      '["book"]',
      '["film"]',
      'Filter.kinds defaults to ["book"] in the contract and to ["film"] here.',
    ],
    [
      'a new argument that is required',
      'to: Int',
      'to: Int, step: Int!',
      'A required arg step on Book.pages was added.',
    ],
    [
      'a new input field that is required',
      'Filter { title: String',
      'Filter { author: String!, title: String',
      'A required field author on input type Filter was added.',
    ],
  ])('%s', (_title, from, to, difference) => {
    expect(differencesAfter(from, to)).toContain(difference);
  });

  test('a missing type', () => {
    const ours = buildSchema(contract.replaceAll(/ \| Film|type Film .*/g, ''));
    expect(findDifferences(buildSchema(contract), ours)).toContain('Film was removed.');
  });
});

test('a schema that adds to the contract contains it', () => {
  expect(differencesAfter('Film implements Node { id: ID! }', 'Film { id: ID! }')).not.toEqual([]);
  expect(differencesAfter('id: ID! title', 'id: ID! author(full: Boolean): String title')).toEqual(
    [],
  );
  expect(differencesAfter('UP DOWN', 'UP DOWN NONE')).toEqual([]);
  expect(differencesAfter('title: String,', 'title: String, author: String,')).toEqual([]);
  expect(differencesAfter('type Query {', 'type Extra { id: ID! } type Query {')).toEqual([]);
});

test('parts without a description are named, whatever they are', () => {
  const schema = buildSchema(`
    directive @cost(of: Int) on FIELD_DEFINITION
    scalar Date
    enum Order { UP }
    input Filter { title: String }
    "Described."
    type Query { "Described." works(filter: Filter, "Described." order: Order): [Date] }
  `);
  expect(findUndescribed(schema).sort()).toEqual([
    '@cost',
    '@cost(of:)',
    'Date',
    'Filter',
    'Filter.title',
    'Order',
    'Order.UP',
    'Query.works(filter:)',
  ]);
});
