export { schema } from './schema.ts';
export { createGraphQLServer, type GraphQLServer, type GraphQLServerOptions } from './server.ts';
