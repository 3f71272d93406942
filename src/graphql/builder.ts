/** The one builder of the schema. It holds what the types of this room say of themselves, never state. */
import SchemaBuilder from '@pothos/core';
import type { PartyId } from '../domain/party-id.ts';
import type { Operation } from './operation.ts';

/** What resolvers get and give for the scalars. (An interface would not do: the builder asks for an index.) */
type Scalars = {
  ID: { Input: string; Output: string };
  /** Epoch milliseconds. */
  DateTime: { Input: number; Output: number };
  /** YYYYMMDD. */
  Date: { Input: number; Output: number };
  /** Milliseconds. */
  Duration: { Input: number; Output: number };
  ByteSize: { Input: number; Output: number };
  URL: { Input: string; Output: string };
  PartyId: { Input: PartyId; Output: PartyId };
};

/** What the builder knows of our types. */
export type SchemaTypes = typeof builder.$inferSchemaTypes;

/** Fields are non-null unless they say otherwise; arguments and input fields are optional unless they say otherwise. */
export const builder = new SchemaBuilder<{
  Context: Operation;
  Scalars: Scalars;
  DefaultFieldNullability: false;
}>({ defaultFieldNullability: false });

/** Marks a field whose value depends on who looks, so that whether an answer may be shared can be told from a document. */
export const dependsOnViewer = { extensions: { dependsOnViewer: true } } as const;
