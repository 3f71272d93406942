/** Connections: pages of a list as Relay's clients know them. */
import type { ObjectRef } from '@pothos/core';
import type { Edge, Page } from '../domain/page.ts';
import { builder, type SchemaTypes } from './builder.ts';

/** A page that can say how many entries the whole list has; it counts only when asked. */
export interface CountedPage<T, Count extends number | null> extends Page<T> {
  readonly count: () => Promise<Count>;
}

const PageInfoType = builder.objectRef<Page<unknown>>('PageInfo').implement({
  description: 'Where a page lies in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {
      description: 'Whether entries follow this page. Of a page `before` a cursor it is true.',
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Whether entries precede this page. Of a page `after` a cursor it is true.',
    }),
    startCursor: t.string({
      nullable: true,
      description: 'The cursor of the first entry; null where the page is empty.',
      resolve: ({ edges }) => edges[0]?.cursor ?? null,
    }),
    endCursor: t.string({
      nullable: true,
      description:
        'The cursor of the last entry. Of an empty page of events it is the present end of the log; of another empty page it is null.',
      resolve: ({ edges, end }) => edges.at(-1)?.cursor ?? end ?? null,
    }),
  }),
});

/**
 * The types of a list of nodes: `TransferConnection` and `TransferEdge` of `Transfer`. `entries` says in a few words what
 * is listed, `edgeText` what is to be said of an edge beyond that. A connection that counts is resolved from a `CountedPage` and adds its `totalCount` itself.
 */
export function createConnection<T, Source extends Page<T> = Page<T>>(
  node: ObjectRef<SchemaTypes, T>,
  entries: string,
  edgeText = 'The entry of a list, and its place there.',
) {
  const edge = createEdge(node, edgeText);
  const connection = builder.objectRef<Source>(`${node.name}Connection`).implement({
    description: `A page of ${entries}.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'The entries of this page, in the order of the list.',
        resolve: ({ edges }) => edges,
      }),
      pageInfo: t.field({
        type: PageInfoType,
        description: 'Where this page lies in the list.',
        resolve: (page) => page,
      }),
    }),
  });
  return { connection, edge };
}

/** The edge of a node type. That its nodes are of that type is what `createConnection` sees to. */
function createEdge(node: ObjectRef<SchemaTypes, unknown>, description: string) {
  return builder.objectRef<Edge<unknown>>(`${node.name}Edge`).implement({
    description,
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        description: 'The place of this entry, as `after` and `before` take it. It is opaque.',
      }),
      node: t.field({ type: node, description: 'The entry itself.', resolve: (e) => e.node }),
    }),
  });
}
