/** Pages of resources. */
import { createConnection } from '../connection.ts';
import { ResourceRef } from '../object-refs.ts';

/** A page of resources, by id. */
export const { connection: ResourceConnection } = createConnection(ResourceRef, 'resources, by id');
