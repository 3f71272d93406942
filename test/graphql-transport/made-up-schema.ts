/** A schema for the transports alone: fields that answer, fail in every way, and streams that a test drives. */
import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { DatabaseFullError } from '../../src/database/index.ts';
import { fail } from '../../src/domain/result.ts';
import { unwrap } from '../../src/graphql/broker-error.ts';
import type { Operation } from '../../src/graphql/operation.ts';
import { createFeed, deferred, type Feed } from './feed.ts';

type Field = GraphQLFieldConfig<unknown, Operation>;

/** What must not be told to anybody. */
export const SECRET = 'password of the database';

const text = new GraphQLNonNull(GraphQLString);

const Thing = new GraphQLInputObjectType({
  name: 'Thing',
  fields: {
    name: { type: text },
    sizes: { type: new GraphQLList(new GraphQLNonNull(GraphQLInt)) },
  },
});

export interface Edge {
  readonly cursor: string;
  readonly node: string;
}

const EdgeType = new GraphQLObjectType<Edge, Operation>({
  name: 'Edge',
  fields: { cursor: { type: text }, node: { type: text } },
});

const query: Record<string, Field> = {
  who: { type: text, resolve: (_, __, { caller }) => caller.party },
  request: { type: text, resolve: (_, __, { caller }) => caller.requestId },
  echo: {
    type: text,
    args: { thing: { type: Thing } },
    resolve: (_, args) => JSON.stringify(args),
  },
  flag: {
    type: text,
    args: { on: { type: new GraphQLNonNull(GraphQLBoolean), defaultValue: false } },
    resolve: (_, { on }) => String(on),
  },
  /** Opens the operation's snapshot. */
  read: {
    type: text,
    resolve: async (_, __, { read }) =>
      (await (await read()).selectFrom('history').select('epoch').executeTakeFirstOrThrow()).epoch,
  },
  readAndFail: {
    type: text,
    async resolve(_, __, { read }) {
      await read();
      throw new Error(SECRET);
    },
  },
  large: {
    type: text,
    args: { length: { type: new GraphQLNonNull(GraphQLInt) } },
    resolve: (_, { length }) => 'x'.repeat(length),
  },
  secret: {
    type: GraphQLString,
    resolve() {
      throw new Error(SECRET);
    },
  },
  wrongType: { type: GraphQLInt, resolve: () => SECRET },
  full: {
    type: GraphQLString,
    resolve() {
      throw new DatabaseFullError(SECRET);
    },
  },
  refused: {
    type: GraphQLString,
    resolve: () => unwrap(fail('INSUFFICIENT_SCOPE', 'Not with this scope.')),
  },
};

export function createMadeUpSchema() {
  /** `events` of a document follows this, from its beginning. */
  const feed: Feed<Edge> = createFeed();
  let flooded = 0;
  const floodLeft = deferred();
  const lingering = deferred();
  const done = deferred();

  const subscription: Record<string, Field> = {
    events: {
      type: EdgeType,
      args: { after: { type: GraphQLString } },
      subscribe: (_, { after }, { resumeAfter }) => {
        const start = resumeAfter ?? after;
        if (start === 'elsewhere')
          unwrap(fail('INVALID_CURSOR', 'The cursor is from another history.'));
        if (start !== undefined) feed.push({ cursor: `after ${start}`, node: 'resumed' });
        return feed.follow();
      },
      resolve: (edge) => edge,
    },
    flood: {
      type: text,
      args: { length: { type: new GraphQLNonNull(GraphQLInt) } },
      subscribe: async function* (_, { length }) {
        try {
          for (;;) {
            flooded += 1;
            yield 'x'.repeat(length);
          }
        } finally {
          floodLeft.resolve();
        }
      },
      resolve: (payload) => payload,
    },
    breaks: {
      type: text,
      subscribe: async function* () {
        yield 'one';
        throw new Error(SECRET);
      },
      resolve: (payload) => payload,
    },
    refused: {
      type: text,
      subscribe: () => unwrap(fail('TRANSFER_NOT_FOUND', 'There is no such transfer.')),
    },
    /** Opens a snapshot for each of its payloads. */
    reads: {
      type: text,
      args: { count: { type: new GraphQLNonNull(GraphQLInt) } },
      subscribe: async function* (_, { count }) {
        for (let i = 0; i < count; i += 1) yield i;
      },
      resolve: async (i, _, { read }) => {
        await read();
        return String(i);
      },
    },
  };

  return {
    schema: new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: query }),
      mutation: new GraphQLObjectType<unknown, Operation>({
        name: 'Mutation',
        fields: {
          touch: { type: text, resolve: (_, __, { caller }) => caller.party },
          /** Is done when the test says so. */
          linger: {
            type: text,
            async resolve() {
              lingering.resolve();
              await done.promise;
              return 'done';
            },
          },
        },
      }),
      subscription: new GraphQLObjectType({ name: 'Subscription', fields: subscription }),
    }),
    feed,
    /** How many payloads of `flood` have been asked for. */
    flooded: () => flooded,
    /** Settles when `linger` has begun. */
    lingering: lingering.promise,
    finishLingering: done.resolve,
    /** Settles when a `flood` has been ended. */
    floodLeft: floodLeft.promise,
  };
}
